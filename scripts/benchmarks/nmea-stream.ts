/** What a receiver sends each second: a position twice, in two sentences, and what nobody here reads. */
const BODIES = (time: string) => [
  `GNRMC,${time},A,3959.1234,N,11623.4567,E,0.02,31.66,231126,,,A`,
  `GNGGA,${time},3959.1234,N,11623.4567,E,1,12,0.8,43.5,M,-8.5,M,,`,
  'GPGSV,3,1,11,03,03,111,00,04,15,270,00,06,01,010,00,13,06,292,00',
  'GNGSA,A,3,04,05,,09,12,,,24,,,,,2.5,1.3,2.1',
];

/** At least `bytes` of NMEA, whole sentences, in chunks of the given size. */
export function nmeaChunks({ bytes, chunkBytes }: { bytes: number; chunkBytes: number }): Buffer[] {
  const seconds: string[] = [];
  for (let second = 0, length = 0; length < bytes; second++) {
    const time = new Date(second * 1000).toISOString().slice(11, 19).replaceAll(':', '');
    const text = BODIES(`${time}.00`).map(sentence).join('');
    seconds.push(text);
    length += text.length;
  }
  const stream = Buffer.from(seconds.join(''), 'latin1');
  const chunks: Buffer[] = [];
  for (let at = 0; at < stream.length; at += chunkBytes) chunks.push(stream.subarray(at, at + chunkBytes));
  return chunks;
}

function sentence(body: string): string {
  let xor = 0;
  for (let at = 0; at < body.length; at++) xor ^= body.charCodeAt(at);
  return `$${body}*${xor.toString(16).toUpperCase().padStart(2, '0')}\r\n`;
}
