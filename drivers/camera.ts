import { LiuhenError } from '../config/errors.js';
import { DEFAULT_STILL_EVERY_MS, ffmpegArguments, saysAudioDoesNotFit } from './camera-command.js';
import { textDrawing } from './camera-fonts.js';
import { chooseFormat, formatMatters, v4l2Formats } from './camera-formats.js';
import { addressList } from './camera-inputs.js';
import { OnScreenDisplay, type PreparedDisplay } from './camera-on-screen.js';
import type { Camera, CameraOptions, CameraRun } from './camera-port.js';
import { type CameraLog, startProcess } from './camera-process.js';
import { Shortcomings } from './camera-shortcomings.js';
import { withoutCredentials } from './camera-source.js';

export type * from './camera-port.js';
export type { CameraLog } from './camera-process.js';
export { parseCameraSource, withoutCredentials } from './camera-source.js';

const DEFAULT_GRACE_MS = 5_000;

/**
 * A camera read by ffmpeg (5.1 or later); `log` gets the command line and ffmpeg's own warnings, `warn` what the camera does
 * without, when that begins. Throws LIUHEN_USAGE where sound alone is asked of what gives none.
 */
export function ffmpegCamera(
  options: CameraOptions,
  log: CameraLog = () => {},
  warn: CameraLog = log,
): Camera {
  return new FfmpegCamera(options, log, warn);
}

class FfmpegCamera implements Camera {
  readonly #options: CameraOptions;
  readonly #ffmpegPath: string;
  readonly #log: CameraLog;
  readonly #shortcomings: Shortcomings;
  readonly #display: OnScreenDisplay;
  /** What ffmpeg's last words taught: whoever restarts a failed camera gets it right next time. */
  #encodeAudio = false;
  #monoMicrophone = false;
  #microphoneFailed = false;

  constructor(options: CameraOptions, log: CameraLog, warn: CameraLog) {
    const { source, mode, microphone, ffmpegPath = 'ffmpeg' } = options;
    if (mode === 'audio' && source.kind === 'v4l2' && microphone === undefined) {
      throw new LiuhenError('LIUHEN_USAGE', `camera: expected a microphone, ${source.device} gives no sound`);
    }
    this.#options = options;
    this.#ffmpegPath = ffmpegPath;
    this.#log = log;
    this.#shortcomings = new Shortcomings(warn);
    this.#display = new OnScreenDisplay(options, ffmpegPath, this.#shortcomings);
  }

  get shortcomings(): readonly string[] {
    return this.#shortcomings.sentences;
  }

  setOfficer(text: string): void {
    this.#display.setOfficer(text);
  }

  start(): CameraRun {
    const { source, stallMs, mode, stillEveryMs, graceMs = DEFAULT_GRACE_MS } = this.#options;
    const url = source.kind === 'rtsp' ? source.url : undefined;
    const withMicrophone = !this.#microphoneFailed;
    const display = this.#display.prepare();
    const run = startProcess({
      path: this.#ffmpegPath,
      argumentsReady: this.#arguments(withMicrophone, display),
      ...(url === undefined ? {} : { address: addressList(url) }),
      mayEnd: source.kind === 'file',
      stallMs: mode === 'still' ? stallMs + (stillEveryMs ?? DEFAULT_STILL_EVERY_MS) : stallMs,
      graceMs,
      redact: (text) => withoutCredentials(text, url),
      log: this.#log,
    });
    void run.ended.then(async ({ detail = '' }) => {
      this.#learn(detail, withMicrophone);
      await (await display)?.end().catch(() => {});
    });
    return run;
  }

  async #arguments(
    withMicrophone: boolean,
    display: Promise<PreparedDisplay | undefined>,
  ): Promise<string[]> {
    const { source } = this.#options;
    const microphone = withMicrophone ? this.#options.microphone : undefined;
    this.#checkSound(microphone);
    const [prepared, clock, v4l2Format] = await Promise.all([
      display,
      source.kind === 'synthetic' && !this.#display.showsTime && this.#canDraw(),
      source.kind === 'v4l2' ? this.#formatOf(source.device) : undefined,
    ]);
    return ffmpegArguments(
      { ...this.#options, microphone },
      {
        clock,
        v4l2Format,
        drawing: prepared?.drawing,
        encodeAudio: this.#encodeAudio,
        monoMicrophone: this.#monoMicrophone,
      },
    );
  }

  async #canDraw(): Promise<boolean> {
    return (await textDrawing(this.#ffmpegPath)).works;
  }

  /** Asked at every start: another camera may be plugged in where the last one was. */
  async #formatOf(device: string): Promise<string | undefined> {
    if (this.#options.mode === 'audio' || !formatMatters(this.#options)) return undefined;
    const choice = chooseFormat(await v4l2Formats(this.#ffmpegPath, device), this.#options);
    if ('format' in choice) return choice.format;
    throw new LiuhenError('LIUHEN_CAMERA', `camera: ${device}: ${choice.refusal}`);
  }

  #checkSound(microphone: string | undefined): void {
    const { source, mode = 'video', audio } = this.#options;
    const wanted = mode === 'video' && audio;
    const { microphone: named } = this.#options;
    if (wanted && named !== undefined && microphone === undefined) {
      this.#shortcomings.say('sound', `the microphone ${named} cannot be opened, so it records without it`);
    } else if (wanted && microphone === undefined && source.kind === 'v4l2') {
      const hint = 'set camera.microphone, or camera.audio to false';
      this.#shortcomings.say(
        'sound',
        `${source.device} gives no sound and no microphone is named, so it records in silence: ${hint}`,
      );
    } else {
      this.#shortcomings.say('sound', undefined);
    }
  }

  #learn(words: string, withMicrophone: boolean): void {
    const { mode = 'video' } = this.#options;
    this.#encodeAudio ||= saysAudioDoesNotFit(words);
    this.#monoMicrophone ||= /cannot set channel count to 2\b/.test(words);
    // Pictures without sound are worth more than nothing; the start after that tries the microphone again.
    this.#microphoneFailed = withMicrophone && mode === 'video' && /cannot open audio device/.test(words);
  }
}
