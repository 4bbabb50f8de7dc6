import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { listSerialPorts } from '../../drivers/serial-list.js';
import { parsePortName, portText } from '../../drivers/serial-port.js';

test('a port is named by path, by USB ids, or by these and a serial number', (t) => {
  for (const text of [
    '/dev/ttyS1',
    '/dev/serial/by-id/usb-FTDI_X-if00',
    'usb:10c4:ea60',
    'usb:10c4:ea60:A:1',
  ]) {
    t.is(portText(parsePortName(text)), text);
  }
  t.deepEqual(parsePortName('usb:10C4:EA60'), { kind: 'usb', vendor: '10c4', product: 'ea60' });
});

test('what names no port is refused, with what would', (t) => {
  for (const text of [
    '',
    'ttyS1',
    'COM3',
    'usb:10c4',
    'usb:10c4:ea6',
    'usb:10c4:ea60:',
    '/dev/',
    '/dev/a\0b',
  ]) {
    t.throws(() => parsePortName(text), { code: 'LIUHEN_USAGE' }, text);
  }
});

/** A machine's /sys and /dev as the kernel and udev lay them out. */
async function machine(
  t: ExecutionContext,
  files: Record<string, string>,
  links: Record<string, string>,
): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'liuhen-sysfs-'));
  t.teardown(() => rm(root, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  for (const [path, target] of Object.entries(links)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await symlink(target, join(root, path));
  }
  return root;
}

const USB = 'sys/devices/pci0/usb1/1-2';

test('ports with hardware are listed by the name that lasts; ptys, consoles and spare numbers are not', async (t) => {
  const root = await machine(
    t,
    {
      'sys/class/tty/tty0/dev': '4:0\n',
      'sys/class/tty/ttyS0/type': '4\n',
      'sys/class/tty/ttyS1/type': '0\n',
      'sys/devices/platform/serial8250/uevent': '',
      [`${USB}/idVendor`]: '10c4\n',
      [`${USB}/idProduct`]: 'ea60\n',
      [`${USB}/serial`]: '0001\n',
      [`${USB}/manufacturer`]: 'Silicon Labs\n',
      [`${USB}/product`]: 'CP2102 \u001b[31mBridge\n',
      [`${USB}/1-2:1.0/ttyUSB0/uevent`]: '',
      'sys/devices/pci0/usb1/1-3/idVendor': '1546\n',
      'sys/devices/pci0/usb1/1-3/idProduct': '01a8\n',
      'sys/devices/pci0/usb1/1-3/1-3:1.0/uevent': '',
    },
    {
      'sys/class/tty/ttyS0/device': '../../../devices/platform/serial8250',
      'sys/class/tty/ttyS1/device': '../../../devices/platform/serial8250',
      'sys/class/tty/ttyUSB0/device': '../../../devices/pci0/usb1/1-2/1-2:1.0/ttyUSB0',
      'sys/class/tty/ttyACM0/device': '../../../devices/pci0/usb1/1-3/1-3:1.0',
      'dev/serial/by-id/usb-Silicon_Labs_CP2102_0001-if00-port0': '../../ttyUSB0',
    },
  );
  const byId = '/dev/serial/by-id/usb-Silicon_Labs_CP2102_0001-if00-port0';
  t.deepEqual(await listSerialPorts({ root }), [
    { path: '/dev/ttyACM0', name: 'usb:1546:01a8', usb: { vendor: '1546', product: '01a8' } },
    { path: '/dev/ttyS0', name: '/dev/ttyS0' },
    {
      path: '/dev/ttyUSB0',
      name: byId,
      byId,
      usb: { vendor: '10c4', product: 'ea60', serial: '0001', description: 'Silicon Labs CP2102 [31mBridge' },
    },
  ]);
});

test('a machine without sysfs has no serial ports', async (t) => {
  t.deepEqual(await listSerialPorts({ root: join(tmpdir(), 'liuhen-no-such-root') }), []);
});
