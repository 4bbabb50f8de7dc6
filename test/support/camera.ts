import { PassThrough } from 'node:stream';
import type { Camera, CameraEnd, CameraRun } from '../../drivers/camera-port.js';
import { box, fullBox, init, mdat, tfdt, tfhd, u32 } from './fmp4.js';

const TIMESCALE = 1000;
const VIDEO = { id: 1, handler: 'vide', timescale: TIMESCALE };

/** One run of a camera that gives what the test tells it to. */
export class ScriptedRun implements CameraRun {
  readonly output = new PassThrough();
  readonly ended: Promise<CameraEnd>;
  /** Given before the run ends when it is asked to stop: what a real camera still had in hand. */
  lastWords: Buffer | undefined;
  #end!: (end: CameraEnd) => void;
  #mediaMs = 0;

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  init(): void {
    this.output.write(init(VIDEO));
  }

  fragment(options: { bytes?: number; durationMs?: number } = {}): void {
    this.output.write(this.nextFragment(options));
  }

  /** One key frame that lasts `durationMs`, in a moof and an mdat. */
  nextFragment({ bytes = 1000, durationMs = 1000 }: { bytes?: number; durationMs?: number } = {}): Buffer {
    const start = this.#mediaMs;
    this.#mediaMs += durationMs;
    const trun = fullBox('trun', 0, 0x100, u32(1, durationMs));
    const moof = box('moof', fullBox('mfhd', 0, 0, u32(1)), box('traf', tfhd(1), tfdt(start), trun));
    return Buffer.concat([moof, mdat(Buffer.alloc(bytes, start / 1000 + 1))]);
  }

  end(reason: CameraEnd['reason'], detail?: string): void {
    this.output.end();
    this.#end(detail === undefined ? { reason } : { reason, detail });
  }

  async stop(): Promise<void> {
    if (this.output.writableEnded) return;
    if (this.lastWords !== undefined) this.output.write(this.lastWords);
    this.end('stopped');
  }
}

/** A camera in the test's hands. */
export class ScriptedCamera implements Camera {
  readonly runs: ScriptedRun[] = [];
  readonly shortcomings: string[] = [];
  officer = '';
  readonly #waiting: ((run: ScriptedRun) => void)[] = [];
  #taken = 0;

  start(): ScriptedRun {
    const run = new ScriptedRun();
    this.runs.push(run);
    this.#waiting.shift()?.(run);
    return run;
  }

  setOfficer(text: string): void {
    this.officer = text;
  }

  /** The next run that was started, or will be. */
  nextRun(): Promise<ScriptedRun> {
    const run = this.runs[this.#taken++];
    return run === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(run);
  }
}
