import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto);

/** Of every key here: what OpenSSL, and so every broker, verifies fast. */
export const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** One second, which is as fine as a certificate's times are. */
export const SECOND_MS = 1000;
export const DAY_MS = 86_400_000;

export { x509 };
