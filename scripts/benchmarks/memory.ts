import { setTimeout as delay } from 'node:timers/promises';
import { callAgent } from '../../agent/control/client.js';
import { type BenchArchive, startArchive } from './archive.js';
import { type Ground, type Measurement, MIB, median, type Row, rounded, valueRow } from './measurement.js';
import { cpuSecOf, forgetPeakRss, type Memory, memoryOf, peakRssOf } from './proc.js';
import { initRecorder, startRecorder, statusOf, untilStatus } from './recorder.js';

const MOST_RSS_MB = 110;
const SAMPLE_MS = 500;
const SETTINGS = {
  'camera.bitrate': '8Mbit/s',
  'camera.width': '1920',
  'camera.height': '1080',
  'recording.preRecord': '30s',
};

interface Sample extends Memory {
  /** Since the recording started. */
  atSec: number;
}

/** The agent's own process while it records 8 Mbit/s behind a 30 s ring and uploads what it records. */
export const memory: Measurement = {
  name: 'memory',
  about: "the agent's own memory and processor time while recording 8 Mbit/s with a 30 s ring and the uplink",
  async run(ground: Ground) {
    const folder = await ground.folder('memory');
    const archive = await startArchive(folder);
    try {
      return await measure(ground, folder, archive);
    } finally {
      await archive.running.stop();
    }
  },
};

async function measure(ground: Ground, folder: string, archive: BenchArchive): Promise<Row[]> {
  const seconds = ground.quick ? 20 : 120;
  const ringMs = ground.quick ? 5_000 : 29_000;
  const recorder = await initRecorder(folder, archive);
  await archive.add(recorder.rootVkey);
  const agent = await startRecorder(recorder, SETTINGS);
  try {
    ground.progress(`memory: filling the ring for ${ringMs / 1000} s, then recording for ${seconds} s`);
    await untilStatus(recorder, ({ preRecord }) => preRecord.durationMs >= ringMs, { pollMs: 500 });
    const ring = memoryOf(agent.pid);
    forgetPeakRss(agent.pid);
    await callAgent(recorder.data, 'POST', '/start', {});
    const samples: Sample[] = [];
    const startMs = performance.now();
    const startCpuSec = cpuSecOf(agent.pid);
    for (let atSec = 0; atSec < seconds; atSec = (performance.now() - startMs) / 1000) {
      await delay(SAMPLE_MS);
      samples.push({ atSec: rounded(atSec, 1), ...memoryOf(agent.pid) });
    }
    const elapsedSec = (performance.now() - startMs) / 1000;
    const cpu = (cpuSecOf(agent.pid) - startCpuSec) / elapsedSec;
    const { recording, uplink } = await statusOf(recorder);
    const footage = {
      mbitPerSec: rounded(((recording?.bytes ?? 0) * 8e-3) / (recording?.durationMs ?? 1)),
      backlogBytes: uplink?.backlog.footageBytes ?? null,
    };
    return rowsOf(peakRssOf(agent.pid), samples, ring, cpu, footage);
  } finally {
    await agent.stop();
  }
}

function rowsOf(
  peak: number,
  samples: readonly Sample[],
  ring: Memory,
  cpu: number,
  footage: Record<string, unknown>,
): Row[] {
  const third = Math.floor(samples.length / 3);
  const first = median(samples.slice(0, third).map(({ rss }) => rss));
  const last = median(samples.slice(-third).map(({ rss }) => rss));
  const part = (name: 'anon' | 'file') => rounded(median(samples.map((sample) => sample[name])) / 1e6, 0);
  const mb = (bytes: number) => rounded(bytes / 1e6, 1);
  const detail = { footage, samples };
  return [
    valueRow('memory while recording 8 Mbit/s, peak RSS', `${mb(peak)} MB (${rounded(peak / MIB, 1)} MiB)`, {
      target: `at most ${MOST_RSS_MB} MB`,
      ok: peak <= MOST_RSS_MB * 1e6,
      detail,
    }),
    valueRow('  with the ring full, before the press', `${mb(ring.rss)} MB`),
    valueRow(
      '  while recording, anonymous and file-mapped (medians)',
      `${part('anon')} MB, ${part('file')} MB`,
    ),
    valueRow('  first third, last third (medians)', `${mb(first)} MB, ${mb(last)} MB`),
    valueRow("processor time beyond ffmpeg's", `${rounded(cpu * 100, 1)} % of one core`, { detail: { cpu } }),
  ];
}
