import { Command } from 'commander';
import { BoardError } from './command.js';
import { gpioTests } from './scenario-gpio.js';
import { powerCuts } from './scenario-power-cuts.js';
import { VirtualBoard } from './virtual-board.js';

const say = (line: string) => process.stderr.write(`virtual-board: ${line}\n`);

const program = new Command('scripts/virtual-board').description(
  'A small machine under QEMU whose GPIO lines, camera, serial ports and disk are a real kernel’s.',
);
program
  .command('shell', { isDefault: true })
  .description('boot, and give a shell in the machine; exit, or Ctrl-A X, switches it off')
  .action(async () => {
    const board = await VirtualBoard.make({ say });
    try {
      await board.shell();
    } finally {
      await board.close();
    }
  });
program
  .command('test')
  .description('what the recorder must do on real hardware, power cuts included')
  .option('--rounds <n>', 'how many power cuts', Number, 25)
  .action(async ({ rounds }: { rounds: number }) => {
    process.stdout.write(`${JSON.stringify({ gpio: await gpioTests(say) })}\n`);
    process.stdout.write(`${JSON.stringify({ powerCuts: await powerCuts(rounds, say) })}\n`);
  });

// What is open ends with the process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

try {
  await program.parseAsync();
} catch (error) {
  say(`failed: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof BoardError && error.next !== undefined)
    process.stderr.write(`  next: ${error.next}\n`);
  process.exitCode = 70;
}
