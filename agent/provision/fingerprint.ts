import { createHash } from 'node:crypto';
import { wordlist } from '@scure/bip39/wordlists/english.js';

/** Eleven bits each: who wants another key with the same words has to try 2^88. */
const WORDS = 8;

/**
 * A key's fingerprint for two people to compare over the telephone: the first 88 bits of SHA-256 over `liuhen/fingerprint\n` and the text, as words of
 * BIP-39's English list.
 */
export function fingerprintWords(text: string): string {
  const digest = createHash('sha256').update(`liuhen/fingerprint\n${text.trim()}`).digest('hex');
  let bits = BigInt(`0x${digest}`) >> BigInt(256 - WORDS * 11);
  const words: string[] = [];
  for (let at = 0; at < WORDS; at++) {
    words.unshift(wordlist[Number(bits & 2047n)] ?? '');
    bits >>= 11n;
  }
  return words.join(' ');
}
