import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { LiuhenError, messageOf, systemCodeOf } from '../config/errors.js';
import { readPublicKey } from '../config/file.js';
import { BOARD_COMMAND, decodeStatus } from '../firmware-bridge/board-wire.js';
import type { SmpClient } from '../firmware-bridge/client.js';
import { MAX_IMAGE_BYTES } from '../firmware-bridge/image.js';
import { type FirmwareKey, parseFirmwareKey } from '../firmware-bridge/image-signature.js';
import { GROUP } from '../firmware-bridge/smp-error.js';
import {
  checkedImage,
  type FirmwareInfo,
  FirmwareUpdater,
  type ImageName,
  type UpdateProgress,
  type UpdateResult,
} from '../firmware-bridge/update.js';
import type { EntryDraft } from './journal/entry.js';

export interface FirmwareParts {
  client: SmpClient;
  /** Whose signature an image must carry; what it throws, an update throws. Without it nothing is uploaded. */
  key(): FirmwareKey | undefined;
  /** Writes what was done to the board; absent where there is no journal. */
  note?: (draft: EntryDraft) => Promise<unknown>;
  /** Ends an update between two messages; the board then boots one image or the other. */
  signal?: AbortSignal;
  onProgress?: (progress: UpdateProgress) => void;
}

/** What an update is aborted with when its program ends. */
export function firmwareInterrupted(): LiuhenError {
  return new LiuhenError('LIUHEN_STATE', 'firmware: interrupted; the same command goes on from there');
}

/** The setting that names the file with the key. */
const KEY_SETTING = 'hardware.board.firmwareKeyFile';

/** The key in a file, read anew each time. `setting` names the file. Throws LIUHEN_NOT_FOUND, LIUHEN_CONFIG, LIUHEN_FIRMWARE_IMAGE. */
export function firmwareKeyIn(path: string | undefined, setting = KEY_SETTING): FirmwareKey | undefined {
  return path === undefined ? undefined : parseFirmwareKey(readPublicKey(path, setting));
}

/** Why no firmware can be checked with the key in that file; undefined where it can be, or none is named. */
export function firmwareKeyProblem(path: string | undefined): string | undefined {
  try {
    firmwareKeyIn(path);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/**
 * What a technician may do to the firmware of the board's microcontroller, by command line or through a running agent. Everything that
 * changes the board is in the journal: before it begins, and how it ended. Methods throw what `FirmwareUpdater` throws.
 */
export class Firmware {
  readonly #parts: FirmwareParts;
  readonly #updater: FirmwareUpdater;
  #busy = false;
  #progress: UpdateProgress | undefined;

  constructor(parts: FirmwareParts) {
    this.#parts = parts;
    this.#updater = new FirmwareUpdater(parts.client);
  }

  /** Of the update under way. */
  get progress(): UpdateProgress | undefined {
    return this.#progress;
  }

  info(): Promise<FirmwareInfo> {
    return this.#updater.info();
  }

  /**
   * Brings the image in `file` onto the board; with `confirm` it stays once it answers for the board's status.
   * @throws LiuhenError before anything is sent: what `key` throws; LIUHEN_CONFIG without a key; LIUHEN_FIRMWARE_IMAGE when the image is not whole, or
   * not signed by it.
   */
  update({ file, confirm }: { file: string; confirm: boolean }): Promise<UpdateResult> {
    return this.#alone(async () => {
      const { client, signal } = this.#parts;
      const key = this.#parts.key();
      if (key === undefined) {
        throw new LiuhenError(
          'LIUHEN_CONFIG',
          'firmware: expected a public key to check the image with, got none',
          {
            next: `set ${KEY_SETTING}`,
          },
        );
      }
      const image = checkedImage(await readImageFile(file), key);
      const to = { version: image.header.version, hash: image.hash.toString('hex') };
      const { running } = await this.#updater.info();
      await this.#note('update-started', { from: named(running), to });
      const healthCheck = async () => {
        decodeStatus(await client.request('read', GROUP.board, BOARD_COMMAND.status, {}));
      };
      const onProgress = (progress: UpdateProgress) => {
        this.#progress = progress;
        this.#parts.onProgress?.(progress);
      };
      try {
        const result = await this.#updater.update(image, {
          confirm,
          healthCheck,
          onProgress,
          ...(signal && { signal }),
        });
        await this.#note('updated', { ...result });
        return result;
      } catch (error) {
        await this.#noteFailure('update-failed', { from: named(running), to, error: messageOf(error) });
        throw error;
      }
    });
  }

  confirm(): Promise<ImageName> {
    return this.#alone(async () => {
      const confirmed = await this.#updater.confirm();
      await this.#note('confirmed', { ...confirmed });
      return confirmed;
    });
  }

  rollback(): Promise<UpdateResult> {
    return this.#alone(async () => {
      const { signal } = this.#parts;
      const { running } = await this.#updater.info();
      await this.#note('rollback-started', { from: named(running) });
      try {
        const result = await this.#updater.rollback(signal === undefined ? {} : { signal });
        await this.#note('rolled-back', { ...result });
        return result;
      } catch (error) {
        await this.#noteFailure('rollback-failed', { from: named(running), error: messageOf(error) });
        throw error;
      }
    });
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy) throw new LiuhenError('LIUHEN_STATE', 'firmware: the board is being updated already');
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
      this.#progress = undefined;
    }
  }

  async #note(name: string, value: object): Promise<void> {
    await this.#parts.note?.({ type: 'event', source: 'firmware', name, value });
  }

  /** What failed first is what is told; a journal that cannot be written says so itself. */
  async #noteFailure(name: string, value: object): Promise<void> {
    await this.#note(name, value).catch(() => {});
  }
}

/** The whole file; one that is too large is not read. */
async function readImageFile(path: string): Promise<Buffer> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await file.stat();
      // A device or a pipe has no size, and may have no end.
      if (!stats.isFile()) throw new LiuhenError('LIUHEN_FIRMWARE_IMAGE', `${path}: expected a file`);
      const { size } = stats;
      if (size > MAX_IMAGE_BYTES) {
        throw new LiuhenError(
          'LIUHEN_FIRMWARE_IMAGE',
          `${path}: expected at most ${MAX_IMAGE_BYTES} bytes, got ${size}`,
        );
      }
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof LiuhenError) throw error;
    const code = systemCodeOf(error) === 'ENOENT' ? 'LIUHEN_NOT_FOUND' : 'LIUHEN_STORAGE_IO';
    throw new LiuhenError(code, `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}

function named({ version, hash }: ImageName): ImageName {
  return { version, hash };
}
