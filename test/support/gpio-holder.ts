import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import type { ExecutionContext } from 'ava';

/** Holds a line by the character device, as another program would; GPIO_GET_LINEHANDLE_IOCTL of linux/gpio.h. */
const HOLD = `
import fcntl, os, struct, sys
fd = os.open(sys.argv[1], os.O_RDWR)
asked = struct.pack("=64II64s32sIi", int(sys.argv[2]), *[0] * 63, 1, b"", b"another", 1, 0)
fcntl.ioctl(fd, 0xC16CB403, bytearray(asked), True)
print("held", flush=True)
sys.stdin.read()`;

/** Another program that has a line of a gpio-sim chip until the returned function is called. `sim` is the folder that holds the chip's sim_gpio0. */
export async function holdLine(t: ExecutionContext, sim: string, line: number): Promise<() => Promise<void>> {
  const device = readdirSync('/sys/bus/gpio/devices').find((name) => sim.endsWith(`/${name}`)) ?? '';
  const holder = spawn('python3', ['-c', HOLD, `/dev/${device}`, String(line)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.teardown(() => holder.kill());
  const exited = once(holder, 'exit');
  const [held] = await Promise.race([once(holder.stdout, 'data'), exited]);
  t.is(String(held), 'held\n');
  return async () => {
    holder.stdin.end();
    await exited;
  };
}
