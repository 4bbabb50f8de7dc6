import { LiuhenError, messageOf } from '../../config/errors.js';
import { readRequest } from '../provision/request.js';
import {
  MAX_ASKED_BYTES,
  MAX_MESSAGE_BYTES,
  type Outcome,
  openRequest,
  sealAnswer,
} from '../provision/token.js';
import { enrol, enrolLocked, type OpenAuthority } from './ca-enrol.js';
import { whileLocked } from './ca-lock.js';
import { readToken, refusalOf, useToken } from './ca-token.js';

/** What came over the wire and was dealt with, for the log. */
export interface DeskNote {
  what: 'enrolled' | 'renewed' | 'refused' | 'ignored';
  /** Device or token. */
  who: string;
  why?: string;
}

export interface DeskAnswer {
  note: DeskNote;
  /** Absent: nothing is said, since nothing shows that who asks may know. */
  reply?: { topic: string; payload: string };
}

const ENROL = /^liuhen\/1\/enrol\/([0-9a-f]{16})\/request$/;
const RENEW = /^liuhen\/1\/([a-z0-9-]{1,64})\/renew$/;

export const DESK_SUBSCRIPTIONS = ['liuhen/1/enrol/+/request', 'liuhen/1/+/renew'];

/** Deals with a message of a device that wants to enrol or to renew. One at a time: each changes the registry. Never rejects. */
export async function answerAtDesk(
  authority: OpenAuthority,
  topic: string,
  payload: Buffer,
  nowMs: number,
): Promise<DeskAnswer> {
  const [, token] = ENROL.exec(topic) ?? [];
  const [, device] = RENEW.exec(topic) ?? [];
  const who = token ?? device ?? topic.slice(0, 80);
  try {
    if (payload.length > (token === undefined ? 2 * MAX_MESSAGE_BYTES : MAX_ASKED_BYTES))
      return ignored(who, `${payload.length} bytes`);
    if (token !== undefined) {
      const kept = await readToken(authority.dir, token);
      if (kept === undefined) return ignored(token, 'no such token');
      // Whoever has no token can write here as well: rubbish must not keep the authority from those who change it.
      const text = openRequest(kept, payload.toString());
      if (text === undefined) return ignored(token, 'not made with the token');
      // From reading the token again until it is used: another process may be asked for it at the same time.
      return await whileLocked(authority.dir, () => enrolWithToken(authority, token, text, nowMs));
    }
    if (device !== undefined) return await renewOf(authority, device, payload.toString(), nowMs);
    return ignored(who, 'no topic of an enrolment');
  } catch (error) {
    return ignored(who, messageOf(error));
  }
}

async function enrolWithToken(
  authority: OpenAuthority,
  id: string,
  text: string,
  nowMs: number,
): Promise<DeskAnswer> {
  const token = await readToken(authority.dir, id);
  if (token === undefined) return ignored(id, 'no such token');
  const { note, outcome } = await attempt(async () => {
    const request = await readRequest(text);
    const refusal = refusalOf(token, request.device, text, nowMs);
    if (refusal !== undefined) throw new LiuhenError('LIUHEN_TOKEN', refusal);
    // Before anything is given for it: a token that is spent twice is worse than one that is spent for nothing.
    await useToken(authority.dir, token, text);
    const answer = await enrolLocked(authority, request, nowMs);
    return { who: request.device, answer: JSON.stringify(answer), what: 'enrolled' };
  }, token.device);
  return { note, reply: { topic: `liuhen/1/enrol/${id}/answer`, payload: sealAnswer(token, text, outcome) } };
}

/** Proven by the certificate that is renewed, whatever the broker says of who sent it. The answer is no secret and is checked by the device. */
async function renewOf(
  authority: OpenAuthority,
  device: string,
  text: string,
  nowMs: number,
): Promise<DeskAnswer> {
  const request = await readRequest(text);
  if (request.device !== device) return ignored(device, `a request of ${request.device}`);
  if (request.proof.by !== 'certificate')
    return ignored(device, 'a request without the certificate that is to be renewed');
  const { note, outcome } = await attempt(async () => {
    const answer = await enrol(authority, request, nowMs);
    return { who: device, answer: JSON.stringify(answer), what: 'renewed' };
  }, device);
  return { note, reply: { topic: `liuhen/1/${device}/renewed`, payload: JSON.stringify(outcome) } };
}

async function attempt(
  work: () => Promise<{ who: string; answer: string; what: 'enrolled' | 'renewed' }>,
  who: string,
): Promise<{ note: DeskNote; outcome: Outcome }> {
  try {
    const { answer, what, who: of } = await work();
    return { note: { what, who: of }, outcome: { outcome: 'enrolled', text: answer } };
  } catch (error) {
    // What is wrong with this machine is for its own log.
    const isTheirs =
      error instanceof LiuhenError && (error.code === 'LIUHEN_ENROL' || error.code === 'LIUHEN_TOKEN');
    const why = isTheirs ? error.message : 'the authority could not do it; its log says why';
    return {
      note: { what: 'refused', who, why: messageOf(error) },
      outcome: { outcome: 'refused', text: why },
    };
  }
}

function ignored(who: string, why: string): DeskAnswer {
  return { note: { what: 'ignored', who, why } };
}
