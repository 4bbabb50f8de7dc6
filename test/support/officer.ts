import type { ExecutionContext } from 'ava';
import { OfficerControls } from '../../agent/recorder/officer-controls.js';
import type { Cue, Light, OfficerSettings } from '../../agent/recorder/officer-state.js';
import type { ScriptedRun } from './camera.js';
import { SETTINGS } from './officer-world.js';
import { RecorderRig, type RecorderRigOptions } from './recorder.js';
import { ManualTimers } from './timers.js';

/** The officer's controls before a real recorder on real stores, with a scripted camera and a clock in the test's hands. */
export class OfficerRig {
  readonly rig: RecorderRig;
  readonly timers = new ManualTimers();
  readonly #beganMono: number;
  readonly controls: OfficerControls;
  readonly lights: Light[] = [];
  readonly cues: Cue[] = [];
  readonly prioritised: number[] = [];
  identity: { officer?: string; credential?: string } = {};
  room = true;

  private constructor(rig: RecorderRig, settings: Partial<OfficerSettings>) {
    this.rig = rig;
    this.#beganMono = rig.clock.monoMs;
    this.controls = new OfficerControls(
      {
        recorder: rig.recorder,
        journal: rig.journal,
        clock: rig.clock,
        timers: this.timers,
        signals: { light: (light) => this.lights.push(light), cue: (cue) => this.cues.push(cue) },
        identity: () => this.identity,
        prioritise: (recording) => this.prioritised.push(recording),
        hasRoom: async () => this.room,
        log: { info: () => {}, warn: (fields, message) => rig.warnings.push({ fields, message }) },
      },
      { ...SETTINGS, ...settings },
    );
  }

  static async running(
    t: ExecutionContext,
    settings: Partial<OfficerSettings> = {},
    options: RecorderRigOptions = {},
  ): Promise<{ officer: OfficerRig; rig: RecorderRig; run: ScriptedRun }> {
    const rig = await RecorderRig.open(t, options);
    const officer = new OfficerRig(rig, settings);
    t.teardown(() => officer.controls.close());
    rig.recorder.open();
    return { officer, rig, run: await rig.nextRun() };
  }

  /** Time passes without footage; what is due happens. */
  pass(ms: number): void {
    this.rig.clock.advance(ms);
    this.catchUp();
  }

  /** The timers follow the rig's clock. */
  catchUp(): void {
    this.timers.advance(this.rig.clock.monoMs - this.#beganMono - this.timers.nowMs);
  }

  /** Resolves when the light has been this. */
  async shows(light: Light): Promise<void> {
    while (this.controls.light !== light) await new Promise((resolve) => setImmediate(resolve));
  }

  /** A fragment is filmed and sealed; resolves when it is. */
  async filmSealed(run: ScriptedRun, count = 1): Promise<void> {
    for (let at = 0; at < count; at++) {
      const sealed = new Promise((resolve) => this.rig.recorder.once('sealed', resolve));
      await this.rig.film(run);
      this.catchUp();
      await sealed;
    }
  }
}
