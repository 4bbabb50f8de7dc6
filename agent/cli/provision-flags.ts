import { InvalidArgumentError } from 'commander';
import { DURATION, parseQuantity } from '../../config/units.js';

export function parsePort(text: string): number {
  if (/^[0-9]{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('expected a port from 1 to 65535');
}

/** A duration with its unit, in ms. */
export function parseDuration(text: string): number {
  const ms = parseQuantity(DURATION, text);
  if (ms !== undefined && ms > 0) return ms;
  throw new InvalidArgumentError('expected a duration such as 30min or 2h');
}
