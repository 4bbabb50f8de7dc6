import type { CameraMode } from '../../drivers/camera-port.js';
import type { Clock } from '../../drivers/clock.js';
import type { Position } from '../../drivers/nmea.js';
import type { RecordingSummary } from '../buffer/recordings.js';
import type { CameraFeed } from './camera-feed.js';
import type { Fragment, InitSegment } from './fragments.js';
import type { SealedFragment } from './session.js';
import type { StorageParts } from './usable-storage.js';

export type RecorderState =
  | 'idle'
  | 'starting'
  | 'recording'
  | 'stopping'
  | 'storage-full'
  | 'fault'
  | 'closed';

export interface RecorderSettings {
  /** What the camera gives, for the recording's first entry. */
  mode?: CameraMode;
  preRecordMs: number;
  preRecordBytes: number;
  fragmentMs: number;
  inFlightBytes: number;
  reserveBytes: number;
}

export interface RecorderParts extends StorageParts {
  feed: CameraFeed;
  clock: Clock;
  software: string;
  /** Where the device is; undefined while nobody can tell. */
  position?: () => Position | undefined;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

export interface RecorderEvents {
  state: [state: RecorderState];
  /** The camera begins to give footage, or ceases to. */
  camera: [giving: boolean];
  /** The camera begins anew: what its fragments need to be played. */
  init: [init: InitSegment];
  /** The camera gave a fragment, recorded or not. */
  footage: [fragment: Fragment];
  sealed: [fragment: SealedFragment];
  stopped: [recording: RecordingSummary];
}
