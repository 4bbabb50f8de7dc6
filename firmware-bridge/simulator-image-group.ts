import { createHash } from 'node:crypto';
import { type FirmwareImage, IMAGE_HEADER_BYTES, IMAGE_MAGIC, readHeader } from './image.js';
import { type GroupHandlers, IMAGE_RC, Refusal } from './simulator-answer.js';
import { slotImage } from './simulator-boot.js';
import type { SimulatedFlash } from './simulator-flash.js';
import { GROUP, SMP_RC } from './smp-error.js';
import type { SmpData } from './smp-message.js';

const HASH_BYTES = 32;
const COMMAND = { state: 0, upload: 1, erase: 5 } as const;

/** An upload under way. Like a server's in RAM, it is gone after a reset. */
interface Upload {
  size: number;
  offset: number;
  sha: Buffer;
}

/** The image management group of a board with one image in two slots, answering as Zephyr's img_mgmt does. */
export class ImageGroup {
  readonly handlers: GroupHandlers;
  /** Called with the offset after every chunk that was written. */
  onChunk: (offset: number) => void = () => {};
  readonly #flash: SimulatedFlash;
  #upload: Upload | undefined;

  constructor(flash: SimulatedFlash) {
    this.#flash = flash;
    this.handlers = {
      [COMMAND.state]: { read: () => this.#slots(), write: (data) => this.#setState(data) },
      [COMMAND.upload]: { write: (data) => this.#chunk(data) },
      [COMMAND.erase]: { write: (data) => this.#erase(data) },
    };
  }

  /** What an update would overwrite is marked for the next boot, or is what the board goes back to. */
  get #secondaryInUse(): boolean {
    const { pending, confirmed } = this.#flash.state;
    return pending !== null || !confirmed;
  }

  #slots(): SmpData {
    const { pending, confirmed } = this.#flash.state;
    const primary = slotImage(this.#flash, 'primary', undefined);
    const secondary = slotImage(this.#flash, 'secondary', undefined);
    const images = [
      primary && { slot: 0, ...named(primary), pending: false, confirmed, active: true, permanent: false },
      secondary && {
        slot: 1,
        ...named(secondary),
        pending: pending !== null,
        confirmed: pending === null && !confirmed,
        active: false,
        permanent: pending === 'permanent',
      },
    ];
    return { images: images.filter((image) => image !== undefined), splitStatus: 0 };
  }

  #setState({ hash, confirm = false }: SmpData): SmpData {
    if (typeof confirm !== 'boolean') throw new Refusal(SMP_RC.invalid);
    const slot = this.#slotOf(hash, confirm);
    const { pending, confirmed } = this.#flash.state;
    const refuse = (rc: number) => new Refusal(rc, GROUP.image);
    if (slot === 'primary') {
      if (!confirm) throw refuse(IMAGE_RC.testOfActive);
      if (pending !== null) throw refuse(IMAGE_RC.alreadyPending);
      if (!confirmed) this.#flash.save({ ...this.#flash.state, confirmed: true });
    } else if (!confirmed) {
      // Confirming what the board goes back to anyway changes nothing; testing it would leave nothing to go back to.
      if (!confirm) throw refuse(IMAGE_RC.alreadyPending);
    } else if (pending === null) {
      this.#flash.save({ ...this.#flash.state, pending: confirm ? 'permanent' : 'test' });
    } else if ((pending === 'permanent') !== confirm) {
      throw refuse(IMAGE_RC.alreadyPending);
    }
    return this.#slots();
  }

  #slotOf(hash: unknown, confirm: boolean): 'primary' | 'secondary' {
    if (hash === undefined && confirm) return 'primary';
    if (!(hash instanceof Uint8Array) || hash.length !== HASH_BYTES) {
      throw new Refusal(IMAGE_RC.invalidHash, GROUP.image);
    }
    for (const slot of ['primary', 'secondary'] as const) {
      if (slotImage(this.#flash, slot, undefined)?.hash.equals(hash)) return slot;
    }
    throw new Refusal(IMAGE_RC.hashNotFound, GROUP.image);
  }

  #chunk({ off, len, data, sha = Buffer.alloc(0), upgrade = false }: SmpData): SmpData {
    if (!(data instanceof Uint8Array) || !(sha instanceof Uint8Array) || typeof upgrade !== 'boolean') {
      throw new Refusal(SMP_RC.invalid);
    }
    if (!isCount(off)) throw new Refusal(IMAGE_RC.invalidOffset, GROUP.image);
    if (off === 0) {
      const resumed = this.#begin(len, data, Buffer.from(sha), upgrade);
      if (resumed !== undefined) return resumed;
    }
    const upload = this.#upload;
    // Another offset than expected is not an error: the answer says where to go on.
    if (upload === undefined || off !== upload.offset) return { off: upload?.offset ?? 0 };
    if (off + data.length > upload.size) throw new Refusal(IMAGE_RC.dataOverrun, GROUP.image);
    this.#flash.write('secondary', off, data);
    upload.offset += data.length;
    this.onChunk(upload.offset);
    if (upload.offset < upload.size) return { off: upload.offset };
    this.#upload = undefined;
    return { off: upload.size, match: this.#holds(upload) };
  }

  /** A first chunk: begins an upload, or answers where one with the same sha stands. */
  #begin(len: unknown, data: Uint8Array, sha: Buffer, upgrade: boolean): SmpData | undefined {
    const refuse = (rc: number) => new Refusal(rc, GROUP.image);
    if (data.length < IMAGE_HEADER_BYTES) throw refuse(IMAGE_RC.invalidImageHeader);
    if (!isCount(len)) throw refuse(IMAGE_RC.invalidLength);
    const header = Buffer.from(data);
    if (header.readUInt32LE(0) !== IMAGE_MAGIC) throw refuse(IMAGE_RC.invalidMagic);
    if (sha.length > HASH_BYTES) throw refuse(IMAGE_RC.invalidHash);
    if (this.#upload !== undefined && sha.length > 0 && this.#upload.sha.equals(sha)) {
      return { off: this.#upload.offset };
    }
    if (this.#secondaryInUse) throw refuse(IMAGE_RC.noFreeSlot);
    // The last sector is the bootloader's trailer.
    if (len > this.#flash.slotBytes - this.#flash.sectorBytes) throw refuse(IMAGE_RC.tooLarge);
    if (upgrade && !this.#isNewer(header)) throw refuse(IMAGE_RC.versionNotNewer);
    const upload = { size: len, offset: 0, sha };
    if (sha.length === HASH_BYTES && this.#holds(upload)) return { off: len, match: true };
    this.#flash.erase('secondary');
    this.#upload = upload;
    return undefined;
  }

  /** Zephyr compares major, minor and revision. */
  #isNewer(header: Buffer): boolean {
    const running = slotImage(this.#flash, 'primary', undefined)?.header.version ?? '0.0.0';
    const [ours, theirs] = [running, readHeader(header).version].map((version) =>
      version.split('.').map(Number),
    );
    for (const at of [0, 1, 2]) {
      const difference = (theirs?.[at] ?? 0) - (ours?.[at] ?? 0);
      if (difference !== 0) return difference > 0;
    }
    return false;
  }

  #holds({ size, sha }: Upload): boolean {
    return createHash('sha256')
      .update(this.#flash.read('secondary', 0, size))
      .digest()
      .equals(sha);
  }

  #erase({ slot = 1 }: SmpData): SmpData {
    if (slot !== 0 && slot !== 1) throw new Refusal(IMAGE_RC.invalidSlot, GROUP.image);
    if (slot === 0 || this.#secondaryInUse) throw new Refusal(IMAGE_RC.noFreeSlot, GROUP.image);
    this.#upload = undefined;
    this.#flash.erase('secondary');
    return {};
  }
}

function named({ header, hash }: FirmwareImage) {
  return { version: header.version, hash, bootable: true };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= 0xffffffff;
}
