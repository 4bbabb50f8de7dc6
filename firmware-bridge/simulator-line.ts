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

/** Passes bytes on, in order, when the last of them would have arrived. */
function paced(
  baudRate: number | undefined,
  timers: Timers,
  deliver: (bytes: Buffer) => void,
): (bytes: Uint8Array) => void {
  if (baudRate === undefined) return (bytes) => deliver(Buffer.from(bytes));
  const msPerByte = (BITS_PER_BYTE * 1000) / baudRate;
  const onTheLine: { dueMs: number; bytes: Buffer }[] = [];
  let freeAtMs = 0;
  /** What the timer was late by; taken off the next wait, so that the pace is right over time. */
  let lateMs = 0;
  /** One wait at a time, for the first: two timers that are due together may fire in either order. */
  const wait = () => {
    const [first] = onTheLine;
    if (first === undefined) return;
    timers.start(Math.max(0, first.dueMs - performance.now()), () => {
      onTheLine.shift();
      lateMs = Math.max(0, performance.now() - first.dueMs);
      wait();
      deliver(first.bytes);
    });
  };
  return (bytes) => {
    freeAtMs = Math.max(freeAtMs, performance.now() - lateMs) + bytes.length * msPerByte;
    lateMs = 0;
    onTheLine.push({ dueMs: freeAtMs, bytes: Buffer.from(bytes) });
    if (onTheLine.length === 1) wait();
  };
}
