import { maskAddress, maskIdNumber, maskName, maskPhone, maskText } from '../disclosure/kinds/masking.js';
import type { Fields } from './complete.js';

/** Texts in which a natural person may be mentioned; a party's own fields are masked by rules of their own. */
const TEXTS = [
  'title',
  'facts',
  'outcome',
  'text',
  'matter',
  'findings',
  'measures',
  'wrong',
  'right',
  'reason',
];

/**
 * Masks the personal data of a natural person in a decision, inspection result or notice, before it is signed. Returns what was masked, as dotted
 * keys. An English name has no rule that could be applied blindly: an unmasked one is left, and the schema refuses it.
 */
export function masked(value: Fields): { value: Fields; keys: string[] } {
  const keys: string[] = [];
  const put = (path: string, before: string, after: string): string => {
    if (before.normalize('NFC') !== after) keys.push(path);
    return after;
  };
  const person = personOf(value.party);
  const names = person === undefined ? [] : [textAt(person, 'name')].filter((name) => !/[某*]/.test(name));
  const result: Fields = { ...value };
  if (person !== undefined) result.party = maskedPerson(person, put);
  for (const key of TEXTS) {
    const text = value[key];
    if (typeof text !== 'object' || text === null) continue;
    result[key] = Object.fromEntries(
      Object.entries(text).map(([language, words]) => [
        language,
        typeof words === 'string' ? put(`${key}.${language}`, words, maskText(words, names)) : words,
      ]),
    );
  }
  return { value: result, keys };
}

type Put = (path: string, before: string, after: string) => string;

function maskedPerson(person: Fields, put: Put): Fields {
  const result: Fields = { ...person };
  const chinese = (key: 'name' | 'address', mask: (text: string) => string) => {
    const text = person[key];
    if (typeof text !== 'object' || text === null) return;
    const zh = (text as Fields).zh;
    if (typeof zh === 'string') result[key] = { ...text, zh: put(`party.${key}.zh`, zh, mask(zh)) };
  };
  const plain = (key: 'idNumber' | 'phone', mask: (text: string) => string) => {
    const text = person[key];
    // A number that is written without quotes.
    if (typeof text !== 'string' && typeof text !== 'number') return;
    result[key] = put(`party.${key}`, String(text), mask(String(text)));
  };
  chinese('name', maskName);
  chinese('address', maskAddress);
  plain('idNumber', maskIdNumber);
  plain('phone', maskPhone);
  return result;
}

function personOf(party: unknown): Fields | undefined {
  if (typeof party !== 'object' || party === null) return undefined;
  return (party as Fields).type === 'person' ? (party as Fields) : undefined;
}

function textAt(fields: Fields, key: string): string {
  const text = fields[key];
  const zh = typeof text === 'object' && text !== null ? (text as Fields).zh : undefined;
  return typeof zh === 'string' ? zh : '';
}
