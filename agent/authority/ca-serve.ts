import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { messageOf } from '../../config/errors.js';
import { Link } from '../link/link.js';
import { systemTimers } from '../link/timers.js';
import { MAX_ASKED_BYTES } from '../provision/token.js';
import { officeName } from './ca-broker.js';
import { answerAtDesk, DESK_SUBSCRIPTIONS, type DeskNote } from './ca-desk.js';
import type { OpenAuthority } from './ca-enrol.js';
import { places } from './ca-folder.js';

/** Messages that may wait; more are dropped, and devices ask again. */
const MAX_WAITING = 64;
const WINDOW_BYTES = 1024 * 1024;

export interface Desk {
  /** Resolves when the broker has granted the subscriptions for the first time. */
  ready: Promise<void>;
  stop(): Promise<void>;
}

/** Answers devices that enrol by token or renew, at the authority's own broker and with its own certificate, until it is stopped. */
export function serveDesk(
  authority: OpenAuthority,
  { log, onNote = () => {} }: { log: Logger; onNote?: (note: DeskNote) => void },
): Desk {
  const { dir, settings } = authority;
  const identity = places.identity(dir, officeName('authority', settings.domain));
  const link = new Link({
    section: 'publish',
    broker: settings.broker,
    tls: { caFile: places.certificate(dir), certFile: identity, keyFile: identity },
    protocol: 5,
    keepaliveMs: 30_000,
    backoff: { minMs: 1000, maxMs: 30_000 },
    windowBytes: WINDOW_BYTES,
    clientId: `liuhen-desk-${randomBytes(5).toString('hex')}`,
    subscriptions: DESK_SUBSCRIPTIONS,
    maxIncomingBytes: MAX_ASKED_BYTES + 1024,
    onRefused: ({ message }) => log.warn({}, message),
    log,
    timers: systemTimers,
    random: Math.random,
  });
  let tail: Promise<void> = Promise.resolve();
  let waiting = 0;
  const deal = async (topic: string, payload: Buffer) => {
    const { note, reply } = await answerAtDesk(authority, topic, payload, Date.now());
    const { what, ...fields } = note;
    log[what === 'enrolled' || what === 'renewed' ? 'info' : 'warn'](fields, what);
    onNote(note);
    if (reply !== undefined) await link.publish(reply.topic, Buffer.from(reply.payload), 'first');
  };
  link.on('message', (topic, payload, retained) => {
    if (retained || waiting >= MAX_WAITING) return;
    waiting++;
    tail = tail
      .then(() => deal(topic, payload))
      .catch((error: unknown) => log.warn({ error: messageOf(error) }, 'answer could not be sent'))
      .finally(() => waiting--);
  });
  const ready = new Promise<void>((resolve) => link.once('up', () => resolve()));
  link.start();
  return {
    ready,
    async stop() {
      await tail;
      await link.stop();
    },
  };
}
