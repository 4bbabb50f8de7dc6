import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { printable } from '../../config/printable.js';
import { GPIO_ROOT, type GpioChip, gpioChips } from '../../drivers/gpio-chips.js';
import { listSerialPorts, type SerialPortInfo } from '../../drivers/serial-list.js';

/** A camera that the kernel has. */
export interface VideoDevice {
  path: string;
  name: string;
}

/** What is on this machine. */
export interface Found {
  cameras: VideoDevice[];
  ports: SerialPortInfo[];
  chips: GpioChip[];
  /** Why there are no GPIO chips to choose from, where that is so. */
  gpioProblem: string | undefined;
}

/** Looks for cameras, serial ports and GPIO chips; opens none of them. `root` is where /sys and /dev are. */
export async function probe(root = '/'): Promise<Found> {
  let chips: GpioChip[] = [];
  let gpioProblem: string | undefined;
  try {
    chips = gpioChips(join(root, GPIO_ROOT));
  } catch (error) {
    gpioProblem = error instanceof Error ? error.message : String(error);
  }
  return { cameras: await cameras(root), ports: await listSerialPorts({ root }), chips, gpioProblem };
}

/** A camera has several nodes, of which the first gives pictures; the others are of metadata. */
async function cameras(root: string): Promise<VideoDevice[]> {
  const folder = join(root, 'sys/class/video4linux');
  const found: VideoDevice[] = [];
  for (const node of (await readdir(folder).catch(() => [])).sort(byNumber)) {
    const text = (name: string) => readFile(join(folder, node, name), 'utf8').catch(() => '');
    if ((await text('index')).trim() !== '0') continue;
    const name = printable(await text('name'), '').slice(0, 80);
    found.push({ path: `/dev/${node}`, name });
  }
  return found;
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
