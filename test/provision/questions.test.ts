import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { parseConfig } from '../../config/load.js';
import { LIUHEN } from '../support/liuhen.js';

const run = existsSync('/usr/bin/script') ? test : test.skip;
const ENTER = '\r';
const DOWN = '\u001b[B';
const ERASE = '\u007f';

/** Asked once for each piece where the machine has such a thing; the first choice is none. */
const WHAT_IS_HERE = /(Serial port|GPIO chip) of the [\s\S]*none/;

/** `liuhen` at a terminal of its own, by script(1); it is answered when it asks. */
async function atTerminal(
  t: ExecutionContext,
  answers: readonly [question: RegExp, keys: string][],
  ...args: string[]
) {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-asked-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const command = [process.execPath, LIUHEN, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qefc', `stty cols 120 rows 60; ${command}`, '/dev/null'], { cwd: folder });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  let screen = '';
  let seen = 0;
  const left = [...answers];
  const press = (keys: string) => {
    seen = screen.length;
    child.stdin.write(keys);
  };
  const look = (): void => {
    const news = screen.slice(seen);
    const [next] = left;
    const found = next?.[0].exec(news);
    if (next && found) {
      left.shift();
      if (next[1] !== '') press(next[1]);
      else {
        // Only looked for: what it asks next may have come with it.
        seen += found.index + found[0].length;
        look();
      }
    } else if (/Take it all the same\?/.test(news)) press('y');
    else if (WHAT_IS_HERE.test(news)) press(ENTER);
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    look();
  });
  // One that waits for an answer to what nobody expected it to ask is to say so.
  const guard = setTimeout(() => child.kill('SIGKILL'), 90_000);
  const [status] = await exited;
  clearTimeout(guard);
  return { folder, status, screen, unasked: left.map(([question]) => question.source) };
}

const RECORDER: readonly [RegExp, string][] = [
  [/What is this device\?/, ENTER],
  [/Its id/, `${ERASE}7${ENTER}`],
  [/Domain of the authority/, ENTER],
  [/Unit that carries it/, `squad-3${ENTER}`],
  [/Folder for journal/, ENTER],
  [/Where does the picture come from\?|Which camera\?/, `${DOWN}${ENTER}`],
];

run('at a terminal it asks for all it needs, tries the camera once, and makes the device', async (t) => {
  const { folder, status, screen, unasked } = await atTerminal(
    t,
    // On a machine that is busy it may give nothing in time, which is said, and then it is taken all the same.
    [...RECORDER, [/(works|fails): synthetic/, '']],
    'provision',
    '--config',
    'asked.yaml',
  );
  t.deepEqual(unasked, [], screen);
  t.is(status, 0, screen);
  const config = parseConfig(await readFile(join(folder, 'asked.yaml'), 'utf8'), join(folder, 'asked.yaml'));
  t.deepEqual(config.device, { id: 'recorder-0007', authority: 'liuhen.example' });
  t.is(config.camera.source, 'synthetic');
  t.is(
    (JSON.parse(await readFile(join(folder, 'data/provision.json'), 'utf8')) as { unit: string }).unit,
    'squad-3',
  );
  t.regex(screen, /liuhen\.example\/recorder-0007\+[0-9a-f]{8}\+/, 'the root key');
  t.regex(screen, /[\u2580\u2584\u2588]{4}/, 'and its QR code');
  t.is(screen.split(/(?:works|fails)\W+(?:camera: )?synthetic/).length, 2, screen);
});

run('at a terminal nothing is tried where no tests are wanted', async (t) => {
  const args = ['provision', '--config', 'asked.yaml', '--no-tests', '--no-qr'];
  const { status, screen, unasked } = await atTerminal(t, RECORDER, ...args);
  t.deepEqual([unasked, status], [[], 0], screen);
  t.notRegex(screen, /trying it|works|fails/);
});

run('whoever stops in the middle of the questions has made nothing', async (t) => {
  const answers: [RegExp, string][] = [
    [/What is this device\?/, `${DOWN}${ENTER}`],
    [/Its id/, '\u0003'],
  ];
  const { folder, status, screen, unasked } = await atTerminal(
    t,
    answers,
    'provision',
    '--config',
    'asked.yaml',
  );
  t.deepEqual(unasked, []);
  t.is(status, 64, screen);
  t.regex(screen, /nothing was made/);
  t.false(existsSync(join(folder, 'asked.yaml')) || existsSync(join(folder, 'data')));
});
