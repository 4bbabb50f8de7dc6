import type { Readable } from 'node:stream';

export interface Watched {
  footage: Readable;
  /** ffmpeg's `-progress` report: blocks of key=value lines, about two a second. */
  progress: Readable | undefined;
  /** Whether the consumer has enough; silence is then its doing, not the camera's. */
  isPaused(): boolean;
  /** Calls the listener whenever the consumer reads again. */
  onResume(listener: () => void): void;
  stallMs: number;
  onSilence(): void;
}

/**
 * Calls `onSilence` once when for `stallMs` no byte of footage came and the media did not move on either. The second
 * matters for a copied source with seconds between its key frames: ffmpeg gathers a fragment and writes nothing.
 * Returns what ends the watch.
 */
export function watchForSilence(watched: Watched): () => void {
  let over = false;
  let signsOfLife = 0;
  const alive = (): void => {
    signsOfLife++;
    timer.refresh();
  };
  const timer = setTimeout(() => {
    const before = signsOfLife;
    // After our own process was held up, the timer comes before the bytes that wait in the pipe: look there first.
    setImmediate(() => {
      if (over) return;
      if (watched.isPaused() || signsOfLife !== before) {
        timer.refresh();
        return;
      }
      over = true;
      watched.onSilence();
    });
  }, watched.stallMs);
  let lastMediaTime = '';
  watched.footage.on('data', alive);
  watched.progress?.setEncoding('latin1').on('data', (report: string) => {
    const mediaTime = /out_time_us=(\d+)/.exec(report)?.[1];
    if (mediaTime === undefined || mediaTime === lastMediaTime) return;
    lastMediaTime = mediaTime;
    alive();
  });
  watched.onResume(alive);
  return () => {
    over = true;
    clearTimeout(timer);
  };
}
