import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import {
  type Archive,
  type ArchiveOptions,
  type ArchiveStatus,
  initArchive,
  registerDevice,
  startArchive,
} from '../../agent/archive/archive.js';
import { parseCheckpoint } from '../../agent/journal/checkpoint.js';
import { leafHash } from '../../agent/journal/merkle.js';
import {
  compactRangeAt,
  entriesPath,
  splitEntryBundle,
  splitTile,
  TILE_WIDTH,
  tilePath,
  tileWidth,
} from '../../agent/journal/tiles.js';
import { type ConfigInput, defaultConfig } from '../../config/load.js';
import { systemClock } from '../../drivers/clock.js';
import { newWitness, type TestWitness } from './scripted-archive.js';

/** An archive in a temporary folder, with its own broker unless a broker is named. */
export class TestArchive {
  readonly data: string;
  readonly witness: TestWitness;
  readonly log: Record<string, unknown>[] = [];
  #running: Archive | undefined;

  private constructor(data: string, witness: TestWitness) {
    this.data = data;
    this.witness = witness;
  }

  static async init(rootVkeys: readonly string[] = []): Promise<TestArchive> {
    const data = await mkdtemp(join(tmpdir(), 'liuhen-archive-'));
    const vkey = await initArchive(data, 'liuhen.example/archive');
    for (const root of rootVkeys) await registerDevice(data, root);
    // Its private key stays in the folder: tests only need what a device pins.
    return new TestArchive(data, { ...newWitness(), vkey });
  }

  get running(): Archive {
    if (this.#running === undefined) throw new Error('the archive does not run');
    return this.#running;
  }

  /** Port of the embedded broker. */
  get port(): number {
    return Number(new URL(this.running.status().broker).port);
  }

  /** Starts it, and resolves when it listens to its devices. */
  async start(broker?: string, options: Partial<ArchiveOptions> = {}): Promise<Archive> {
    const connection = broker === undefined ? { embeddedBroker: { host: '127.0.0.1', port: 0 } } : { broker };
    const archive = await this.launch({ settings: archiveSettings(connection), ...options });
    if (!archive.status().online) await new Promise<void>((resolve) => archive.once('online', resolve));
    return archive;
  }

  /** Starts it; its connection to a broker may still be on its way, or never come. */
  async launch(options: Pick<ArchiveOptions, 'settings'> & Partial<ArchiveOptions>): Promise<Archive> {
    const log = pino({ level: 'info' }, { write: (line: string) => void this.log.push(JSON.parse(line)) });
    this.#running = await startArchive({
      data: this.data,
      reserveBytes: 0,
      log,
      clock: systemClock(),
      // Nothing is asked for again by itself, so that the next want answers what a test has just sent.
      times: { publishMs: 20, tickMs: 20, reaskMs: 3_600_000 },
      ...options,
    });
    return this.#running;
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  /** Stops it and deletes its folder. */
  async remove(): Promise<void> {
    await this.stop();
    await rm(this.data, { recursive: true, force: true });
  }

  /** A file of a device's published folder. */
  file(device: string, ...path: string[]): string {
    return join(this.data, 'devices', device, ...path);
  }
}

/** Settings of an archive as written in a file, with short waits. */
export function archiveSettings(archive: NonNullable<ConfigInput['archive']>): ArchiveOptions['settings'] {
  const backoff = { min: '10ms', max: '100ms' };
  return defaultConfig({ profile: 'archive', archive: { backoff, ...archive } }).archive;
}

/** Resolves once the status is as wanted; looked at after each event. */
export function untilArchive(archive: Archive, wanted: (status: ArchiveStatus) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const events = ['cosigned', 'archived', 'fork', 'refused', 'online', 'offline'] as const;
    const look = () => {
      if (!wanted(archive.status())) return;
      for (const event of events) archive.off(event, look);
      resolve();
    };
    for (const event of events) archive.on(event, look);
    look();
  });
}

/** Computes the root of a published tree from its entry bundles, and again from its tiles; throws where they disagree. */
export async function rootOfPublished(folder: string): Promise<{ size: number; root: Buffer }> {
  const { size } = parseCheckpoint(await readFile(join(folder, 'checkpoint'), 'utf8'));
  const read = async (level: number, from: number, count: number) => {
    const hashes: Buffer[] = [];
    for (let at = from; at < from + count; ) {
      const index = Math.floor(at / TILE_WIDTH);
      const tile = { level, index, width: tileWidth(size, level, index) };
      const all = splitTile(await readFile(join(folder, tilePath(tile))), tile);
      const end = Math.min(from + count, (index + 1) * TILE_WIDTH);
      hashes.push(...all.slice(at - index * TILE_WIDTH, end - index * TILE_WIDTH));
      at = end;
    }
    return hashes;
  };
  for (let index = 0; index * TILE_WIDTH < size; index++) {
    const width = tileWidth(size, 0, index);
    const bundle = await readFile(join(folder, entriesPath(index, width)));
    const leaves = splitEntryBundle(bundle, index, width).map(leafHash);
    const hashes = await read(0, index * TILE_WIDTH, width);
    leaves.forEach((leaf, at) => {
      if (!leaf.equals(hashes[at] as Buffer))
        throw new Error(`entry ${index * TILE_WIDTH + at} and its tile disagree`);
    });
  }
  return { size, root: (await compactRangeAt(size, read)).root() };
}
