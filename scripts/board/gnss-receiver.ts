import type { Duplex } from 'node:stream';

/** Degrees, WGS 84. */
export interface Place {
  latitude: number;
  longitude: number;
}

/** A receiver with a fix: GGA and RMC (NMEA 0183) once a second, with the host's time. Ends with the wire. */
export function receiveAt(place: Place, wire: Duplex): void {
  const timer = setInterval(() => wire.write(sentences(place, new Date())), 1000);
  wire.on('close', () => clearInterval(timer));
}

function sentences({ latitude, longitude }: Place, now: Date): string {
  const iso = now.toISOString();
  const time = `${iso.slice(11, 19).replaceAll(':', '')}.00`;
  const date = `${iso.slice(8, 10)}${iso.slice(5, 7)}${iso.slice(2, 4)}`;
  const where = [
    ...[degreesAndMinutes(latitude, 2), latitude < 0 ? 'S' : 'N'],
    ...[degreesAndMinutes(longitude, 3), longitude < 0 ? 'W' : 'E'],
  ].join();
  return (
    sentence(`GPGGA,${time},${where},1,09,0.9,45.3,M,-9.4,M,,`) +
    sentence(`GPRMC,${time},A,${where},0.0,0.0,${date},,,A`)
  );
}

function degreesAndMinutes(degrees: number, digits: number): string {
  // In ten-thousandths of a minute, so that rounding cannot make 60 minutes.
  const units = Math.round(Math.abs(degrees) * 600_000);
  const minutes = ((units % 600_000) / 10_000).toFixed(4).padStart(7, '0');
  return `${String(Math.floor(units / 600_000)).padStart(digits, '0')}${minutes}`;
}

function sentence(body: string): string {
  const checksum = Buffer.from(body).reduce((xor, byte) => xor ^ byte, 0);
  return `$${body}*${checksum.toString(16).toUpperCase().padStart(2, '0')}\r\n`;
}
