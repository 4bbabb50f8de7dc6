import { type Ground, type Measurement, MIB, median, rateRow } from './measurement.js';
import { runAsAgent, runWork } from './work.js';

type Result = { ms: number; frames: number };

/** What a USB adapter gives at once, and what waits after the agent was busy for a while. */
const CHUNKS = [64, 4096] as const;

/** Cutting a serial stream into frames against the library's own parser, fed with the same chunks. */
export const serial: Measurement = {
  name: 'serial',
  about: 'frames and positions out of NMEA against bare @serialport/parser-delimiter on the same bytes',
  async run(ground: Ground) {
    const bytes = (ground.quick ? 8 : 64) * MIB;
    const rows = [];
    for (const chunkBytes of CHUNKS) {
      const input = { bytes, chunkBytes };
      const frames: number[] = [];
      const fixes: number[] = [];
      const bare: number[] = [];
      for (let at = 1; at <= ground.runs; at++) {
        ground.progress(
          `serial: run ${at} of ${ground.runs}, ${bytes / MIB} MiB in chunks of ${chunkBytes} bytes`,
        );
        const theirs = await runWork<Result>('serial-bare', input);
        const ours = await runAsAgent<Result>('serial-frames', input);
        const whole = await runAsAgent<Result>('serial-gnss', input);
        if (ours.frames !== theirs.frames || whole.frames !== theirs.frames) {
          throw new Error(
            `serial: expected ${theirs.frames} sentences, got ${ours.frames} and ${whole.frames}`,
          );
        }
        bare.push(bytes / (theirs.ms / 1000));
        frames.push(bytes / (ours.ms / 1000));
        fixes.push(bytes / (whole.ms / 1000));
      }
      const against = '@serialport/parser-delimiter';
      rows.push(rateRow(`frames of NMEA, ${chunkBytes} bytes a chunk`, frames, bare, { against, least: 1 }), {
        ...rateRow('  and to positions', fixes, bare, {
          against,
          least: 0,
          // 10 bits a byte.
          detail: { timesALineOf115200Baud: Math.round(median(fixes) / 11_520) },
        }),
        target: '',
        ok: null,
      });
    }
    return rows;
  },
};
