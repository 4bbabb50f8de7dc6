import { join } from 'node:path';
import { Command } from 'commander';
import { serveControl } from '../../firmware-bridge/simulator-control.js';
import { BoardError } from './command.js';
import { gpioTests } from './scenario-gpio.js';
import { officersRecordings } from './scenario-officer.js';
import { powerCuts } from './scenario-power-cuts.js';
import { VirtualBoard } from './virtual-board.js';
import { LINES, World } from './world.js';

const PARTS = ['gpio', 'officer', 'power'] as const;
const say = (line: string) => process.stderr.write(`virtual-board: ${line}\n`);

const program = new Command('scripts/virtual-board').description(
  'A small machine under QEMU whose GPIO lines, camera, serial ports and disk are a real kernel’s.',
);
program
  .command('shell', { isDefault: true })
  .description('boot, and give a shell in the machine; exit, or Ctrl-A X, switches it off')
  .action(async () => {
    const world = new World();
    const onLog = (text: string) => {
      const card = /^card ([0-9A-F]{10})$/.exec(text)?.[1];
      if (card !== undefined) world.showCard(card);
    };
    const board = await VirtualBoard.make({ say, serial: world.serial, onLog });
    try {
      world.solder(board);
      const socket = join(board.folder, 'world.sock');
      const unserve = await serveControl(world.microcontroller, socket);
      say(`the microcontroller takes lines such as {"set":{"batteryPercent":12}} on ${socket}`);
      await board.shell(
        Object.entries(LINES)
          .map(([name, line]) => `${line}=${name}`)
          .join(),
      );
      await unserve();
    } finally {
      await board.close();
      world.close();
    }
  });
program
  .command('test')
  .description('what the recorder must do on real hardware, power cuts included')
  .option('--rounds <n>', 'how many power cuts', Number, 25)
  .option('--only <part>', `one of ${PARTS.join(', ')}`)
  .action(async ({ rounds, only }: { rounds: number; only?: string }) => {
    if (only !== undefined && !PARTS.includes(only as (typeof PARTS)[number])) {
      throw new BoardError(`--only: expected one of ${PARTS.join(', ')}, got ${only}`);
    }
    const scenarios = {
      gpio: () => gpioTests(say),
      officer: () => officersRecordings(say),
      power: () => powerCuts(rounds, say),
    };
    for (const part of PARTS.filter((name) => only === undefined || name === only)) {
      process.stdout.write(`${JSON.stringify({ [part]: await scenarios[part]() })}\n`);
    }
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
