import { messageOf } from '../config/errors.js';
import type { Drawing } from './camera-display.js';
import { DisplayTexts } from './camera-display-texts.js';
import { textDrawing } from './camera-fonts.js';
import type { CameraOptions } from './camera-port.js';
import type { Shortcomings } from './camera-shortcomings.js';

const HAN = /\p{Script=Han}/u;

/** A display made ready for one run of ffmpeg. */
export interface PreparedDisplay {
  drawing: Drawing;
  /** Removes what it is drawn from; for when that run is over. */
  end(): Promise<void>;
}

/** What is drawn into the picture, from run to run. Where it cannot be drawn the camera goes on without it, and says so. */
export class OnScreenDisplay {
  readonly #display: CameraOptions['display'];
  readonly #height: number;
  readonly #ffmpegPath: string;
  readonly #shortcomings: Shortcomings;
  #officer = '';
  #texts: DisplayTexts | undefined;

  constructor(
    { display, mode, copy, height }: CameraOptions,
    ffmpegPath: string,
    shortcomings: Shortcomings,
  ) {
    this.#display = mode === 'audio' || copy ? undefined : display;
    this.#height = height;
    this.#ffmpegPath = ffmpegPath;
    this.#shortcomings = shortcomings;
  }

  /** Whether the time stands in the picture. */
  get showsTime(): boolean {
    return this.#display?.time !== undefined;
  }

  setOfficer(text: string): void {
    this.#officer = text;
    if (this.#display?.officer !== true) return;
    void this.#checkFont();
    this.#texts?.replace('officer', text).catch((error: unknown) => this.#amiss(error));
  }

  /** Never rejects: undefined where nothing is drawn. */
  async prepare(): Promise<PreparedDisplay | undefined> {
    const { time, device, officer = false } = this.#display ?? {};
    if (time === undefined && device === undefined && !officer) return undefined;
    try {
      const answer = await textDrawing(this.#ffmpegPath);
      if (!answer.works) throw new Error(answer.reason);
      await this.#checkFont();
      const lines = [
        ...(device === undefined ? [] : (['device'] as const)),
        ...(officer ? (['officer'] as const) : []),
      ];
      const shown = this.#officer;
      const texts = await DisplayTexts.create({ device: device ?? '', officer: shown });
      this.#texts = texts;
      if (this.#officer !== shown) await texts.replace('officer', this.#officer);
      this.#shortcomings.say('display', undefined);
      return {
        drawing: {
          ...{ font: answer.font, height: this.#height, time },
          files: lines.map((line) => texts.pathOf(line)),
        },
        end: () => texts.remove(),
      };
    } catch (error) {
      this.#amiss(error);
      return undefined;
    }
  }

  async #checkFont(): Promise<void> {
    const shown = `${this.#display?.device ?? ''}${this.#display?.officer ? this.#officer : ''}`;
    const answer = await textDrawing(this.#ffmpegPath);
    const missing = answer.works && !answer.chinese && HAN.test(shown);
    this.#shortcomings.say(
      'font',
      missing
        ? 'no font has Chinese characters, they show as boxes in the picture: apt-get install fonts-wqy-microhei (2 MB) or fonts-noto-cjk'
        : undefined,
    );
  }

  #amiss(error: unknown): void {
    this.#shortcomings.say(
      'display',
      `the picture carries no up-to-date display, ffmpeg needs its drawtext filter and a font (apt-get install ffmpeg fonts-dejavu-core): ${messageOf(error)}`,
    );
  }
}
