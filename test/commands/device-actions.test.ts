import test from 'ava';
import { commandedConfig } from '../../agent/commanded-config.js';
import { carryOut } from '../../agent/commands/actions.js';
import { type DeviceActionParts, deviceActions } from '../../agent/commands/device-actions.js';
import { commandedSettings } from '../../agent/commands/memory.js';
import { REMOTE_SETTINGS } from '../../agent/commands/remote-settings.js';
import { settingOf } from '../../config/known-keys.js';
import { defaultConfig, type Overrides, parseConfig } from '../../config/load.js';
import { CommandRig } from '../support/commands.js';
import { DisclosureRig, envelopeOf } from '../support/disclosure.js';
import { postDocument } from '../support/hall.js';

const FILE = 'device:\n  id: recorder-0001\n  authority: liuhen.example\nrecording:\n  preRecord: 20s\n';
const configured = (settings: Overrides) => parseConfig(FILE, 'liuhen.yaml', settings);
const by = { who: 'bench 3', why: 'short of memory', command: '00000000-0000-4000-8000-000000000000' };

async function scene(t: Parameters<typeof CommandRig.open>[0], more: Partial<DeviceActionParts> = {}) {
  const rig = await CommandRig.open(t);
  const applied: string[] = [];
  const parts = (): DeviceActionParts => ({
    config: configured({}),
    journal: rig.journal,
    store: rig.stores.store,
    diagnostics: async () => ({ status: { state: 'idle' } }),
    configured,
    applyNow: (config) => void applied.push(config.log.level),
    ...more,
  });
  const change = (setting: string, value: string | null) =>
    carryOut(deviceActions(parts()), { command: 'change-setting', args: { setting, value } }, by);
  /** The configuration of the next start. */
  const next = (configure = configured) =>
    commandedConfig(rig.stores.store, {
      ...{ config: configure({}), configured: configure },
      log: { level: 'info', info() {}, warn: (_fields, text) => void applied.push(text) },
    });
  return { rig, change, next, applied, parts };
}

test('a setting that was changed is journalled and holds from the next start on, over that of the file', async (t) => {
  const { rig, change, next } = await scene(t);
  t.like(await change('recording.preRecord', '10s'), {
    ...{ setting: 'recording.preRecordMs', atStart: 20_000, now: 10_000, applied: 'at the next start' },
  });
  const entry = (await rig.entries()).find(({ type }) => type === 'config-changed');
  t.like(entry, {
    who: 'bench 3',
    what: 'recording.preRecord: as in the configuration file → 10s',
    why: 'short of memory',
    command: by.command,
  });
  await rig.restart();
  t.is((await next()).recording.preRecordMs, 10_000);
  await change('recording.preRecord', null);
  t.is((await next()).recording.preRecordMs, 20_000);
});

test('the level of the log changes at once', async (t) => {
  const { change, applied, next } = await scene(t);
  t.like(await change('log.level', 'debug'), { applied: 'now' });
  t.deepEqual(applied, ['debug']);
  t.is((await next()).log.level, 'debug');
});

test('a setting that is not on the list, is unknown, or would not load is refused and changes nothing', async (t) => {
  const { rig, change } = await scene(t);
  for (const [setting, value] of [
    ['uplink.broker', 'mqtts://elsewhere.example:8883'],
    ['disclosure.root', 'x'],
    ['data', '/tmp'],
    ['storage.retention', '0s'],
    ['constructor', 'x'],
  ] as const) {
    await t.throwsAsync(change(setting, value), { code: 'LIUHEN_STATE' }, setting);
  }
  await t.throwsAsync(change('recording.preRecord', 'soon'), { code: 'LIUHEN_CONFIG' });
  // Allowed by itself, and more than recording.preRecordBytes holds at this rate.
  await t.throwsAsync(change('camera.bitrate', '100Mbit/s'), { code: 'LIUHEN_CONFIG' });
  t.deepEqual(await commandedSettings(rig.stores.store), {});
  t.false((await rig.entries()).some(({ type }) => type === 'config-changed'));
});

test('what no longer goes with the file is left out, and the device starts', async (t) => {
  const { change, next, applied } = await scene(t);
  await change('camera.bitrate', '20Mbit/s');
  const narrow = (settings: Overrides) =>
    parseConfig(`${FILE}  preRecordBytes: 8MiB\n`, 'liuhen.yaml', settings);
  t.is((await next(narrow)).camera.bitrateBitsPerSecond, 2_000_000);
  t.regex(applied[0] ?? '', /left out/);
});

test('whoever changes a setting at the device takes back what a command has said of it', async (t) => {
  const { rig, change } = await scene(t);
  await change('recording.preRecord', '10s');
  const what = 'recording.preRecord: 20s → 5s';
  await rig.journal.append({ type: 'config-changed', who: 'command by root', what, why: '' });
  t.deepEqual(await commandedSettings(rig.stores.store), {});
});

test('every setting that may be changed from far away is one', (t) => {
  for (const key of REMOTE_SETTINGS) t.truthy(settingOf(key), key);
  t.truthy(defaultConfig());
});

test('a new key is made by command, and diagnostics are what the device says of itself', async (t) => {
  const { rig, parts } = await scene(t);
  const { epoch } = rig.journal;
  t.deepEqual(await carryOut(deviceActions(parts()), { command: 'rotate-key', args: {} }, by), {
    epoch: epoch + 1,
  });
  t.deepEqual(await carryOut(deviceActions(parts()), { command: 'collect-diagnostics', args: {} }, by), {
    status: { state: 'idle' },
  });
});

test('content comes by command as from a file: judged by its own signatures; a recorder takes none', async (t) => {
  const hall = await DisclosureRig.open(t);
  let fetched = 0;
  const content = {
    take: (envelope: Buffer) => hall.take(envelope),
    fetch: async () => void fetched++,
  };
  const { parts } = await scene(t, { content });
  const update = (args: { envelope?: string }) =>
    carryOut(deviceActions(parts()), { command: 'update-content', args }, by);
  const good = envelopeOf(postDocument(), hall.keys.publisher).toString();
  t.like(await update({ envelope: good }), { kind: 'post', id: 'window-3', fresh: true });
  const forged = envelopeOf(postDocument({ revision: 2 }), hall.keys.dispatcher).toString();
  await t.throwsAsync(update({ envelope: forged }), { code: 'LIUHEN_ENVELOPE', message: /role/ });
  await update({});
  t.is(fetched, 1);
  const bare = (await scene(t)).parts();
  await t.throwsAsync(carryOut(deviceActions(bare), { command: 'update-content', args: {} }, by), {
    code: 'LIUHEN_STATE',
  });
});
