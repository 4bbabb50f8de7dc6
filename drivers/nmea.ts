import { parseNmeaSentence } from 'nmea-simple';

/** `none` covers what a receiver was told or made up: manual input and simulation. `estimated` is dead reckoning. */
export type FixQuality = 'none' | 'gps' | 'dgps' | 'rtk' | 'estimated';

/** WGS 84. Metres above mean sea level. */
export interface Position {
  latitude: number;
  longitude: number;
  altitudeMetres?: number;
  hdop?: number;
  satellites?: number;
}

/** One sentence with a position. */
export interface PositionSentence {
  /** Talker and sentence, such as `GNRMC`. */
  address: string;
  timeOfDayMs: number;
  /** Unix time, from RMC, which alone has a date. Undefined also where the date is not of our days. */
  utcMs: number | undefined;
  quality: Exclude<FixQuality, 'none'>;
  position: Position;
}

/** Why a sentence gives no position. `other` is one of the many that say something else. */
export type Refusal = 'badChecksum' | 'malformed' | 'implausible' | 'noFix' | 'other';

/** Longest sentence without `$` and LF. NMEA 0183 says 80; receivers with more digits send longer ones. */
export const MOST_SENTENCE_BYTES = 120;

const LATITUDE = /^(?:[0-8]\d[0-5]\d\.\d{1,10}|9000\.0{1,10})$/;
const LONGITUDE = /^(?:(?:0\d\d|1[0-7]\d)[0-5]\d\.\d{1,10}|18000\.0{1,10})$/;
/** 60 is a leap second. */
const TIME = /^([01]\d|2[0-3])([0-5]\d)([0-5]\d|60)(?:\.(\d{1,9}))?$/;
const DATE = /^(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])\d\d$/;
const SATELLITES = /^\d{0,3}$/;
const HDOP = /^(?:\d{1,3}(?:\.\d{1,6})?)?$/;
const ALTITUDE = /^(?:-?\d{1,6}(?:\.\d{1,6})?)?$/;

/** Where the fields stand, and what they must look like when there is a fix: nmea-simple reads what is missing or garbled as 0. */
const FIELDS = {
  GGA: { status: 6, fix: /^[1-6]$/, none: /^[078]$/, latitude: 2, longitude: 4, hdop: 8 },
  GNS: { status: 6, fix: /^[A-Z]{1,8}$/, none: /^[NMS]{1,8}$/, latitude: 2, longitude: 4, hdop: 8 },
  RMC: { status: 2, fix: /^A$/, none: /^V$/, latitude: 3, longitude: 5, hdop: undefined },
} as const;

/** No receiver lives before this; one whose week number rolled over is 19.6 years behind. */
const EARLIEST_MS = Date.UTC(2020, 0, 1);
const LOWEST_METRES = -1000;
const HIGHEST_METRES = 20_000;

/**
 * Reads GGA, GNS or RMC (NMEA 0183) of any talker, given without its `$` and line end. The checksum must be there and right.
 */
export function readSentence(sentence: string): PositionSentence | Refusal {
  // Printable, and neither $ nor a second *, at which nmea-simple would cut.
  const found = /^([\x20-\x23\x25-\x29\x2b-\x7e]{1,120})\*([0-9A-Fa-f]{2})$/.exec(sentence);
  if (found === null) return 'badChecksum';
  const [, body = '', checksum = ''] = found;
  let xor = 0;
  for (let at = 0; at < body.length; at++) xor ^= body.charCodeAt(at);
  if (xor !== Number.parseInt(checksum, 16)) return 'badChecksum';

  const fields = body.split(',');
  const [address = ''] = fields;
  // A talker that begins with P is a maker's own, with fields of its own.
  const type = /^[A-OQ-Z][A-Z](GGA|GNS|RMC)$/.exec(address)?.[1] as keyof typeof FIELDS | undefined;
  return type === undefined ? 'other' : readFields(type, address, fields, sentence);
}

function readFields(
  type: keyof typeof FIELDS,
  address: string,
  fields: readonly string[],
  sentence: string,
): PositionSentence | Refusal {
  const at = FIELDS[type];
  const field = (index: number) => fields[index] ?? '';
  if (at.none.test(field(at.status))) return 'noFix';
  const time = TIME.exec(field(1));
  const wellFormed =
    at.fix.test(field(at.status)) &&
    LATITUDE.test(field(at.latitude)) &&
    /^[NS]$/.test(field(at.latitude + 1)) &&
    LONGITUDE.test(field(at.longitude)) &&
    /^[EW]$/.test(field(at.longitude + 1)) &&
    (at.hdop === undefined ||
      (SATELLITES.test(field(7)) && HDOP.test(field(at.hdop)) && ALTITUDE.test(field(9)))) &&
    (type !== 'RMC' || DATE.test(field(9)));
  if (time === null || !wellFormed) return 'malformed';

  const packet = parseNmeaSentence(`$${sentence}`);
  if (packet.sentenceId !== 'GGA' && packet.sentenceId !== 'GNS' && packet.sentenceId !== 'RMC')
    return 'other';
  const quality =
    packet.sentenceId === 'GGA' ? qualityOfFix(packet.fixType) : qualityOfModes(modesOf(packet));
  if (quality === 'none') return 'noFix';
  const position: Position = { latitude: rounded(packet.latitude), longitude: rounded(packet.longitude) };
  if (packet.sentenceId !== 'RMC') {
    if (field(9) !== '') position.altitudeMetres = packet.altitudeMeters;
    if (field(8) !== '') position.hdop = packet.horizontalDilution;
    if (field(7) !== '') position.satellites = packet.satellitesInView;
  }
  if (!isPlausible(position)) return 'implausible';
  const timeOfDayMs = timeOfDayOf(time);
  const utcMs = packet.sentenceId === 'RMC' ? utcOf(packet.datetime, field(9), timeOfDayMs) : undefined;
  return { address, timeOfDayMs, utcMs, quality, position };
}

function modesOf(packet: { modeIndicator: string } | { faaMode?: string }): string {
  // RMC of NMEA before 2.3 has no mode; its status said that it is valid.
  return 'modeIndicator' in packet ? packet.modeIndicator : packet.faaMode || 'A';
}

/** FAA mode letters, one a constellation; the best decides. */
function qualityOfModes(modes: string): FixQuality {
  if (/[RF]/.test(modes)) return 'rtk';
  if (/D/.test(modes)) return 'dgps';
  if (/[AP]/.test(modes)) return 'gps';
  return /E/.test(modes) ? 'estimated' : 'none';
}

function qualityOfFix(fixType: string): FixQuality {
  switch (fixType) {
    case 'fix':
    case 'pps':
      return 'gps';
    case 'delta':
      return 'dgps';
    case 'rtk':
    case 'frtk':
      return 'rtk';
    case 'estimated':
      return 'estimated';
    default:
      return 'none';
  }
}

/** A receiver that has lost its way says 0°, 0° or a height that nobody stands at, checksum and all. */
function isPlausible({ latitude, longitude, altitudeMetres = 0 }: Position): boolean {
  const nowhere = latitude === 0 && longitude === 0;
  return !nowhere && altitudeMetres >= LOWEST_METRES && altitudeMetres <= HIGHEST_METRES;
}

function timeOfDayOf([, hours, minutes, seconds, fraction = '']: RegExpExecArray): number {
  const ms = Number(fraction.slice(0, 3).padEnd(3, '0'));
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + ms;
}

/** nmea-simple's date, but the time with all its digits: it reads fractions of two digits only. */
function utcOf(datetime: Date, date: string, timeOfDayMs: number): number | undefined {
  const midnight = new Date(datetime.getTime());
  // A leap second has already led into the next day.
  if (timeOfDayMs >= 86_400_000) midnight.setTime(midnight.getTime() - 1000);
  midnight.setUTCHours(0, 0, 0, 0);
  const sameDay = midnight.getUTCDate() === Number(date.slice(0, 2));
  const utcMs = midnight.getTime() + timeOfDayMs;
  return sameDay && utcMs >= EARLIEST_MS ? utcMs : undefined;
}

/** Seven decimals are a centimetre; what stands behind comes from the arithmetic. */
function rounded(degrees: number): number {
  return Number(degrees.toFixed(7));
}
