import { InvalidArgumentError } from 'commander';
import { DURATION, parseQuantity } from '../../config/units.js';

/** A port to connect to, or that others connect to. */
export function parsePort(text: string): number {
  const port = portIn(text);
  if (port !== undefined && port > 0) return port;
  throw new InvalidArgumentError('expected a port from 1 to 65535');
}

/** A port to listen on; 0: the kernel picks one. */
export function parseOwnPort(text: string): number {
  const port = portIn(text);
  if (port !== undefined) return port;
  throw new InvalidArgumentError('expected a port from 0 to 65535');
}

function portIn(text: string): number | undefined {
  return /^[0-9]{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;
}

/** What parses a duration with its unit, in ms: above zero, and at most so many. */
export function durationFlag(maxMs = Number.POSITIVE_INFINITY): (text: string) => number {
  return (text) => {
    const ms = parseQuantity(DURATION, text);
    if (ms !== undefined && ms > 0 && ms <= maxMs) return ms;
    const most = maxMs === Number.POSITIVE_INFINITY ? '' : `, at most ${maxMs / 60_000}min`;
    throw new InvalidArgumentError(`expected a duration such as 30s or 15min${most}`);
  };
}
