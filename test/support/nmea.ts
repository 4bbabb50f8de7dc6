/** A sentence with its checksum, as a receiver sends it. */
export function nmea(body: string): string {
  let xor = 0;
  for (const character of body) xor ^= character.charCodeAt(0);
  return `$${body}*${xor.toString(16).toUpperCase().padStart(2, '0')}\r\n`;
}
