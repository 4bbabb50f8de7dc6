import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { connectAsync } from 'mqtt';
import { z } from 'zod';
import { ForeignKey, payloadHash } from '../support/foreign-platform.js';
import { KioskProcess } from '../support/kiosk-process.js';
import { liuhen } from '../support/liuhen.js';
import { Mosquitto, withoutMosquitto } from '../support/mosquitto.js';

/*
 * A foreign platform and a kiosk, which know of each other only what is published: MQTT topics, DSSE, the JSON Schemas. Nothing of the
 * product is imported here; it is only run.
 */
const real = withoutMosquitto === undefined ? test : test.skip;
const HALL = 'east-hall';
const ISSUED = '2026-03-02T09:00:00+08:00';

interface Item {
  kind: string;
  id: string;
  revision: number;
  state: string;
  reasons: { code: string }[];
}

/** The platform's keys, its line to a real broker, and a kiosk that pins its root. */
async function scene(t: ExecutionContext) {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-foreign-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const mosquitto = await Mosquitto.start();
  t.teardown(() => mosquitto.remove());
  const broker = `mqtt://127.0.0.1:${mosquitto.port}`;
  const keys = {
    root: new ForeignKey('east.example/root'),
    publisher: new ForeignKey('east.example/desk'),
    reviewer: new ForeignKey('east.example/review'),
    stranger: new ForeignKey('east.example/stranger'),
  };
  const made = await liuhen(
    folder,
    'init',
    '--device',
    'kiosk-1',
    '--authority',
    'east.example',
    '-c',
    'kiosk.yaml',
  );
  t.is(made.status, 0, made.stderr);
  const config = {
    profile: 'kiosk',
    device: { id: 'kiosk-1', authority: 'east.example' },
    data: 'data',
    storage: { reserve: '16MiB' },
    uplink: {
      broker,
      witness: new ForeignKey('east.example/archive', 4).vkey,
      backoff: { min: '10ms', max: '100ms' },
    },
    disclosure: { hall: HALL, root: keys.root.vkey },
    kiosk: { window: '7', port: 0 },
    log: { level: 'warn' },
  };
  await writeFile(join(folder, 'kiosk.yaml'), JSON.stringify(config));
  const schemas = JSON.parse((await liuhen(folder, 'schema', '--all')).stdout) as Record<string, object>;
  const kiosk = await KioskProcess.start(folder, 'kiosk.yaml');
  t.teardown(() => kiosk.stop());
  const client = await connectAsync(broker, { reconnectPeriod: 0 });
  t.teardown(() => client.endAsync());

  /** Checks a document against its published schema, signs it and publishes it. */
  const publish = async (
    document: { kind: string; id?: string },
    key: ForeignKey,
    id = document.id ?? 'trust',
  ) => {
    const checked = z.fromJSONSchema(schemas[document.kind] as never).safeParse(document);
    t.true(checked.success, JSON.stringify(checked.error?.issues));
    const topic = `liuhen/1/board/${HALL}/${document.kind}/${id}`;
    await client.publishAsync(topic, key.envelope(document), { qos: 1, retain: true });
  };
  const board = async () => {
    const { stdout } = await liuhen(folder, 'board', '--json', '--data', join(folder, 'data'));
    return JSON.parse(stdout) as { items: Item[]; intake: { refused: Record<string, number> } };
  };
  const item = async (kind: string, id: string) =>
    (await board()).items.find((each) => each.kind === kind && each.id === id);
  return { keys, kiosk, publish, board, item, schemas };
}

function trust({ publisher, reviewer }: { publisher: ForeignKey; reviewer: ForeignKey }) {
  return {
    kind: 'trust',
    version: 1,
    issued: ISSUED,
    keys: [
      { vkey: publisher.vkey, holder: '东城公开科', roles: ['publisher'] },
      { vkey: reviewer.vkey, holder: '东城审核科', roles: ['reviewer'] },
    ],
  };
}

function post(revision: number, name: string) {
  return {
    kind: 'post',
    id: 'window-7',
    revision,
    hall: HALL,
    issued: ISSUED,
    window: '7',
    name: { zh: name },
    post: { zh: '综合岗' },
    duties: [{ zh: '受理申请' }],
    supervisionPhone: '0100 555 0700',
    workingHours: { zh: '周一至周五' },
    duty: { state: 'on-duty' },
  };
}

const DECISION = {
  kind: 'decision',
  id: 'penalty-9',
  revision: 1,
  hall: HALL,
  issued: ISSUED,
  expires: '2099-01-01T00:00:00+08:00',
  number: '东市监罚〔2026〕9号',
  action: 'penalty',
  title: { zh: '示例公司处罚案' },
  party: { type: 'organisation', name: { zh: '东城示例有限公司' } },
  body: { zh: '东城市场监督管理局' },
  facts: { zh: '经营标签不符合规定的食品。' },
  outcome: { zh: '罚款 90000 元' },
  basis: [{ law: { zh: '中华人民共和国食品安全法' } }],
  decided: '2026-02-27',
  weight: { level: 'county', measures: ['fine'], amountYuan: 90_000, hearingHeld: false },
};

function review() {
  const item = { finding: 'in-order', opinion: { zh: '符合规定。' } };
  return {
    kind: 'review',
    id: 'review-9',
    revision: 1,
    hall: HALL,
    issued: ISSUED,
    decision: { kind: 'decision', id: 'penalty-9', revision: 1, sha256: payloadHash(DECISION) },
    body: { zh: '东城法制审核中心' },
    reviewer: { name: { zh: '甘棠' } },
    received: '2026-02-25',
    completed: '2026-02-26',
    materials: [{ name: { zh: '案卷' } }],
    items: { subject: item, jurisdiction: item, procedure: item, facts: item, discretion: item, law: item },
    conclusion: 'passed',
  };
}

real(
  'what a foreign platform publishes is on the screen, live, and a newer revision takes its place',
  async (t) => {
    const { keys, kiosk, publish } = await scene(t);
    t.false((await kiosk.page('/')).includes('柳如烟'));
    // In the wrong order: what is signed comes before the keys that may sign it.
    await publish(post(1, '柳如烟'), keys.publisher);
    await publish(trust(keys), keys.root);
    const shows = (text: string) => async () => ((await kiosk.page('/')).includes(text) ? true : undefined);
    t.true(await kiosk.until(shows('柳如烟')));
    await publish(post(2, '江照晚'), keys.publisher);
    t.true(await kiosk.until(shows('江照晚')));
    t.false((await kiosk.page('/')).includes('柳如烟'));
  },
);

real(
  'a major decision of a foreign platform waits for the review that it signs with another key',
  async (t) => {
    const { keys, kiosk, publish, item } = await scene(t);
    await publish(trust(keys), keys.root);
    await publish(DECISION, keys.publisher);
    const held = await kiosk.until(() => item('decision', 'penalty-9'));
    t.is(held.state, 'held-back');
    t.deepEqual(
      held.reasons.map(({ code }) => code),
      ['review-missing'],
    );
    t.false((await kiosk.page('/decisions')).includes('示例公司处罚案'));
    await publish(review(), keys.reviewer);
    t.true(
      await kiosk.until(async () =>
        (await item('decision', 'penalty-9'))?.state === 'shown' ? true : undefined,
      ),
    );
    t.true((await kiosk.page('/decisions')).includes('示例公司处罚案'));
  },
);

real(
  'what a stranger signs, or a publisher as a reviewer, is refused and counted; the good content stays',
  async (t) => {
    const { keys, kiosk, publish, board, item } = await scene(t);
    await publish(trust(keys), keys.root);
    await publish(post(1, '柳如烟'), keys.publisher);
    await publish(DECISION, keys.publisher);
    await publish(post(2, '冒名者'), keys.stranger);
    await publish(review(), keys.publisher);
    // Comes after them on the same line, so that they have been looked at when it is there.
    await publish(
      { ...post(1, '叶知秋'), id: 'window-8', window: '8' } as ReturnType<typeof post>,
      keys.publisher,
    );
    await kiosk.until(() => item('post', 'window-8'));
    const { items, intake } = await board();
    t.like(
      items.find(({ id }) => id === 'window-7'),
      { revision: 1, state: 'shown' },
    );
    t.like(
      items.find(({ id }) => id === 'penalty-9'),
      { state: 'held-back' },
    );
    t.false(items.some(({ kind }) => kind === 'review'));
    t.deepEqual(intake.refused, { unsigned: 1, role: 1 });
    t.true((await kiosk.page('/')).includes('柳如烟'));
  },
);

real('the published schemas refuse what the kiosk would refuse', async (t) => {
  const { schemas } = await scene(t);
  const fits = (document: { kind: string } & Record<string, unknown>) =>
    z.fromJSONSchema(schemas[document.kind] as never).safeParse(document).success;
  t.true(fits(post(1, '柳如烟')));
  t.false(fits({ ...post(1, '柳如烟'), unknown: true }));
  t.false(fits({ ...post(1, '柳如烟'), supervisionPhone: 'call us' }));
  t.false(fits({ ...post(1, '柳如烟'), revision: 0 }));
  t.false(fits({ ...DECISION, action: 'punishment' }));
});
