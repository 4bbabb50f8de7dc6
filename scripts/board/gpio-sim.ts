import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BoardError, host } from './command.js';

/**
 * Builds the kernel's own GPIO simulator, which Debian's 6.1 kernel leaves out, from the kernel's source and headers as unpacked
 * in `unpacked`; returns the module's file. It needs the interrupt simulator (kernel/irq/irq_sim.c), left out as well, in the same
 * module, as nothing exports it.
 */
export async function buildGpioSim(unpacked: string, release: string, folder: string): Promise<string> {
  const source = 'linux-source-6.1';
  const wanted = ['drivers/gpio/gpio-sim.c', 'drivers/gpio/gpiolib.h', 'kernel/irq/irq_sim.c'];
  const archive = join(unpacked, 'usr/src', `${source}.tar.xz`);
  await mkdir(folder, { recursive: true });
  await host('tar', ['-xJf', archive, '-C', folder, ...wanted.map((path) => `${source}/${path}`)]);

  const module = join(folder, 'module');
  await mkdir(module);
  const from = (path: string) => join(folder, source, path);
  await copyFile(from('drivers/gpio/gpio-sim.c'), join(module, 'gpio-sim-core.c'));
  await copyFile(from('drivers/gpio/gpiolib.h'), join(module, 'gpiolib.h'));
  const irqSim = await readFile(from('kernel/irq/irq_sim.c'), 'utf8');
  await writeFile(join(module, 'irq_sim.c'), withExportedCall(irqSim));
  await writeFile(join(module, 'Kbuild'), 'obj-m := gpio-sim.o\ngpio-sim-y := gpio-sim-core.o irq_sim.o\n');

  const headers = join(unpacked, 'usr/src', `linux-headers-${release}`);
  const common = join(unpacked, 'usr/src', `linux-headers-${release.replace(/-amd64$/, '')}-common`);
  // Debian's own names the place where the package would have been installed.
  await writeFile(join(headers, 'Makefile'), `include ${common}/Makefile\n`);
  await host('make', ['-C', headers, `M=${module}`, 'modules']);
  const built = join(module, 'gpio-sim.ko');
  await host('strip', ['--strip-debug', built]);
  return built;
}

/** irq_to_desc is not exported to modules; generic_handle_irq does the same by the number. */
function withExportedCall(irqSim: string): string {
  const call = /handle_simple_irq\(irq_to_desc\((\w+)\)\)/;
  if (!call.test(irqSim)) {
    throw new BoardError('kernel/irq/irq_sim.c: expected one call of handle_simple_irq(irq_to_desc(…))');
  }
  return irqSim.replace(call, 'generic_handle_irq($1)');
}
