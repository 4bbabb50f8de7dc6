import { setTimeout as sleep } from 'node:timers/promises';
import { LiuhenError } from '../config/errors.js';
import type { SmpClient } from './client.js';
import { type FirmwareImage, readFirmwareImage } from './image.js';
import { ImageGroup, type ImageSlot } from './image-group.js';
import { type FirmwareKey, verifyFirmwareImage } from './image-signature.js';
import { learnBuffer, OsGroup } from './os-group.js';

/** An image by what it says of itself and by SHA-256 in hex. */
export interface ImageName {
  version: string;
  hash: string;
}

/** What a board runs, and what is in its other slot. */
export interface FirmwareInfo {
  running: ImageName & { confirmed: boolean };
  other: (ImageName & { pending: boolean }) | null;
}

/** `testing`: runs, and gives way to the one before at the next reset unless it is confirmed. */
export type UpdateResult = { before: ImageName; after: ImageName; state: 'testing' | 'confirmed' };

export type UpdateStep = 'upload' | 'restart' | 'check' | 'confirm';
export interface UpdateProgress {
  step: UpdateStep;
  /** Of the upload. */
  doneBytes: number;
  totalBytes: number;
}

export interface UpdateOptions {
  /** Makes the image stay once the new firmware answers and `healthCheck` has passed. */
  confirm?: boolean;
  /** What must hold before the image may stay; when it throws, the board is put back. */
  healthCheck?: () => Promise<void>;
  /** How long the board may be silent, in a swap or a power cut, before it is given up. Default 2 min. */
  patienceMs?: number;
  onProgress?: (progress: UpdateProgress) => void;
  signal?: AbortSignal;
}

const PATIENCE_MS = 120_000;
const RETRY_MS = 200;
/** One attempt a question, since whoever waits for a board asks again anyway. */
const ASK = { attempts: 1 };
/** How often the same board is asked to restart. */
const MAX_RESETS = 5;
/** How often it may fall silent again after it had answered. */
const MAX_RELAPSES = 20;

/**
 * Reads and checks an image file before anything is sent.
 * @throws LiuhenError LIUHEN_FIRMWARE_IMAGE unless it is whole and signed by `key`.
 */
export function checkedImage(file: Uint8Array, key: FirmwareKey): FirmwareImage {
  const image = readFirmwareImage(file);
  verifyFirmwareImage(image, key);
  return image;
}

/** Firmware of a board over SMP. One of these calls at a time. All throw LIUHEN_FIRMWARE_SILENT when the board does not answer. */
export class FirmwareUpdater {
  readonly #images: ImageGroup;
  readonly #os: OsGroup;
  readonly #client: SmpClient;

  constructor(client: SmpClient) {
    this.#client = client;
    this.#images = new ImageGroup(client);
    this.#os = new OsGroup(client);
  }

  async info(): Promise<FirmwareInfo> {
    return infoOf(await this.#images.state());
  }

  /**
   * Uploads an image, has it tried, and waits until it runs. Power may fail at any moment, the board's or ours: the board boots one
   * image or the other, and the same call again goes on from there.
   * @throws LiuhenError LIUHEN_STATE while another update is unfinished; LIUHEN_FIRMWARE_UPDATE when the board refuses the image, does
   * not run it, or fails the health check (and was put back).
   */
  async update(image: FirmwareImage, options: UpdateOptions = {}): Promise<UpdateResult> {
    const hash = image.hash.toString('hex');
    const totalBytes = image.bytes.length;
    const tell = (step: UpdateStep, doneBytes = totalBytes) =>
      options.onProgress?.({ step, doneBytes, totalBytes });
    const info = await this.info();
    const before = info.running.hash === hash && info.other !== null ? info.other : info.running;
    if (info.running.hash !== hash) {
      requireSettled(info, hash);
      if (info.other?.pending !== true) {
        await this.#upload(image, options, (done) => tell('upload', done));
        await this.#patiently(options, () => this.#images.test(image.hash, ASK));
      }
      tell('restart');
      await this.#restartInto(hash, options);
    }
    tell('check');
    return await this.#settle(image, before, options, tell);
  }

  /** Makes the running image stay. Throws LIUHEN_STATE when it already does. */
  async confirm(): Promise<ImageName> {
    const { running } = await this.info();
    if (running.confirmed)
      throw new LiuhenError('LIUHEN_STATE', `firmware ${running.version} is confirmed already`);
    return await this.#confirm(running.hash);
  }

  /**
   * Goes back to the image in the other slot: at once if the running one is unconfirmed, else by trying and confirming it.
   * @throws LiuhenError LIUHEN_STATE when there is none; LIUHEN_FIRMWARE_UPDATE when it does not run.
   */
  async rollback(options: UpdateOptions = {}): Promise<UpdateResult> {
    const { running, other } = await this.info();
    if (other === null)
      throw new LiuhenError('LIUHEN_STATE', 'firmware: there is no other image to go back to');
    const { version, hash } = other;
    if (running.confirmed && !other.pending) await this.#images.test(Buffer.from(hash, 'hex'));
    await this.#restartInto(hash, options);
    const now = await this.info();
    if (!now.running.confirmed) await this.#confirm(hash);
    return { before: nameOf(running), after: { version, hash }, state: 'confirmed' };
  }

  /** Uploads; goes on where it stood when the line or the board was away for a while. */
  async #upload(
    image: FirmwareImage,
    options: UpdateOptions,
    tell: (doneBytes: number) => void,
  ): Promise<void> {
    const { signal } = options;
    await this.#patiently(options, async () => {
      await learnBuffer(this.#client, ASK);
      await this.#images.upload(image.bytes, { onProgress: tell, ...(signal && { signal }) });
    });
    const slots = await this.#patiently(options, () => this.#images.state(ASK));
    if (!slots.some((slot) => !slot.active && hexOf(slot) === image.hash.toString('hex'))) {
      throw failed(`firmware ${image.header.version}: the board took all of it and finds no valid image`);
    }
  }

  /** Restarts the board until it runs the image with this hash, or another one for good. */
  async #restartInto(hash: string, options: UpdateOptions): Promise<void> {
    let resets = 0;
    await this.#patiently(options, async () => {
      const info = infoOf(await this.#images.state(ASK));
      if (info.running.hash === hash) return;
      const waiting = info.other?.hash === hash && (info.other.pending || !info.running.confirmed);
      if (!waiting || resets === MAX_RESETS) {
        throw failed(
          `firmware: expected the board to run ${hash.slice(0, 16)}… after its restart, got ${info.running.version}`,
          'the bootloader refused the image, or it did not survive its start; the board runs what it ran before',
        );
      }
      resets++;
      await this.#os.reset();
      throw new LiuhenError('LIUHEN_FIRMWARE_SILENT', 'firmware: the board restarts');
    });
  }

  async #settle(
    image: FirmwareImage,
    before: ImageName,
    options: UpdateOptions,
    tell: (step: UpdateStep) => void,
  ): Promise<UpdateResult> {
    const after = { version: image.header.version, hash: image.hash.toString('hex') };
    try {
      await this.#os.echo('liuhen');
      await options.healthCheck?.();
    } catch (error) {
      const { running } = await this.#patiently(options, async () => infoOf(await this.#images.state(ASK)));
      if (running.hash === after.hash && running.confirmed) throw error;
      await this.#restartInto(before.hash, options);
      throw failed(
        `firmware ${after.version} failed its check; the board runs ${before.version} again`,
        undefined,
        error,
      );
    }
    const confirmed = (await this.info()).running.confirmed;
    if (options.confirm !== true && !confirmed) return { before: nameOf(before), after, state: 'testing' };
    tell('confirm');
    if (!confirmed) await this.#confirm(after.hash);
    return { before: nameOf(before), after, state: 'confirmed' };
  }

  /** Without a hash: with one, an image that has just been reverted would be marked to come back for good. */
  async #confirm(expected: string): Promise<ImageName> {
    const { running } = infoOf(await this.#images.confirm());
    if (running.hash === expected && running.confirmed) return nameOf(running);
    throw failed(`firmware: expected ${expected.slice(0, 16)}… to run and stay, got ${running.version}`);
  }

  /** Tries again while the board is silent, as long as the patience lasts from the last sign of life; not for ever if it relapses. */
  async #patiently<T>(
    { patienceMs = PATIENCE_MS, signal }: UpdateOptions,
    attempt: () => Promise<T>,
  ): Promise<T> {
    let deadlineMs = performance.now() + patienceMs;
    let heard = this.#client.counters.responses;
    let relapses = 0;
    for (;;) {
      signal?.throwIfAborted();
      try {
        return await attempt();
      } catch (error) {
        const silent = error instanceof LiuhenError && error.code === 'LIUHEN_FIRMWARE_SILENT';
        const { responses } = this.#client.counters;
        if (responses > heard) {
          deadlineMs = performance.now() + patienceMs;
          relapses++;
        }
        heard = responses;
        if (!silent || relapses > MAX_RELAPSES || performance.now() > deadlineMs) throw error;
      }
      await sleep(RETRY_MS, undefined, signal && { signal });
    }
  }
}

function requireSettled({ running, other }: FirmwareInfo, hash: string): void {
  const refuse = (what: string, next: string) =>
    new LiuhenError('LIUHEN_STATE', `firmware: ${what}`, { next });
  if (!running.confirmed) {
    throw refuse(
      `${running.version} runs unconfirmed`,
      'decide about it first: liuhen firmware confirm, or liuhen firmware rollback',
    );
  }
  if (other?.pending === true && other.hash !== hash) {
    throw refuse(
      `${other.version} waits for its first start`,
      'let it start first: liuhen firmware rollback restarts the board into it',
    );
  }
}

/** Of the board's own firmware: a board may have further images, such as that of a radio, which are not updated from here. */
function infoOf(all: readonly ImageSlot[]): FirmwareInfo {
  const slots = all.filter(({ image }) => image === 0);
  const active = slots.find((slot) => slot.active);
  const other = slots.find((slot) => !slot.active);
  if (active === undefined)
    throw failed('firmware: expected the board to name the image that runs, got none');
  return {
    running: { version: active.version, hash: hexOf(active), confirmed: active.confirmed },
    other:
      other === undefined ? null : { version: other.version, hash: hexOf(other), pending: other.pending },
  };
}

function nameOf({ version, hash }: ImageName): ImageName {
  return { version, hash };
}

function hexOf({ hash }: ImageSlot): string {
  return hash === undefined ? '' : Buffer.from(hash).toString('hex');
}

function failed(what: string, next?: string, cause?: unknown): LiuhenError {
  return new LiuhenError('LIUHEN_FIRMWARE_UPDATE', what, {
    ...(next === undefined ? {} : { next }),
    ...(cause === undefined ? {} : { cause }),
  });
}
