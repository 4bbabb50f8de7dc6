import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TlsFiles } from '../../agent/link/settings.js';

const run = promisify(execFile);
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export type Certificate = Required<{ [file in 'certFile' | 'keyFile']: string }>;

export interface CertificateOptions {
  /** subjectAltName of OpenSSL; a server's must name 127.0.0.1. */
  host?: string;
  /** Its time ended yesterday. */
  expired?: boolean;
}

/** A certificate authority that lives as long as a test does, in a temporary folder, by the real openssl. */
export class TestAuthority {
  readonly folder: string;
  readonly caFile: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.caFile = join(folder, 'ca.pem');
  }

  static async create(name = 'authority'): Promise<TestAuthority> {
    const authority = new TestAuthority(await mkdtemp(join(tmpdir(), 'liuhen-tls-')));
    const out = ['-keyout', join(authority.folder, 'ca.key'), '-out', authority.caFile];
    await run('openssl', ['req', '-x509', ...NEW_KEY, '-subj', `/CN=${name}`, '-days', '2', ...out]);
    return authority;
  }

  /** A new key, and a certificate for it. */
  async certify(name: string, { host = 'IP:127.0.0.1', expired = false }: CertificateOptions = {}) {
    const file = (suffix: string) => join(this.folder, `${name}.${suffix}`);
    const names = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${host}`];
    await run('openssl', ['req', ...NEW_KEY, ...names, '-keyout', file('key'), '-out', file('csr')]);
    const issuer = ['-CA', this.caFile, '-CAkey', join(this.folder, 'ca.key'), '-CAcreateserial'];
    const days = ['-days', expired ? '-1' : '2', '-copy_extensions', 'copy'];
    await run('openssl', ['x509', '-req', '-in', file('csr'), ...issuer, ...days, '-out', file('pem')]);
    return { certFile: file('pem'), keyFile: file('key') } satisfies Certificate;
  }

  /** Settings of a side that trusts this authority and shows this certificate, if any. */
  client(certificate?: Certificate): TlsFiles {
    return { caFile: this.caFile, ...certificate };
  }

  /** Lines of mosquitto's configuration: with this certificate, and only to who shows one of this authority. */
  listener({ certFile, keyFile }: Certificate): string[] {
    const mutual = [`cafile ${this.caFile}`, 'require_certificate true'];
    return [...mutual, `certfile ${certFile}`, `keyfile ${keyFile}`, 'user root'];
  }

  /** Lines that let in only this user, by mosquitto's own password file. */
  async users(username: string, password: string): Promise<string[]> {
    const path = join(this.folder, 'users');
    await run('mosquitto_passwd', ['-c', '-b', path, username, password]);
    return [`password_file ${path}`, 'allow_anonymous false'];
  }

  /** A file that holds a password, as settings name one. */
  async passwordFile(name: string, password: string): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, `${password}\n`, { mode: 0o600 });
    await chmod(path, 0o600);
    return path;
  }

  /** The secret part of every key of this authority, as it stands in the files. */
  async secretOf({ keyFile }: Certificate): Promise<string> {
    return (await readFile(keyFile, 'utf8')).split('\n')[1] ?? '';
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
