import { rm } from 'node:fs/promises';
import { type Ground, type Measurement, median, msText, type Row, rounded, valueRow } from './measurement.js';
import { initRecorder, startRecorder, untilStatus } from './recorder.js';
import { runAsAgent, runWork } from './work.js';

const FEW = 1000;

/** How soon a recorder records, and whether a long journal makes it later. */
export const start: Measurement = {
  name: 'start',
  about: 'liuhen run to ready and to the first sealed fragment; opening a long journal',
  async run(ground: Ground) {
    return [...(await firstFragment(ground)), await longJournal(ground)];
  },
};

async function firstFragment(ground: Ground): Promise<Row[]> {
  const readyMs: number[] = [];
  const sealedMs: number[] = [];
  for (let at = 1; at <= ground.runs; at++) {
    ground.progress(`start: run ${at} of ${ground.runs}, to the first sealed fragment`);
    const folder = await ground.folder('start');
    const recorder = await initRecorder(folder);
    const startMs = performance.now();
    const running = await startRecorder(recorder, {}, ['--record']);
    try {
      readyMs.push(performance.now() - startMs);
      await untilStatus(recorder, ({ recording }) => (recording?.fragments ?? 0) > 0);
      sealedMs.push(performance.now() - startMs);
    } finally {
      await running.stop();
    }
    await rm(folder, { recursive: true });
  }
  return [
    valueRow('liuhen run to ready', msText(median(readyMs)), { detail: { readyMs } }),
    valueRow('liuhen run to first 1 s fragment sealed', msText(median(sealedMs)), { detail: { sealedMs } }),
  ];
}

async function longJournal(ground: Ground): Promise<Row> {
  const many = ground.quick ? 50_000 : 1_000_000;
  const opened: Record<number, number[]> = { [FEW]: [], [many]: [] };
  const folders = new Map<number, string>();
  for (const entries of [FEW, many]) {
    ground.progress(`start: filling a journal with ${entries} entries`);
    const folder = await ground.folder(`journal-${entries}`);
    folders.set(entries, folder);
    await runWork('fill-journal', { folder, entries });
  }
  // It is over in milliseconds, so more runs cost nothing.
  for (let at = 0; at < ground.runs * 3; at++) {
    for (const [entries, folder] of folders) {
      const { ms } = await runAsAgent<{ ms: number }>('open-journal', { folder });
      opened[entries]?.push(ms);
    }
  }
  for (const folder of folders.values()) await rm(folder, { recursive: true });
  const manyMs = median(opened[many] ?? []);
  const fewMs = median(opened[FEW] ?? []);
  return {
    measurement: `opening a journal of ${many.toLocaleString('en')} entries`,
    ours: msText(manyMs),
    against: `${msText(fewMs)} with ${FEW.toLocaleString('en')} entries`,
    ratio: rounded(manyMs / fewMs),
    target: '',
    ok: null,
    detail: { openMsByEntries: opened },
  };
}
