import { messageOf } from '../../config/errors.js';
import type { Config } from '../../config/load.js';
import type { Clock } from '../../drivers/clock.js';
import type { Accepted, Refused } from '../disclosure/refusal.js';
import { TrustedKeys } from '../disclosure/trust.js';
import { cosignedAt } from '../journal/checkpoint.js';
import type { Journal } from '../journal/journal.js';
import type { JournalStore } from '../journal/store.js';
import { parseVkey } from '../journal/vkey.js';
import { topics } from '../uplink/topics.js';
import type { Uplink } from '../uplink/uplink.js';
import { CommandTime } from './command-time.js';
import { Commands } from './commands.js';
import { isTrustEnvelope, TrustIntake, trustWithContent } from './trust-intake.js';

export interface CommandInboxParts {
  config: Config;
  journal: Journal;
  store: JournalStore;
  clock: Clock;
  /** Of a kiosk, whose trust document comes with its content: the keys that are in force, and who takes another. */
  content?: { trusted: TrustedKeys; take(bytes: Uint8Array): Promise<Accepted | Refused> } | undefined;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

/** Commands, where they come in. */
export interface CommandInbox {
  commands: Commands;
  /** What the device's connection has to listen to for them. */
  topics: readonly string[];
  /** Takes what came on one of these topics; whatever it is, this does not throw. */
  onMessage(payload: Buffer): void;
  /** Takes an envelope from a file: a command, or a trust document. */
  takeFile(bytes: Buffer): Promise<unknown>;
  /** Follows the connection: answers go by it, and the archive's word on the time comes by it. */
  join(uplink: Uplink): void;
}

/**
 * Opens the device's ear for commands; undefined where no root key is pinned, and so nobody can give one. Nothing is carried out before
 * `commands.begin`. Throws LIUHEN_NOTE for a root that is no key.
 */
export async function openCommandInbox(parts: CommandInboxParts): Promise<CommandInbox | undefined> {
  const { config, journal, store, clock, log } = parts;
  const { root } = config.disclosure;
  if (root === undefined) return undefined;
  const { trusted, trust } = await trustOf(parts, root);
  const { id: device } = config.device;
  const time = new CommandTime(clock);
  // The newest entry is that of this start: it was written by this process.
  time.sealed(journal.size, process.uptime() * 1000);
  journal.on('sealed', (size) => time.sealed(size));
  let uplink: Uplink | undefined;
  const commands = new Commands({
    ...{ origin: journal.origin, trusted, trust, journal, store, clock, time, log },
    floorMs: () => witnessedMs(journal, config.uplink.witness),
    publish: async (topic, payload) => {
      if (uplink === undefined) throw new Error('no connection');
      await uplink.publish(topic, payload);
    },
  });
  const take = (bytes: Buffer) => (isTrustEnvelope(bytes) ? commands.takeTrust(bytes) : commands.take(bytes));
  return {
    commands,
    topics: [topics.command(device), topics.trust(device)],
    onMessage(payload) {
      // Whoever takes a retained message back publishes an empty one.
      if (payload.length === 0) return;
      take(Buffer.from(payload)).catch((error: unknown) => {
        log.warn({ err: messageOf(error) }, 'command: not carried through');
      });
    },
    takeFile: async (bytes) => (await take(bytes)) ?? { status: 'refused' },
    join(joined) {
      uplink = joined;
      joined.on('witnessed', (size, timeSec) => {
        time.witnessed(size, timeSec);
        commands.timeTold();
      });
      joined.on('connected', () => commands.connected());
    },
  };
}

async function trustOf({ content, store }: CommandInboxParts, root: string) {
  if (content !== undefined) {
    return { trusted: content.trusted, trust: trustWithContent((bytes) => content.take(bytes)) };
  }
  const trusted = new TrustedKeys(parseVkey(root));
  const trust = new TrustIntake(trusted, store);
  await trust.load();
  return { trusted, trust };
}

/** The newest moment that the archive vouched for; it has certainly passed. */
function witnessedMs({ cosigned }: Journal, witness: string | undefined): number {
  if (cosigned === undefined || witness === undefined) return 0;
  try {
    return (cosignedAt(cosigned, parseVkey(witness)) ?? 0) * 1000;
  } catch {
    return 0;
  }
}
