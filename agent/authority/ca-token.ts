import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';
import { isDeviceId } from '../../config/identity.js';
import { asOwner } from '../provision/as-owner.js';
import { readOwnersFile, replaceFile } from '../provision/secret-file.js';
import { formatToken } from '../provision/token.js';
import { RESERVED_IDS } from './ca-broker.js';
import { type AuthoritySettings, places } from './ca-folder.js';

const tokenSchema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  secret: z.string().length(24),
  device: z.string().refine(isDeviceId),
  expires: z.iso.datetime(),
  /** SHA-256 of the request that it was used for: only that is answered again, since an answer may be lost. */
  usedFor: z.string().length(64).optional(),
});

type KeptToken = z.infer<typeof tokenSchema>;

/** A token as the authority keeps it, with its secret. */
export type IssuedToken = Omit<KeptToken, 'secret'> & { secret: Buffer };

/** Makes a token for one device; who has the text can enrol as that device until it expires or is used. Throws LIUHEN_USAGE. */
export async function createToken(
  dir: string,
  { enrolBroker }: Pick<AuthoritySettings, 'enrolBroker'>,
  { device, validMs, nowMs }: { device: string; validMs: number; nowMs: number },
): Promise<{ id: string; text: string; expires: string }> {
  if (!isDeviceId(device) || RESERVED_IDS.includes(device)) {
    throw new LiuhenError('LIUHEN_USAGE', `expected a device id, got ${JSON.stringify(device.slice(0, 80))}`);
  }
  const id = randomBytes(8).toString('hex');
  const secret = randomBytes(16);
  const expires = new Date(nowMs + validMs).toISOString();
  await asOwner(dir, () => write(dir, { id, secret: secret.toString('base64'), device, expires }));
  return { id, text: formatToken({ id, secret, broker: enrolBroker }), expires };
}

/** Undefined when there is no such token. */
export async function readToken(dir: string, id: string): Promise<IssuedToken | undefined> {
  const text = await readOwnersFile(fileOf(dir, id));
  if (text === undefined) return undefined;
  const token = tokenSchema.parse(JSON.parse(text));
  return { ...token, secret: Buffer.from(token.secret, 'base64') };
}

/** Why a token may not be used for a request; undefined when it may. */
export function refusalOf(
  token: IssuedToken,
  device: string,
  request: string,
  nowMs: number,
): string | undefined {
  if (token.device !== device) return `the token is for ${token.device}, and the request is of ${device}`;
  if (token.usedFor !== undefined && token.usedFor !== digestOf(request)) return 'the token has been used';
  if (Date.parse(token.expires) <= nowMs) return `the token expired at ${token.expires}`;
  return undefined;
}

/** From here on it works for this request only; durable when it resolves. */
export async function useToken(dir: string, token: IssuedToken, request: string): Promise<void> {
  const { secret, ...rest } = token;
  await write(dir, { ...rest, secret: secret.toString('base64'), usedFor: digestOf(request) });
}

function digestOf(request: string): string {
  return createHash('sha256').update(request).digest('hex');
}

function write(dir: string, token: KeptToken): Promise<void> {
  return replaceFile(fileOf(dir, token.id), `${JSON.stringify(token)}\n`);
}

function fileOf(dir: string, id: string): string {
  if (!/^[0-9a-f]{16}$/.test(id))
    throw new LiuhenError('LIUHEN_TOKEN', 'expected a token id of 16 hex digits');
  return join(places.tokens(dir), `${id}.json`);
}
