import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { publishRetained } from '../agent/authority/publish.js';
import { SAMPLE_CONTENT, type SampleHall, sampleHall } from '../agent/authority/sample-hall.js';
import { callAgent } from '../agent/control/client.js';
import { signEnvelope } from '../agent/disclosure/envelope.js';
import { payloadTypeOf } from '../agent/disclosure/kinds/head.js';
import { type ContentOf, encodeDocument } from '../agent/disclosure/kinds/kinds.js';
import { initDevice } from '../agent/init.js';
import type { KioskStatus } from '../agent/kiosk-status.js';
import { systemClock } from '../drivers/clock.js';
import { freshFolder, shown } from './demo-folder.js';
import { DemoStage } from './demo-stage.js';
import { type Watcher, watch } from './watcher.js';

const DEVICE = 'kiosk-0001';
const AUTHORITY = 'liuhen.example';
const WINDOW = '1';
/** Long enough to look at what is there before it changes. */
const BEFORE_CHANGE_MS = 3000;
const PATIENCE_MS = 30_000;

interface Options {
  seconds?: number;
  out: string;
  port: number;
}

const program = new Command('scripts/demo kiosk')
  .description(
    'Shows the screen of the sample hall, with its broker, its archive and its platform, and changes what it shows.',
  )
  .option('--seconds <n>', 'end by itself after so long; without it, Ctrl-C ends it', Number)
  .option('--out <folder>', 'where everything goes', 'demo-out')
  .option('--port <n>', 'port of the pages; 0: the kernel picks one', Number, 0)
  .parse();

const stage = new DemoStage();
const { display } = stage;
let watcher: Watcher | undefined;
await stage.play(async () => {
  try {
    return await demo(program.opts<Options>());
  } finally {
    await watcher?.close();
  }
});

async function demo({ seconds, out: folder, port }: Options): Promise<number> {
  if (seconds !== undefined && !(seconds > 0)) throw new Error('--seconds: expected a number above 0');
  const startedMs = performance.now();
  const out = await freshFolder(folder);
  display.title('Liuhen 留痕: authority → signed content → MQTT → verified → screen → journal → archive');

  const archive = join(out, 'archive');
  await stage.liuhen('archive', 'init', '--data', archive, '--name', `${AUTHORITY}/archive`);
  const { broker, witness } = (
    await stage.start(
      ['archive', 'run', '--data', archive, '--embedded-broker', '--port', '0'],
      join(out, 'archive.log'),
    )
  ).ready as { broker: string; witness: string };
  display.done(`broker and archive run at ${broker}`);

  const hall = await sampleHall(join(out, 'authority'));
  display.done(
    `the authority signed ${hall.envelopes.length} documents of hall ${hall.hall}; a kiosk pins ${hall.rootVkey}`,
  );
  const { data, url } = await startKiosk(out, archive, { broker, witness, hall, port });
  display.done(`kiosk runs: ${url}`);

  watcher = await watch(url, out);
  await publishRetained(
    { broker },
    hall.envelopes.map(({ topic, bytes: payload }) => ({ topic, payload })),
  );
  const post = postOf(hall);
  await watcher.sees(post.name.zh);
  const before = await watcher.picture('before');
  display.done(`${watcher.kind} sees ${post.name.zh} at window ${WINDOW}`);
  display.note([...(before === undefined ? [] : [`picture  ${shown(before)}`]), `open     ${url}`]);

  await stage.wait(BEFORE_CHANGE_MS);
  const changed = await replaced(post);
  const changedMs = performance.now();
  await publish(broker, hall, changed);
  await watcher.sees(changed.duty.by.name.zh);
  display.done(
    `the platform published that ${changed.duty.by.name.zh} replaces ${post.name.zh}; the page followed in ${Math.round(performance.now() - changedMs)} ms`,
  );
  const after = await watcher.picture('after');
  if (after !== undefined) display.note([`picture  ${shown(after)}`]);
  await tellWhatIsKnown(data);
  display.note([
    'what is held back, and why:',
    `         npx liuhen board --data ${shown(data)}`,
    `status   npx liuhen status --data ${shown(data)}`,
    `screen   scripts/kiosk-browser --url ${url} --windowed`,
  ]);
  await stay(seconds, startedMs, url);
  display.end('done');
  return 0;
}

async function startKiosk(
  out: string,
  archive: string,
  { broker, witness, hall, port }: { broker: string; witness: string; hall: SampleHall; port: number },
): Promise<{ data: string; url: string }> {
  const folder = join(out, 'kiosk');
  const data = join(folder, 'data');
  const config = join(folder, 'liuhen.yaml');
  await mkdir(folder);
  // JSON is YAML.
  const settings = {
    profile: 'kiosk',
    device: { id: DEVICE, authority: AUTHORITY },
    data: 'data',
    uplink: { broker, witness },
    disclosure: { hall: hall.hall, root: hall.rootVkey },
    kiosk: {
      window: WINDOW,
      hallName: '云岭市枫桥区政务服务大厅',
      hallNameEnglish: 'Fengqiao District Service Hall',
      port,
    },
  };
  await writeFile(config, `${JSON.stringify(settings, null, 2)}\n`);
  const rootVkey = await initDevice(data, { id: DEVICE, authority: AUTHORITY }, systemClock());
  await stage.liuhen('archive', 'add', rootVkey, '--data', archive);
  const kiosk = await stage.start(['run', '--config', config], join(out, 'kiosk.log'));
  return { data, url: (kiosk.ready as { url: string }).url };
}

type PostContent = ContentOf<'post'>;

function postOf({ envelopes }: SampleHall): PostContent {
  const posts = envelopes.flatMap(({ document }) => (document.kind === 'post' ? [document] : []));
  const post = posts.filter(({ window }) => window === WINDOW).at(-1);
  if (post === undefined) throw new Error(`the sample hall has no post for window ${WINDOW}`);
  return post;
}

async function replaced(post: PostContent) {
  const portrait = await readFile(join(SAMPLE_CONTENT, 'portraits/replacement.png'));
  const photo = { type: 'image/png' as const, data: portrait.toString('base64') };
  const by = { name: { zh: '顾清禾', en: 'Gu Qinghe' }, photo, credential: '云枫执 0417099' };
  const duty = { state: 'replaced' as const, by };
  return { ...post, revision: post.revision + 1, issued: new Date().toISOString(), duty };
}

async function publish(broker: string, { hall, signers }: SampleHall, document: PostContent): Promise<void> {
  const payload = encodeDocument(document);
  const envelope = signEnvelope(payloadTypeOf('post'), payload, signers.publisher);
  const topic = `liuhen/1/board/${hall}/post/${document.id}`;
  await publishRetained({ broker }, [{ topic, payload: Buffer.from(envelope) }]);
  display.progress(
    `published ${topic}, sha256 ${createHash('sha256').update(payload).digest('hex').slice(0, 12)}…`,
  );
}

/** Counts, and that the archive has cosigned what was displayed. */
async function tellWhatIsKnown(data: string): Promise<void> {
  const untilMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const { content, journal, kiosk } = (await callAgent(data, 'GET', '/status')) as KioskStatus;
    const witnessed = journal.witnessed?.entries ?? 0;
    const isOver = witnessed === journal.entries || Date.now() > untilMs;
    if (isOver) {
      const { shown: visible, 'held-back': held, withdrawn, expired } = content.states;
      display.done(`${visible} shown, ${held} held back, ${withdrawn} withdrawn, ${expired} expired`);
      display.done(
        `${journal.entries} journal entries say what hung on the screen and since when; ${witnessed} are witnessed` +
          (kiosk.page.drawn ? ', and the page proves that it is drawn' : ''),
      );
      return;
    }
    await stage.wait(200);
  }
}

async function stay(seconds: number | undefined, startedMs: number, url: string): Promise<void> {
  const leftMs =
    seconds === undefined ? undefined : Math.max(0, startedMs + seconds * 1000 - performance.now());
  if (leftMs === undefined) display.note([`${url} stays open; Ctrl-C ends it`]);
  await stage.stay(leftMs);
}
