import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test from 'ava';
import { fitted } from '../../agent/cli/live-screen.js';
import { Bench } from '../support/bench.js';
import { LIUHEN } from '../support/liuhen.js';

test('a line that is too long goes on under the last column of its table, broken between words', (t) => {
  t.is(fitted('short', 20), 'short');
  t.is(fitted('device   one two three four', 20), 'device   one two\n         three four');
  t.is(
    fitted('ok       archive  has cosigned entry 7', 30),
    'ok       archive  has cosigned\n    entry 7',
    'columns that take more than half leave too little room',
  );
  t.is(fitted('    next: one two three', 16), '    next: one\n    two three');
});

test('Chinese counts two columns, and what has no spaces is broken where it must', (t) => {
  t.is(fitted('状态  正在录制一二三', 14), '状态  正在录制\n      一二三');
  t.is(fitted('abcdefghijkl', 8), 'abcdefgh\nijkl');
});

for (const [key, name] of [
  ['q', 'q'],
  ['\u0003', 'Ctrl-C'],
]) {
  test(`on a terminal a watch takes the whole window, and ${name} gives it back with what was seen last`, async (t) => {
    const bench = await Bench.make(t);
    const command = `stty rows 24 cols 80; ${process.execPath} ${LIUHEN} status --watch`;
    const terminal = spawn('script', ['-qefc', command, '/dev/null'], {
      cwd: bench.folder,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const closed = once(terminal, 'close');
    t.teardown(() => terminal.kill());
    let shown = '';
    for await (const chunk of terminal.stdout.setEncoding('utf8')) {
      const before = shown;
      shown += chunk;
      if (!before.includes('q ends it') && shown.includes('q ends it')) terminal.stdin.write(key ?? '');
    }
    t.deepEqual(await closed, [0, null]);
    const [, inside = ''] = shown.split('\u001b[?1049h');
    const [, after = ''] = shown.split('\u001b[?1049l');
    t.regex(inside, /no agent runs on/);
    t.false(inside.includes('\u001b[2J'), 'nothing is cleared that is drawn again: it would flicker');
    t.regex(after, /^no agent runs on .*: nothing is recorded\r\n$/s);
  });
}

test('a watch that cannot go on gives the window back before it says why', async (t) => {
  const bench = await Bench.make(t);
  const data = join(bench.folder, 'too-long-for-a-socket'.repeat(6));
  const command = `stty rows 24 cols 80; ${process.execPath} ${LIUHEN} doctor --watch --data ${data}`;
  const terminal = spawn('script', ['-qefc', command, '/dev/null'], { cwd: bench.folder });
  t.teardown(() => terminal.kill());
  const closed = once(terminal, 'close');
  const shown = await text(terminal.stdout);
  t.deepEqual(await closed, [64, null]);
  const [, after = ''] = shown.split('\u001b[?1049l');
  t.regex(after, /^\s*liuhen: LIUHEN_USAGE: .*for a socket's path/);
});
