import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { type ByteLink, openSerial } from '../../drivers/serial.js';
import { SmpClient, type SmpClientOptions } from '../../firmware-bridge/client.js';
import { readFirmwareImage } from '../../firmware-bridge/image.js';
import { parseFirmwareKey } from '../../firmware-bridge/image-signature.js';
import { BoardSimulator, type SimulatorOptions } from '../../firmware-bridge/simulator.js';
import { openPty } from '../../firmware-bridge/simulator-transport.js';
import { FirmwareUpdater } from '../../firmware-bridge/update.js';
import { firmwareSigner } from '../../scripts/firmware-signer.js';

/** One key for all images of a test file. */
export const signer = firmwareSigner();
export const firmwareKey = parseFirmwareKey(signer.publicKey);

/** A signed image whose payload differs from version to version. */
export function firmware(version: string, payloadBytes = 20_000) {
  const payload = Buffer.alloc(payloadBytes);
  for (let at = 0; at < payload.length; at++) payload[at] = (at * 7 + version.length * at + (at >> 8)) & 0xff;
  payload.write(version);
  return readFirmwareImage(signer.image({ version, payload }));
}

/** A link that is open; the port is opened again quickly when it was lost. */
export async function openLink(path: string): Promise<ByteLink> {
  const link = openSerial({
    port: { kind: 'path', path },
    baudRate: 115_200,
    backoff: { minMs: 20, maxMs: 100 },
  });
  await new Promise<void>((resolve) => {
    if (link.state.open) resolve();
    link.onState(({ open }) => open && resolve());
  });
  return link;
}

export interface BoardScene {
  folder: string;
  port: string;
  simulator: BoardSimulator;
  link: ByteLink;
  client: SmpClient;
  updater: FirmwareUpdater;
}

/** A simulated board with signed firmware 1.0.0 behind a real pty, and the real client at the other end. */
export async function boardScene(
  t: ExecutionContext,
  options: Partial<SimulatorOptions> = {},
  clientOptions: SmpClientOptions = {},
): Promise<BoardScene> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-board-'));
  const port = join(folder, 'tty');
  const pty = await openPty(port);
  const simulator = new BoardSimulator({
    folder: join(folder, 'flash'),
    key: firmwareKey,
    image: firmware('1.0.0').bytes,
    ...options,
  });
  simulator.serve(pty.stream);
  await simulator.powerOn();
  const link = await openLink(port);
  const client = new SmpClient(link, { timeoutMs: 300, attempts: 5, ...clientOptions });
  t.teardown(async () => {
    client.close();
    await link.close();
    simulator.close();
    await pty.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { folder, port, simulator, link, client, updater: new FirmwareUpdater(client) };
}
