import { addressList, canDrawClock, ffmpegArguments, saysAudioDoesNotFit } from './camera-command.js';
import type { Camera, CameraOptions } from './camera-port.js';
import { type CameraLog, startProcess } from './camera-process.js';
import { withoutCredentials } from './camera-source.js';

export type { Camera, CameraEnd, CameraOptions, CameraRun, CameraSource } from './camera-port.js';
export type { CameraLog } from './camera-process.js';
export { parseCameraSource, withoutCredentials } from './camera-source.js';

const DEFAULT_GRACE_MS = 5_000;

/** A camera read by ffmpeg (5.1 or later); `log` gets the command line and ffmpeg's own warnings. */
export function ffmpegCamera(options: CameraOptions, log: CameraLog = () => {}): Camera {
  const { source, ffmpegPath = 'ffmpeg', stallMs, graceMs = DEFAULT_GRACE_MS } = options;
  const url = source.kind === 'rtsp' ? source.url : undefined;
  let encodeAudio = false;

  async function argumentsNow(): Promise<string[]> {
    const clock = source.kind === 'synthetic' && (await canDrawClock(ffmpegPath));
    return ffmpegArguments(options, { clock, encodeAudio });
  }

  return {
    start() {
      const run = startProcess({
        path: ffmpegPath,
        argumentsReady: argumentsNow(),
        ...(url === undefined ? {} : { address: addressList(url) }),
        mayEnd: source.kind === 'file',
        stallMs,
        graceMs,
        redact: (text) => withoutCredentials(text, url),
        log,
      });
      // Known only once ffmpeg has looked at the source; whoever restarts a failed camera gets it right next time.
      void run.ended.then(({ detail = '' }) => {
        encodeAudio ||= saysAudioDoesNotFit(detail);
      });
      return run;
    },
  };
}
