import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type ByteLink, openSerial } from '../../../drivers/serial.js';
import { SmpClient } from '../../../firmware-bridge/client.js';
import { ImageGroup } from '../../../firmware-bridge/image-group.js';
import { learnBuffer } from '../../../firmware-bridge/os-group.js';
import { firmwareSigner } from '../../firmware-signer.js';

const PROGRAM = join(import.meta.dirname, '../../../firmware-bridge/simulator-main.js');

export interface UploadInput {
  folder: string;
  baudRate: number;
  bufferBytes: number;
  imageBytes: number;
}

/** How long an upload took, and how many bytes crossed the line for it in both directions. */
export interface UploadResult {
  ms: number;
  imageBytes: number;
  lineBytes: number;
}

/** Uploads an image to a simulated board, a process of its own, over a pty that goes at the pace of a line. */
export async function run({ folder, baudRate, bufferBytes, imageBytes }: UploadInput): Promise<UploadResult> {
  const port = join(folder, 'tty');
  const board = spawn(
    process.execPath,
    [
      ...[PROGRAM, '--flash', join(folder, 'flash'), '--pty-link', port],
      ...['--baud', String(baudRate), '--buffer', String(bufferBytes)],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const link = openSerial({
    port: { kind: 'path', path: port },
    baudRate,
    backoff: { minMs: 10, maxMs: 50 },
  });
  try {
    await once(createInterface(board.stdout), 'line');
    await new Promise<void>((resolve) => {
      if (link.state.open) resolve();
      link.onState(({ open }) => open && resolve());
    });
    const counted = countBytes(link);
    const client = new SmpClient(counted.link);
    await learnBuffer(client);
    const image = firmwareSigner().image({ version: '2.0.0', payload: Buffer.alloc(imageBytes, 0x5a) });
    counted.reset();
    const startedMs = performance.now();
    await new ImageGroup(client).upload(image);
    const ms = performance.now() - startedMs;
    const { resends } = client.counters;
    if (resends > 0) throw new Error(`expected an upload without a loss, got ${resends} requests sent again`);
    client.close();
    return { ms, imageBytes: image.length, lineBytes: counted.bytes };
  } finally {
    await link.close();
    board.kill();
  }
}

function countBytes(link: ByteLink) {
  const counted = {
    bytes: 0,
    reset() {
      counted.bytes = 0;
    },
    link: {
      write(bytes) {
        counted.bytes += bytes.length;
        return link.write(bytes);
      },
      onData: (listener) => link.onData(listener),
      onState: (listener) => link.onState(listener),
      get state() {
        return link.state;
      },
      close: () => link.close(),
    } satisfies ByteLink,
  };
  link.onData((bytes) => {
    counted.bytes += bytes.length;
  });
  return counted;
}
