import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { type DeviceStores, openJournal, openStores } from '../../agent/buffer/open.js';
import type { CommandActions } from '../../agent/commands/actions.js';
import type { CommandAnswer } from '../../agent/commands/answers.js';
import { CommandsView } from '../../agent/commands/memory.js';
import { type CommandInbox, openCommandInbox } from '../../agent/commands/open.js';
import { COMMAND_PAYLOAD_TYPE } from '../../agent/commands/schema.js';
import { signEnvelope } from '../../agent/disclosure/envelope.js';
import { initDevice } from '../../agent/init.js';
import { decodeEntry, type Entry } from '../../agent/journal/entry.js';
import type { Journal } from '../../agent/journal/journal.js';
import type { Signer } from '../../agent/journal/note.js';
import { formatVkey } from '../../agent/journal/vkey.js';
import type { Uplink } from '../../agent/uplink/uplink.js';
import { defaultConfig } from '../../config/load.js';
import { HandClock } from './clock.js';
import { envelopeOf, signerNamed } from './disclosure.js';
import { type Plain, trustDocument } from './hall.js';

export const NOW = '2026-11-23T02:00:00.000Z';
export const ORIGIN = 'liuhen.example/recorder-0001';

export interface CommandKeys {
  root: Signer;
  dispatcher: Signer;
  technician: Signer;
  publisher: Signer;
}

/** Signs a payload as a command, whether it is a good one or not. */
export function signedCommand(payload: unknown, ...signers: [Signer, ...Signer[]]): Buffer {
  return Buffer.from(signEnvelope(COMMAND_PAYLOAD_TYPE, Buffer.from(JSON.stringify(payload)), ...signers));
}

/** The connection as commands see it. */
class ScriptedUplink extends EventEmitter {
  up = true;
  readonly published: { topic: string; answer: CommandAnswer }[] = [];

  publish(topic: string, payload: Buffer): Promise<void> {
    if (!this.up) return Promise.reject(new Error('not connected'));
    this.published.push({ topic, answer: JSON.parse(payload.toString()) as CommandAnswer });
    return Promise.resolve();
  }
}

/** A device's ear for commands on a real journal and real LevelDB, with actions and a clock in the test's hands. */
export class CommandRig {
  readonly data: string;
  readonly clock = new HandClock(Date.parse(NOW));
  readonly keys: CommandKeys;
  readonly done: { command: string; args: unknown }[] = [];
  actions: CommandActions = {};
  uplink = new ScriptedUplink();
  stores!: DeviceStores;
  journal!: Journal;
  inbox!: CommandInbox;

  private constructor(data: string) {
    this.data = data;
    this.clock.reading.source = 'ntp';
    this.keys = {
      root: signerNamed('root'),
      dispatcher: signerNamed('dispatcher-1'),
      technician: signerNamed('technician-1'),
      publisher: signerNamed('publisher-1'),
    };
    const note = (command: string) => async (args: unknown) => {
      this.done.push({ command, args });
      return { did: command };
    };
    this.actions = {
      mark: note('mark'),
      stop: note('stop'),
      locate: note('locate'),
      'rotate-key': note('rotate-key'),
    };
  }

  /** With a trust document in force, unless `untrusted`. */
  static async open(t: ExecutionContext, { untrusted = false } = {}): Promise<CommandRig> {
    const folder = await mkdtemp(join(tmpdir(), 'liuhen-commands-'));
    const rig = new CommandRig(join(folder, 'data'));
    await initDevice(rig.data, { authority: 'liuhen.example', id: 'recorder-0001' }, rig.clock);
    await rig.start();
    t.teardown(async () => {
      await rig.stop();
      await rm(folder, { recursive: true, force: true });
    });
    if (!untrusted) await rig.inbox.takeFile(rig.trust(1));
    return rig;
  }

  async start(): Promise<void> {
    this.stores = await openStores(this.data);
    const settings = { clockJumpMs: 2000, witnessNoteMs: 10_000 };
    const { journal } = await openJournal(this.stores, this.clock, settings, [new CommandsView()]);
    this.journal = journal;
    const config = defaultConfig({ disclosure: { root: formatVkey(this.keys.root.vkey) } });
    const log = { info() {}, warn() {} };
    const inbox = await openCommandInbox({
      config,
      journal,
      store: this.stores.store,
      clock: this.clock,
      log,
    });
    if (inbox === undefined) throw new Error('no inbox');
    this.inbox = inbox;
    inbox.join(this.uplink as unknown as Uplink);
    await inbox.commands.begin(this.actions);
  }

  async stop(): Promise<void> {
    await this.inbox.commands.close();
    await this.journal.close();
    await this.stores.close();
  }

  /** Ends and starts again: only what is on disk is left. */
  async restart(): Promise<void> {
    await this.stop();
    this.uplink = new ScriptedUplink();
    await this.start();
  }

  trust(version: number, keys: Plain[] = this.trustedKeys(), root = this.keys.root): Buffer {
    return envelopeOf(trustDocument(version, keys), root);
  }

  trustedKeys(): Plain[] {
    const { dispatcher, technician, publisher } = this.keys;
    return [
      { vkey: formatVkey(dispatcher.vkey), roles: ['dispatcher'], holder: 'control room' },
      { vkey: formatVkey(technician.vkey), roles: ['technician'], holder: 'bench 3' },
      { vkey: formatVkey(publisher.vkey), roles: ['publisher'], holder: 'publication desk' },
    ];
  }

  payload(changes: Plain = {}): Plain & { id: string } {
    return {
      kind: 'command',
      id: randomUUID(),
      device: ORIGIN,
      issued: NOW,
      expires: '2026-11-23T02:10:00.000Z',
      why: 'asked for by the duty officer',
      command: 'mark',
      args: {},
      ...changes,
    };
  }

  /** A command by the dispatcher. */
  envelope(changes: Plain = {}, signer = this.keys.dispatcher): Buffer {
    return signedCommand(this.payload(changes), signer);
  }

  /** What is answered; undefined where nobody is. */
  take(bytes: Buffer): Promise<CommandAnswer | undefined> {
    return this.inbox.commands.take(bytes);
  }

  /** Why it was refused, as counted. */
  async refusal(bytes: Buffer): Promise<string> {
    const before = this.inbox.commands.status.refused;
    await this.inbox.takeFile(bytes);
    const after = Object.entries(this.inbox.commands.status.refused);
    return after.find(([name, count]) => count !== (before as Record<string, number>)[name])?.[0] ?? 'obeyed';
  }

  async entries(): Promise<(Entry & Record<string, unknown>)[]> {
    // Follows what is being appended.
    await this.journal.noteClock();
    const entries: (Entry & Record<string, unknown>)[] = [];
    for await (const encoded of this.stores.store.entries(0, this.journal.size)) {
      entries.push(decodeEntry(encoded, entries.length) as Entry & Record<string, unknown>);
    }
    return entries;
  }

  async commandEntries(): Promise<(Entry & Record<string, unknown>)[]> {
    return (await this.entries()).filter(({ type }) => type === 'command');
  }

  /** Values of the events of source `commands` with this name. */
  async events(name: string): Promise<Record<string, unknown>[]> {
    const entries = await this.entries();
    return entries.flatMap((entry) =>
      entry.type === 'event' && entry.source === 'commands' && entry.name === name
        ? [entry.value as Record<string, unknown>]
        : [],
    );
  }
}
