import type { Duplex } from 'node:stream';
import type { Timers } from '../drivers/timers.js';

/** Start bit, eight data bits, stop bit. */
const BITS_PER_BYTE = 10;

/** A serial line: bytes both ways, at the pace of its baud rate where one is given. */
export interface SimulatedLine {
  write(bytes: Uint8Array): void;
  onData(listener: (bytes: Buffer) => void): void;
}

/**
 * A line over any stream of bytes. With `baudRate`, what comes and what goes take the time they would on a wire: a pty has no pace of its own.
 */
export function simulatedLine(stream: Duplex, baudRate: number | undefined, timers: Timers): SimulatedLine {
  const out = paced(baudRate, timers, (bytes) => {
    if (!stream.destroyed) stream.write(bytes);
  });
  return {
    write: out,
    onData(listener) {
      stream.on('data', paced(baudRate, timers, listener));
    },
  };
}

/** Passes bytes on when the last of them would have arrived. */
function paced(
  baudRate: number | undefined,
  timers: Timers,
  deliver: (bytes: Buffer) => void,
): (bytes: Uint8Array) => void {
  if (baudRate === undefined) return (bytes) => deliver(Buffer.from(bytes));
  const msPerByte = (BITS_PER_BYTE * 1000) / baudRate;
  let freeAtMs = 0;
  return (bytes) => {
    const nowMs = performance.now();
    freeAtMs = Math.max(freeAtMs, nowMs) + bytes.length * msPerByte;
    const copy = Buffer.from(bytes);
    timers.start(freeAtMs - nowMs, () => deliver(copy));
  };
}
