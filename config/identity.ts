import { LiuhenError } from './errors.js';

const DEVICE_ID = /^[a-z0-9-]{1,64}$/;
/** Letters, digits and inner hyphens (RFC 1123), lower case only, so that one domain has one spelling. */
const DOMAIN_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const MAX_DOMAIN_CHARS = 253;
const MAX_ORIGIN_CHARS = MAX_DOMAIN_CHARS + 1 + 64;

export const DEVICE_ID_EXPECTED = 'expected a device id of 1 to 64 characters from a-z, 0-9 and -';
export const AUTHORITY_EXPECTED =
  'expected a domain name in lower case with at least one dot, such as liuhen.example';
export const ORIGIN_EXPECTED =
  'expected <authority domain>/<device id>, such as liuhen.example/recorder-0001';

/** The two halves of a journal's origin. */
export interface Origin {
  authority: string;
  device: string;
}

/** Whether `text` is a device id. It can hold neither a dot nor a slash, so it can never leave a folder. */
export function isDeviceId(text: string): boolean {
  return DEVICE_ID.test(text);
}

/** Whether `text` is the domain name of an authority. */
export function isAuthority(text: string): boolean {
  if (text.length > MAX_DOMAIN_CHARS) return false;
  const labels = text.split('.');
  return labels.length >= 2 && labels.every((label) => DOMAIN_LABEL.test(label));
}

/** Whether `text` is an origin that `parseOrigin` accepts. */
export function isOrigin(text: string): boolean {
  if (text.length > MAX_ORIGIN_CHARS) return false;
  const [authority, device, ...rest] = text.split('/');
  return isAuthority(authority ?? '') && isDeviceId(device ?? '') && rest.length === 0;
}

/** The origin (checkpoint line 1 and key name) of a device's journal. Throws LIUHEN_ORIGIN. */
export function originOf(authority: string, device: string): string {
  if (!isAuthority(authority)) throw originError(AUTHORITY_EXPECTED, authority);
  if (!isDeviceId(device)) throw originError(DEVICE_ID_EXPECTED, device);
  return `${authority}/${device}`;
}

/** Splits an origin into its two checked halves. Throws LIUHEN_ORIGIN. */
export function parseOrigin(origin: string): Origin {
  if (!isOrigin(origin)) throw originError(ORIGIN_EXPECTED, origin);
  const slash = origin.indexOf('/');
  return { authority: origin.slice(0, slash), device: origin.slice(slash + 1) };
}

function originError(expected: string, found: string): LiuhenError {
  const shown = found.length > 80 ? `${found.slice(0, 80)}…` : found;
  return new LiuhenError('LIUHEN_ORIGIN', `${expected}, got ${JSON.stringify(shown)}`);
}
