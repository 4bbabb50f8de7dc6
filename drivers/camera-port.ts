import type { Readable } from 'node:stream';

export type CameraSource =
  | { kind: 'synthetic' }
  | { kind: 'file'; path: string }
  | { kind: 'rtsp'; url: string }
  | { kind: 'v4l2'; device: string };

export interface CameraOptions {
  source: CameraSource;
  /** Time from key frame to key frame when encoding, hence the length of a fragment. */
  fragmentMs: number;
  /** The largest picture when encoding; a v4l2 camera is asked for exactly this size. */
  width: number;
  height: number;
  framesPerSecond: number;
  bitrateBitsPerSecond: number;
  /** Pass the source's own encoding through; its key frames then decide the fragments. Ignored when synthetic. */
  copy: boolean;
  audio: boolean;
  /** Longest time without a byte and without progress of the media before the camera counts as stalled. */
  stallMs: number;
  /** How long a process may take to finish when asked to, before it is killed. Default 5000. */
  graceMs?: number;
  /** Read a file or the test picture as fast as it plays. Default true; without it, as fast as it can be read. */
  realtime?: boolean;
  /** Default `ffmpeg`, looked up in PATH. */
  ffmpegPath?: string;
}

/** Why a run ended: on request, at the end of a file, by a fault, or by silence. */
export interface CameraEnd {
  reason: 'stopped' | 'ended' | 'failed' | 'stalled';
  /** What happened, with ffmpeg's last words; bounded, and without credentials. */
  detail?: string;
}

/** One run of one camera. */
export interface CameraRun {
  /**
   * Fragmented MP4. Ends, without an error, when the run does; bytes may still be read after `ended` has resolved.
   * Leaving it unread pauses the camera; destroying it stops the run.
   */
  output: Readable;
  /** Resolves when the process is gone. Never rejects. */
  ended: Promise<CameraEnd>;
  /** Asks for a clean finish, so that the last fragment still comes out, and resolves when the process is gone. */
  stop(): Promise<void>;
}

/** A source of footage. Every start is a new run with an init segment of its own. */
export interface Camera {
  start(): CameraRun;
}
