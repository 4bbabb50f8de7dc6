import { join, resolve } from 'node:path';
import { LiuhenError } from '../../config/errors.js';
import { makeFolders } from '../../config/make-folders.js';
import type { RecordingState } from '../buffer/recordings.js';
import { callAgent } from '../control/client.js';
import type { Sample } from '../doctor/history.js';
import type { KioskStatus } from '../kiosk-status.js';
import type { AgentStatus } from '../status.js';
import type { StatusRow } from '../web/page.js';
import { type RecorderFacts, startRecorderWeb } from '../web/server.js';
import type { Words } from '../words/words.js';
import { recorderRows } from './status-text.js';
import { stopSignal } from './until-stopped.js';

export interface WebFlags {
  port: number;
  /** Where bundles are written. */
  out: string;
}

/** Serves the recorder's own page until SIGINT or SIGTERM. Prints its address. */
export async function serveStatus(folder: string, words: Words, { port, out }: WebFlags): Promise<void> {
  const stopped = stopSignal();
  // An agent that does not run is told here, and not by the page.
  const running = (await callAgent(folder, 'GET', '/status')) as AgentStatus | KioskStatus;
  if ('kiosk' in running) {
    throw new LiuhenError('LIUHEN_STATE', `this is a kiosk: its pages are at ${running.kiosk.url}`, {
      next: 'open them there; liuhen status --watch shows the rest',
    });
  }
  const web = await startRecorderWeb(factsOf(folder, words, resolve(out)), words, port);
  process.stdout.write(`${web.url}\n`);
  await stopped;
  await web.close();
}

function factsOf(folder: string, words: Words, out: string): RecorderFacts {
  const ask = async <T>(path: string) => (await callAgent(folder, 'GET', path)) as T;
  const status = () => ask<AgentStatus>('/status');
  return {
    device: async () => (await status()).origin,
    async rows() {
      const now = await status();
      const isAlarm = (at: number) => at === 0 && now.alarms.length > 0;
      return recorderRows(now, words.status).map(
        ([name, value], at): StatusRow => [name, value, isAlarm(at)],
      );
    },
    recordings: () => ask<RecordingState[]>('/recordings'),
    history: () => ask<Sample[]>('/history'),
    async footage() {
      const { mp4 } = await ask<{ mp4: string | null }>('/picture');
      return mp4 === null ? undefined : Buffer.from(mp4, 'base64');
    },
    async exportRecording(recording) {
      const time = new Date().toISOString().slice(0, 19).replaceAll(':', '');
      const request = {
        recording,
        out: join(out, `recording-${recording}-${time}`),
        why: "exported from the recorder's page",
      };
      makeFolders(out);
      await callAgent(folder, 'POST', '/export', request);
      return request.out;
    },
  };
}
