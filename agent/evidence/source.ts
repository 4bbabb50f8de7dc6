import type { ReadHashes } from '../journal/tiles.js';

/** An init segment or fragment, and how many bytes it has by its entry. */
export interface FootageName {
  recording: number;
  take: number;
  index: number | 'init';
  bytes: number;
}

/** Where a bundle's content comes from: a device's stores or an archive's files. Nothing read here is trusted by a verifier. */
export interface EvidenceSource {
  device: string;
  origin: string;
  /** The vkey of epoch 0. */
  rootVkey: string;
  /** Cosigner keys (vkeys) that this source knows, for the bundle's `policy`. */
  witnesses: string[];
  /**
   * The newest cosigned checkpoint when it covers `size` entries, otherwise the newest of the device's own; and the notes of all
   * keys up to the one that signed it.
   */
  checkpoint(size: number): Promise<{ checkpoint: string; keyNotes: string[] }>;
  readHashes: ReadHashes;
  entries(from: number, to: number): AsyncIterable<Buffer>;
  /** Undefined when this source does not hold it. */
  footage(piece: FootageName): Promise<Buffer | undefined>;
  /** The archive's receipt for a recording. */
  receipt(recording: number): Promise<string | undefined>;
}

/** A recording that a source holds. */
export interface ListedRecording {
  recording: number;
  stopped: boolean;
}

/** A source that can also say what there is to export. */
export interface ExportSource extends EvidenceSource {
  /** Newest first. */
  recordings(): AsyncIterable<ListedRecording>;
}
