import { startArchive } from './archive.js';
import {
  type Ground,
  type Measurement,
  msText,
  quantile,
  type Row,
  rounded,
  valueRow,
} from './measurement.js';
import { initRecorder } from './recorder.js';
import { runAsAgent } from './work.js';

/** Short fragments, so that there are enough of them for a 99th percentile. */
const SETTINGS = { 'recording.fragment': '200ms', 'camera.bitrate': '8Mbit/s', 'recording.preRecord': '0s' };

/** How long a fragment that is complete waits until no power cut can take it, and until nobody can change it. */
export const latency: Measurement = {
  name: 'latency',
  about: 'a closed fragment until it is sealed, and until an archive on this machine has witnessed it',
  async run(ground: Ground) {
    const fragments = ground.quick ? 50 : 300;
    const folder = await ground.folder('latency');
    const archive = await startArchive(folder);
    try {
      ground.progress(`latency: ${fragments} fragments of 200 ms at 8 Mbit/s`);
      const { config, rootVkey } = await initRecorder(folder, archive);
      await archive.add(rootVkey);
      const input = { config, settings: SETTINGS, fragments };
      const result = await runAsAgent<{ sealedMs: number[]; witnessedMs: number[] }>('latency', input);
      return [
        row('fragment closed to sealed', result.sealedMs),
        row('fragment closed to witnessed (loopback)', result.witnessedMs),
      ];
    } finally {
      await archive.running.stop();
    }
  },
};

function row(what: string, values: readonly number[]): Row {
  const [p50, p99] = [quantile(values, 0.5), quantile(values, 0.99)];
  return valueRow(`${what}, median, p99`, `${msText(p50)}, ${msText(p99)}`, {
    detail: {
      fragments: values.length,
      p50Ms: rounded(p50),
      p99Ms: rounded(p99),
      maxMs: Math.max(...values),
    },
  });
}
