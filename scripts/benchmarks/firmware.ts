import { type Ground, type Measurement, median, type Row, rounded } from './measurement.js';
import type { UploadInput, UploadResult } from './work/firmware-upload.js';
import { runAsAgent } from './work.js';

/** Start bit, eight data bits, stop bit. */
const BITS_PER_BYTE = 10;
/** Zephyr's default buffer, one of a board with memory to spare, and that one on a fast line. */
const LINES = [
  { baudRate: 115_200, bufferBytes: 384 },
  { baudRate: 115_200, bufferBytes: 2048 },
  { baudRate: 921_600, bufferBytes: 2048 },
] as const;
/** A slot of the simulated board holds 252 KiB. */
const MAX_IMAGE_BYTES = 240 * 1024;
/** At the usual speed. One request is on its way at a time, so a faster line spends more of its time turning round. */
const LEAST_BUSY = { baudRate: 115_200, share: 0.9 };

/** An upload to a simulated board against what its line could carry. */
export const firmware: Measurement = {
  name: 'firmware',
  about: 'uploading firmware against the time that its bytes need on the line, and against the bare line',
  async run(ground: Ground) {
    const rows: Row[] = [];
    for (const { baudRate, bufferBytes } of LINES) {
      const imageBytes = Math.min((ground.quick ? 2 : 8) * (baudRate / BITS_PER_BYTE), MAX_IMAGE_BYTES);
      const results: UploadResult[] = [];
      for (let at = 1; at <= ground.runs; at++) {
        ground.progress(
          `firmware: run ${at} of ${ground.runs}, ${baudRate} baud, buffer of ${bufferBytes} bytes`,
        );
        const folder = await ground.folder('firmware');
        const input: UploadInput = { folder, baudRate, bufferBytes, imageBytes };
        results.push(await runAsAgent<UploadResult>('firmware-upload', input));
      }
      rows.push(...rowsOf({ baudRate, bufferBytes }, results));
    }
    return rows;
  },
};

function rowsOf(
  { baudRate, bufferBytes }: { baudRate: number; bufferBytes: number },
  results: readonly UploadResult[],
): Row[] {
  const lineBytesPerSec = baudRate / BITS_PER_BYTE;
  const rates = results.map(({ imageBytes, ms }) => imageBytes / (ms / 1000));
  /** What the same messages would reach if the line were never idle. */
  const limits = results.map(({ imageBytes, lineBytes }) => (imageBytes / lineBytes) * lineBytesPerSec);
  const busy = median(rates) / median(limits);
  const promised = baudRate === LEAST_BUSY.baudRate;
  const detail = { results, lineBytesPerSec };
  return [
    {
      measurement: `firmware upload, ${baudRate} baud, ${bufferBytes} byte buffer`,
      ours: rateText(median(rates)),
      against: `${rateText(median(limits))} with the line never idle`,
      ratio: rounded(busy, 3),
      target: promised ? `at least ${LEAST_BUSY.share.toFixed(2)}×` : '',
      ok: promised ? busy >= LEAST_BUSY.share : null,
      detail,
    },
    {
      measurement: '  and against the bare line',
      ours: rateText(median(rates)),
      against: `${rateText(lineBytesPerSec)} without SMP, base64 and answers`,
      ratio: rounded(median(rates) / lineBytesPerSec, 3),
      target: '',
      ok: null,
      detail,
    },
  ];
}

function rateText(bytesPerSec: number): string {
  return `${rounded(bytesPerSec / 1000, 1)} kB/s`;
}
