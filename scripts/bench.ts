import { cpus } from 'node:os';
import { Command } from 'commander';
import { tableText } from '../agent/cli/text.js';
import { firmware } from './benchmarks/firmware.js';
import { makeGround } from './benchmarks/ground.js';
import { hardware } from './benchmarks/hardware.js';
import { kiosk } from './benchmarks/kiosk.js';
import { latency } from './benchmarks/latency.js';
import type { Measurement, Row } from './benchmarks/measurement.js';
import { memory } from './benchmarks/memory.js';
import { rolling } from './benchmarks/rolling.js';
import { seal } from './benchmarks/seal.js';
import { serial } from './benchmarks/serial.js';
import { start } from './benchmarks/start.js';
import { uplink } from './benchmarks/uplink.js';
import { verify } from './benchmarks/verify.js';

const MEASUREMENTS: readonly Measurement[] = [
  seal,
  rolling,
  uplink,
  verify,
  memory,
  latency,
  start,
  hardware,
  serial,
  firmware,
  kiosk,
];

interface Options {
  only: string[];
  quick: boolean;
  runs?: number;
  dir: string;
  json: boolean;
}

const program = new Command('scripts/bench')
  .description(
    'Measures speed and size side by side with something to compare, as medians of several runs.\n' +
      MEASUREMENTS.map(({ name, about }) => `  ${name.padEnd(8)} ${about}`).join('\n'),
  )
  .option('--only <name>', 'this measurement; repeatable', (name, all: string[]) => [...all, name], [])
  .option('--quick', 'smaller sizes and a single run: for a try, not for a verdict', false)
  .option('--runs <n>', 'how often both sides of a comparison run', Number)
  .option('--dir <folder>', 'the disk to measure; everything in it is removed afterwards', process.cwd())
  .option('--json', 'print one JSON value', false)
  .parse();

process.exitCode = await bench(program.opts<Options>());

async function bench({ only, quick, runs = quick ? 1 : 3, dir, json }: Options): Promise<number> {
  const names = MEASUREMENTS.map(({ name }) => name);
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined || !Number.isInteger(runs) || runs < 1) {
    process.stderr.write(
      unknown === undefined
        ? 'bench: --runs: expected a whole number above 0\n'
        : `bench: --only: expected one of ${names.join(', ')}, got ${unknown}\n`,
    );
    return 64;
  }
  const ground = await makeGround(dir, { quick, runs });
  const leaveNow = () => void ground.leave().finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, leaveNow);
  const rows: Row[] = [];
  try {
    for (const each of MEASUREMENTS) {
      if (only.length === 0 || only.includes(each.name)) rows.push(...(await each.run(ground)));
    }
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
    return 70;
  } finally {
    await ground.leave();
  }
  process.stdout.write(
    json ? `${JSON.stringify(resultOf(rows, quick, runs), null, 2)}\n` : table(rows, runs),
  );
  return 0;
}

function resultOf(rows: readonly Row[], quick: boolean, runs: number) {
  const [cpu] = cpus();
  return { node: process.version, cpu: cpu?.model ?? '', cores: cpus().length, quick, runs, rows };
}

function table(rows: readonly Row[], runs: number): string {
  const verdict = ({ ok }: Row) => (ok === null ? '' : ok ? 'ok' : 'SHORT');
  const lines = rows.map((row) => [
    row.measurement,
    row.ours,
    row.against,
    row.ratio === null ? '' : `${row.ratio.toFixed(2)}×`,
    row.target,
    verdict(row),
  ]);
  const head = ['measurement', 'ours', 'against', 'ratio', 'target', ''];
  return `${tableText([head, ...lines])}\n(medians of ${runs} run${runs === 1 ? '' : 's'})\n`;
}
