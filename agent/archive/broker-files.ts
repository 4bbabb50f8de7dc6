import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Logger } from 'pino';
import { LiuhenError, messageOf, systemCodeOf } from '../../config/errors.js';
import { AccessRules } from './access-rules.js';

/** Files of a broker that asks for certificates, absolute paths: what `liuhen authority init` made for it. */
export interface BrokerFiles {
  /** Who signed the certificates of those who may connect. */
  caFile: string;
  certFile: string;
  keyFile: string;
  /** Certificates that were revoked. */
  crlFile?: string | undefined;
  aclFile: string;
}

const MAX_BYTES = 16 * 1024 * 1024;

/** The files' content, read again when one of them has changed: who is enrolled or revoked meanwhile is known at once. */
export class WatchedBrokerFiles {
  readonly #files: BrokerFiles;
  readonly #log: Logger;
  readonly #onChange: () => void;
  #stamp: string;
  #rules: AccessRules;
  #secure: SecureContextOptions;

  /** Throws LIUHEN_NOT_FOUND and LIUHEN_CONFIG. */
  constructor(files: BrokerFiles, log: Logger, onChange: () => void) {
    this.#files = files;
    this.#log = log;
    this.#onChange = onChange;
    this.#stamp = stampOf(files);
    ({ rules: this.#rules, secure: this.#secure } = readAll(files));
  }

  get rules(): AccessRules {
    return this.#rules;
  }

  /** For `tls.createServer` and `setSecureContext`. */
  get secure(): SecureContextOptions {
    return this.#secure;
  }

  /** Reads again what has changed; what cannot be read leaves everything as it was, with a warning. */
  refresh(): void {
    const stamp = stampOf(this.#files);
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    try {
      ({ rules: this.#rules, secure: this.#secure } = readAll(this.#files));
    } catch (error) {
      this.#log.warn(
        { error: messageOf(error) },
        'broker: its files could not be read again, the old rules hold on',
      );
      return;
    }
    this.#onChange();
  }
}

function stampOf(files: BrokerFiles): string {
  return Object.values(files)
    .map((path) => {
      const stat = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false, bigint: true });
      return stat === undefined ? '-' : `${stat.ino}/${stat.size}/${stat.mtimeNs}`;
    })
    .join(' ');
}

function readAll(files: BrokerFiles): { rules: AccessRules; secure: SecureContextOptions } {
  const { caFile, certFile, keyFile, crlFile, aclFile } = files;
  const rules = new AccessRules(read(aclFile, 'aclFile'), aclFile);
  const secure: SecureContextOptions = {
    ca: read(caFile, 'caFile'),
    cert: read(certFile, 'certFile'),
    key: read(keyFile, 'keyFile'),
    ...(crlFile === undefined ? {} : { crl: read(crlFile, 'crlFile') }),
    minVersion: 'TLSv1.2',
  };
  try {
    createSecureContext(secure);
  } catch (error) {
    throw new LiuhenError('LIUHEN_CONFIG', `archive.embeddedBroker.tls: ${messageOf(error)}`, {
      cause: error,
      next: 'expected PEM files, and the key of just that certificate',
    });
  }
  return { rules, secure };
}

function read(path: string, key: string): string {
  try {
    const { size } = statSync(path);
    if (size > MAX_BYTES) throw new RangeError(`expected at most ${MAX_BYTES} bytes, got ${size}`);
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = systemCodeOf(cause) === 'ENOENT' ? 'LIUHEN_NOT_FOUND' : 'LIUHEN_CONFIG';
    throw new LiuhenError(code, `archive.embeddedBroker.tls.${key}: ${path}: ${messageOf(cause)}`, {
      cause,
      next: 'liuhen authority init writes these files',
    });
  }
}
