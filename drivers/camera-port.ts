import type { Readable } from 'node:stream';

export type CameraSource =
  | { kind: 'synthetic' }
  | { kind: 'file'; path: string }
  | { kind: 'rtsp'; url: string }
  | { kind: 'v4l2'; device: string };

/** What is recorded: pictures in motion with their sound, sound alone, or still pictures. */
export type CameraMode = 'video' | 'audio' | 'still';

/** What is drawn into the picture; each on a line of its own. */
export interface CameraDisplay {
  /** The wall clock, with its zone: what the device believed, and no part of the media time. */
  time?: 'utc' | 'local' | undefined;
  device?: string | undefined;
  /** Whether to show the text that `Camera.setOfficer` gave. */
  officer?: boolean | undefined;
}

export interface CameraOptions {
  source: CameraSource;
  /** Default `video`. */
  mode?: CameraMode;
  /** From one still picture to the next. Default 10,000. */
  stillEveryMs?: number;
  /** An ALSA capture device, such as `default` or `hw:1,0`; sound then comes from there and not from the source. */
  microphone?: string | undefined;
  /** Absent: the picture stays as the camera gave it. Never drawn into a copied stream. */
  display?: CameraDisplay | undefined;
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
  /**
   * Longest time without a byte and without progress of the media before the camera counts as stalled; with still pictures it
   * counts from when the next one was due.
   */
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
  /** The officer's text on the picture, from the next picture on; '' for none. Cut where it would leave the picture. */
  setOfficer(text: string): void;
  /** What it does without at the moment, such as sound or the display, in sentences for a person. */
  readonly shortcomings: readonly string[];
}
