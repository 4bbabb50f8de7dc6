import { readFileSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { parseArgs } from 'node:util';
import { LiuhenError, messageOf } from '../config/errors.js';
import { parseFirmwareKey } from './image-signature.js';
import { BoardSimulator, type SimulatorOptions } from './simulator.js';
import { boardView, serveControl } from './simulator-control.js';
import { connectTo, listenOn, openPty } from './simulator-transport.js';

const USAGE = `usage: node simulator-main.js --flash FOLDER (--pty-link PATH | --listen PATH | --connect PATH | --stdio)
  --flash FOLDER     the board's flash; the same folder is the same board
  --pty-link PATH    be a serial port at this path
  --listen PATH      wait on a unix socket (QEMU: -serial unix:PATH,server=off)
  --connect PATH     connect to a unix socket (QEMU: -serial unix:PATH,server=on,wait=off)
  --stdio            speak on stdin and stdout
  --control PATH     unix socket for whoever plays the world: JSON lines
  --image FILE       what a new board runs (default: an unsigned image 1.0.0)
  --key FILE         public key in PEM that its bootloader checks signatures with
  --baud RATE        pace of the line; --buffer BYTES, --boot-ms MS, --swap-step-ms MS
Prints one line of JSON when the board runs. Ctrl-C is a power cut.
`;

const OPTIONS = {
  flash: { type: 'string' },
  'pty-link': { type: 'string' },
  listen: { type: 'string' },
  connect: { type: 'string' },
  stdio: { type: 'boolean' },
  control: { type: 'string' },
  image: { type: 'string' },
  key: { type: 'string' },
  baud: { type: 'string' },
  buffer: { type: 'string' },
  'boot-ms': { type: 'string' },
  'swap-step-ms': { type: 'string' },
  help: { type: 'boolean' },
} as const;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return;
  }
  if (values.flash === undefined) throw new LiuhenError('LIUHEN_USAGE', 'expected --flash FOLDER');
  const numbers = {
    baudRate: numberOf('--baud', values.baud),
    bufferBytes: numberOf('--buffer', values.buffer),
    bootMs: numberOf('--boot-ms', values['boot-ms']),
    swapStepMs: numberOf('--swap-step-ms', values['swap-step-ms']),
  };
  const given = Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined));
  const options: SimulatorOptions = { folder: values.flash, ...given };
  if (values.image !== undefined) options.image = readFileSync(values.image);
  if (values.key !== undefined) options.key = parseFirmwareKey(readFileSync(values.key, 'utf8'));
  const simulator = new BoardSimulator(options);
  // On stdout only where the line does not go there itself.
  const out = values.stdio === true ? process.stderr : process.stdout;
  simulator.once('booted', () => out.write(`${JSON.stringify(boardView(simulator))}\n`));
  const serve = (stream: Duplex) => simulator.serve(stream);
  if (values['pty-link'] !== undefined) serve((await openPty(values['pty-link'])).stream);
  else if (values.listen !== undefined) await listenOn(values.listen, serve);
  else if (values.connect !== undefined) serve((await connectTo(values.connect)).stream);
  else if (values.stdio === true) {
    const stdio = Duplex.from({ readable: process.stdin, writable: process.stdout });
    stdio.once('end', () => process.exit(0));
    serve(stdio);
  } else throw new LiuhenError('LIUHEN_USAGE', 'expected --pty-link, --listen, --connect or --stdio');
  if (values.control !== undefined) await serveControl(simulator, values.control);
  await simulator.powerOn();
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,9}$/.test(text))
    throw new LiuhenError('LIUHEN_USAGE', `${name}: expected a number, got ${text}`);
  return Number(text);
}

main().catch((error: unknown) => {
  process.stderr.write(`board simulator: ${messageOf(error)}\n${error instanceof LiuhenError ? USAGE : ''}`);
  process.exit(error instanceof LiuhenError && error.code === 'LIUHEN_USAGE' ? 64 : 70);
});
