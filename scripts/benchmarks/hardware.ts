import { type Ground, type Measurement, median, msText, type Row, rounded, valueRow } from './measurement.js';
import { initRecorder } from './recorder.js';
import type { OfficerInput, OfficerResult } from './work/officer.js';
import { runAsAgent } from './work.js';

const LINES = {
  'hardware.button.chip': 'bench',
  'hardware.button.line': '0',
  'hardware.light.chip': 'bench',
  'hardware.light.line': '1',
};
const LIGHT_LIMIT_MS = 2000;

/** What an officer waits for: the first footage that is safe after a press, and a light that tells the truth. */
export const hardware: Measurement = {
  name: 'hardware',
  about: 'press of the button to the first sealed fragment; how soon the light says that nothing is sealed',
  async run(ground: Ground) {
    const presses = ground.quick ? 2 : 10;
    const rows: Row[] = [];
    for (const preRecord of ['5s', '0s']) {
      ground.progress(`hardware: ${presses} presses, pre-record of ${preRecord}`);
      const { config } = await initRecorder(await ground.folder('hardware'));
      const settings = { ...LINES, 'recording.preRecord': preRecord };
      const input: OfficerInput = { config, settings, presses, halt: preRecord !== '0s' };
      const result = await runAsAgent<OfficerResult>('officer', input);
      rows.push(pressRow(preRecord, result));
      if (input.halt) rows.push(lightRow(result));
    }
    return rows;
  },
};

function pressRow(preRecord: string, { touchToSealedMs, pressToSealedMs }: OfficerResult): Row {
  const what = preRecord === '0s' ? 'without pre-record' : `pre-record ${preRecord}`;
  return valueRow(
    `touch to first sealed fragment, ${what} (of it from the press)`,
    `${msText(median(touchToSealedMs))} (${msText(median(pressToSealedMs))})`,
    { detail: { touchToSealedMs: touchToSealedMs.map((ms) => rounded(ms)), pressToSealedMs } },
  );
}

/** The longest counts: a light that lies once lies. */
function lightRow({ sealedToLightMs, haltToLightMs }: OfficerResult): Row {
  const longest = Math.max(...sealedToLightMs);
  return valueRow('newest sealed footage to a light that is not steady, longest', msText(longest), {
    target: `below ${msText(LIGHT_LIMIT_MS)}`,
    ok: longest < LIGHT_LIMIT_MS,
    detail: { sealedToLightMs: sealedToLightMs.map((ms) => rounded(ms)), haltToLightMs },
  });
}
