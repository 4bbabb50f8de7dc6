import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { killRounds } from './kill-rounds.js';

test('thirty kills of recorder, archive and broker lose nothing that was reported sealed', async (t) => {
  t.timeout(8 * 60_000);
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-kill-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const result = await killRounds({ folder, rounds: 30, log: (line) => t.log(line) });
  t.log(result);
  t.true(result.sealed > 0);
  t.true(result.recordings > 0);
});
