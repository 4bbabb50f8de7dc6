import { type Box, BoxFields, boxesWithin, type Segment } from './boxes.js';

/** Bytes of a sample entry before its child boxes (ISO/IEC 14496-12, 8.5.2), counted from the payload. */
const VISUAL_ENTRY_BYTES = 78;
const AUDIO_ENTRY_BYTES = 28;

/**
 * The RFC 6381 name of one sample entry, such as `avc1.64001f` or `mp4a.40.2`. An entry of a kind not known here, or
 * one without its configuration box, is named by its four-character code alone.
 */
export function codecOf(segment: Segment, entry: Box, handler: string): string {
  const name = entry.type.trimEnd().replace(/[^\x21-\x7e]|[,"]/g, '_');
  const configuration = CONFIGURATIONS[entry.type];
  if (configuration === undefined || (handler !== 'vide' && handler !== 'soun')) return name;
  const fields = new BoxFields(segment, entry);
  fields.skip(handler === 'vide' ? VISUAL_ENTRY_BYTES : AUDIO_ENTRY_BYTES);
  const inside = fields.rest();
  for (const box of boxesWithin(segment, inside.start, inside.end)) {
    if (box.type === configuration.box) return name + configuration.suffix(new BoxFields(segment, box));
  }
  return name;
}

interface Configuration {
  box: string;
  /** What follows the four-character code, dot included. */
  suffix(fields: BoxFields): string;
}

const CONFIGURATIONS: Readonly<Record<string, Configuration>> = {
  avc1: { box: 'avcC', suffix: avcSuffix },
  avc3: { box: 'avcC', suffix: avcSuffix },
  hvc1: { box: 'hvcC', suffix: hevcSuffix },
  hev1: { box: 'hvcC', suffix: hevcSuffix },
  av01: { box: 'av1C', suffix: av1Suffix },
  mp4a: { box: 'esds', suffix: mpeg4Suffix },
  mp4v: { box: 'esds', suffix: mpeg4Suffix },
};

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

/** Profile, constraints and level, as RFC 6381 section 3.3 wants them. */
function avcSuffix(fields: BoxFields): string {
  fields.skip(1);
  return `.${hex(fields.u8())}${hex(fields.u8())}${hex(fields.u8())}`;
}

/** ISO/IEC 14496-15 annex E: profile, reversed compatibility flags, tier and level, constraint bytes. */
function hevcSuffix(fields: BoxFields): string {
  fields.skip(1);
  const profile = fields.u8();
  let compatibility = fields.u32();
  let reversed = 0;
  for (let bit = 0; bit < 32; bit++) {
    reversed = reversed * 2 + (compatibility & 1);
    compatibility >>>= 1;
  }
  const constraints: number[] = [];
  for (let i = 0; i < 6; i++) constraints.push(fields.u8());
  while (constraints.at(-1) === 0) constraints.pop();
  const level = fields.u8();
  const space = ['', 'A', 'B', 'C'][profile >> 6] ?? '';
  const tier = profile & 0x20 ? 'H' : 'L';
  const parts = [`${space}${profile & 0x1f}`, reversed.toString(16), `${tier}${level}`];
  return `.${[...parts, ...constraints.map((byte) => byte.toString(16))].join('.')}`;
}

/** AV1 in ISOBMFF section 5: profile, level and tier, bit depth. */
function av1Suffix(fields: BoxFields): string {
  fields.skip(1);
  const profileAndLevel = fields.u8();
  const flags = fields.u8();
  const profile = profileAndLevel >> 5;
  const depth = flags & 0x40 ? (profile === 2 && flags & 0x20 ? 12 : 10) : 8;
  const level = String(profileAndLevel & 0x1f).padStart(2, '0');
  return `.${profile}.${level}${flags & 0x80 ? 'H' : 'M'}.${String(depth).padStart(2, '0')}`;
}

const ES_DESCRIPTOR = 3;
const DECODER_CONFIG_DESCRIPTOR = 4;
const DECODER_SPECIFIC_INFO = 5;
const MPEG4_AUDIO = 0x40;

/** ISO/IEC 14496-1 7.2.6: the object type and, for MPEG-4 audio, the audio object type of the specific info. */
function mpeg4Suffix(fields: BoxFields): string {
  fields.skip(4);
  if (descriptorTag(fields) !== ES_DESCRIPTOR) return '';
  fields.skip(2);
  const flags = fields.u8();
  if (flags & 0x80) fields.skip(2);
  if (flags & 0x40) fields.skip(fields.u8());
  if (flags & 0x20) fields.skip(2);
  if (descriptorTag(fields) !== DECODER_CONFIG_DESCRIPTOR) return '';
  const objectType = fields.u8();
  const suffix = `.${hex(objectType)}`;
  fields.skip(12);
  if (objectType !== MPEG4_AUDIO || fields.left === 0) return suffix;
  if (descriptorTag(fields) !== DECODER_SPECIFIC_INFO || fields.left === 0) return suffix;
  const first = fields.u8();
  const audioObjectType = first >> 3;
  if (audioObjectType !== 31) return `${suffix}.${audioObjectType}`;
  return `${suffix}.${32 + ((first & 7) << 3) + (fields.u8() >> 5)}`;
}

/** Reads a descriptor's tag and skips its length, which takes one to four bytes of seven bits each. */
function descriptorTag(fields: BoxFields): number {
  const tag = fields.u8();
  for (let i = 0; i < 4; i++) if ((fields.u8() & 0x80) === 0) break;
  return tag;
}
