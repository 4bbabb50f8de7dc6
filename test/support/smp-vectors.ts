import { readFileSync } from 'node:fs';
import type { SmpData, SmpMessage } from '../../firmware-bridge/smp-message.js';

export interface SmpExchange {
  comment: string;
  request: SmpMessage;
  /** Bytes of the wire, one character each. */
  sent: string;
  answered: string;
  response: SmpData;
}

/** Recorded from a server that nobody here wrote. */
export const ZEPHYR_EXCHANGES = (
  JSON.parse(readFileSync(new URL('../../../test/vectors/smp-zephyr-4.4.json', import.meta.url), 'utf8')) as {
    exchanges: SmpExchange[];
  }
).exchanges;
