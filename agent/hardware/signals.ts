import type { Pattern } from '../../drivers/output-pattern.js';
import type { Signals } from '../recorder/officer-controls.js';
import type { Cue, Light } from '../recorder/officer-state.js';

export const OUTPUTS = ['light', 'buzzer', 'vibration'] as const;
export type OutputName = (typeof OUTPUTS)[number];

/** Something that shows, sounds or shakes: a line with its player, or the board. */
export interface Output {
  play(pattern: Pattern): void;
}

/** Steady is for footage that is being sealed, and for nothing else. */
export const LIGHT_PATTERN: Readonly<Record<Light, Pattern>> = {
  off: 'off',
  ready: 'flash',
  'battery-low': 'slow-blink',
  starting: 'blink',
  stopping: 'blink',
  sealing: 'steady',
  'not-sealing': 'fast-blink',
  'storage-full': 'double-blink',
  'no-camera': 'triple-blink',
  fault: 'triple-blink',
};

/** What is told once. Each pair is its own; the more it matters, the longer it shakes. */
export const CUE_PATTERN: Readonly<Record<Cue, { buzzer?: Pattern; vibration?: Pattern }>> = {
  touched: { vibration: 'short' },
  marked: { buzzer: 'short', vibration: 'short' },
  started: { buzzer: 'short', vibration: 'long' },
  stopped: { buzzer: 'long', vibration: 'long' },
  sos: { buzzer: 'two-short', vibration: 'short' },
  confirm: { buzzer: 'two-short', vibration: 'long' },
  refused: { buzzer: 'long', vibration: 'two-short' },
  'not-sealing': { buzzer: 'two-short', vibration: 'two-short' },
  'sealing-again': { vibration: 'long' },
  alarm: { buzzer: 'long', vibration: 'short' },
  'battery-low': { buzzer: 'short', vibration: 'two-short' },
};

/** Brings what the officer's device shows to whatever outputs there are; one that comes late shows what stands. */
export class HardwareSignals implements Signals {
  readonly #outputs: Record<OutputName, Set<Output>> = {
    light: new Set(),
    buzzer: new Set(),
    vibration: new Set(),
  };
  #light: Light = 'off';

  add(name: OutputName, output: Output): void {
    this.#outputs[name].add(output);
    if (name === 'light') output.play(LIGHT_PATTERN[this.#light]);
  }

  remove(name: OutputName, output: Output): void {
    this.#outputs[name].delete(output);
  }

  light(light: Light): void {
    this.#light = light;
    this.#play('light', LIGHT_PATTERN[light]);
  }

  cue(cue: Cue): void {
    const { buzzer, vibration } = CUE_PATTERN[cue];
    if (buzzer !== undefined) this.#play('buzzer', buzzer);
    if (vibration !== undefined) this.#play('vibration', vibration);
  }

  /** Makes itself seen and heard once. The light is then again what it was: what it says of the footage stays true. */
  attract(): void {
    this.#play('light', 'two-short');
    this.#play('buzzer', 'two-short');
  }

  #play(name: OutputName, pattern: Pattern): void {
    for (const output of this.#outputs[name]) output.play(pattern);
  }
}
