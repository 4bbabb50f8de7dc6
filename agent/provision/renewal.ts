import { X509Certificate } from 'node:crypto';
import { messageOf } from '../../config/errors.js';
import type { Config } from '../../config/load.js';
import type { Clock } from '../../drivers/clock.js';
import type { Journal } from '../journal/journal.js';
import { type Cancel, jittered, systemTimers, type Timers } from '../link/timers.js';
import type { Uplink } from '../uplink/uplink.js';
import { certificateIn, files } from './files.js';
import { readOwnersFile, readSmallFile, replaceFile } from './secret-file.js';

const HOUR_MS = 3_600_000;
/** After the broker came back: devices that lost it together do not ask together. */
const SETTLE_MS = 60_000;
const DAY_MS = 24 * HOUR_MS;

/** The certificate with which this device connects. */
export interface CertificateStatus {
  /** RFC 3339. */
  expires: string;
  /** Why it has not been renewed though it is time; null: it has, or it is not time yet. */
  problem: string | null;
}

export interface RenewalOptions {
  config: Config;
  uplink: Pick<Uplink, 'status' | 'on' | 'off'>;
  journal: Pick<Journal, 'append'>;
  clock: Clock;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  timers?: Timers;
  random?: () => number;
  /** How long the authority may take to answer. */
  waitMs?: number;
}

export interface Renewal {
  /** Null where the certificate is not one of `liuhen provision`. */
  status(): Promise<CertificateStatus | null>;
  /** Looks whether it is time, and renews; resolves when that is done. What runs by itself every hour. Never rejects. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Renews the certificate of a running device before it ends: over its own connection to the broker, as often as it takes. The old one stays until the broker has
 * taken the new one, and whoever connects reads the files anew, so no recording is disturbed.
 */
export function startRenewal(options: RenewalOptions): Renewal {
  return new RunningRenewal(options);
}

/** When a certificate is to be renewed: at the latest in the last third of its life, or a short-lived one would be renewed without end. */
export function renewalDueMs(certificate: X509Certificate, renewBeforeMs: number): number {
  const fromMs = Date.parse(certificate.validFrom);
  const untilMs = Date.parse(certificate.validTo);
  return untilMs - Math.min(renewBeforeMs, (untilMs - fromMs) / 3);
}

/** What the last attempt to renew failed with; undefined where it did not. */
export async function renewalProblem(data: string): Promise<string | undefined> {
  const text = await readSmallFile(files.renewalProblem(data)).catch(() => undefined);
  return text?.trim() === '' ? undefined : text?.trim();
}

class RunningRenewal implements Renewal {
  readonly #options: RenewalOptions;
  readonly #timers: Timers;
  readonly #random: () => number;
  readonly #stopped = new AbortController();
  readonly #onConnected = () => this.#next(SETTLE_MS * this.#random());
  #cancel: Cancel = () => {};
  #looking: Promise<void> | undefined;
  #told: { message: string; atMs: number } | undefined;

  constructor(options: RenewalOptions) {
    this.#options = options;
    this.#timers = options.timers ?? systemTimers;
    this.#random = options.random ?? Math.random;
    if (!this.#isOurs()) return;
    options.uplink.on('connected', this.#onConnected);
    this.#next(jittered(HOUR_MS, this.#random));
  }

  async status(): Promise<CertificateStatus | null> {
    const { data } = this.#options.config;
    const certificate = await this.#certificate();
    if (certificate === undefined) return null;
    const untilMs = Date.parse(certificate.validTo);
    const expires = new Date(untilMs).toISOString();
    const isOver = untilMs <= this.#options.clock.read().wallMs;
    return { expires, problem: (await renewalProblem(data)) ?? (isOver ? `it ended at ${expires}` : null) };
  }

  look(): Promise<void> {
    this.#looking ??= this.#renewIfDue().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async stop(): Promise<void> {
    this.#cancel();
    this.#stopped.abort();
    this.#options.uplink.off('connected', this.#onConnected);
    await this.#looking;
  }

  #next(delayMs: number): void {
    this.#cancel();
    this.#cancel = this.#timers.after(delayMs, () => {
      this.#next(jittered(HOUR_MS, this.#random));
      void this.look();
    });
  }

  /** A certificate that came from elsewhere is renewed from there. */
  #isOurs(): boolean {
    const { config } = this.#options;
    const { certFile, keyFile } = config.uplink.tls ?? {};
    const identity = files.identity(config.data);
    return certFile === identity && keyFile === identity && config.uplink.renewBeforeMs > 0;
  }

  async #certificate(): Promise<X509Certificate | undefined> {
    if (this.#options.config.uplink.tls?.certFile !== files.identity(this.#options.config.data))
      return undefined;
    const pem = certificateIn((await readOwnersFile(files.identity(this.#options.config.data))) ?? '');
    return pem === undefined ? undefined : new X509Certificate(pem);
  }

  async #renewIfDue(): Promise<void> {
    const { config, uplink, clock } = this.#options;
    try {
      const certificate = await this.#certificate();
      if (certificate === undefined || !this.#isOurs()) return;
      const { wallMs } = clock.read();
      if (wallMs < renewalDueMs(certificate, config.uplink.renewBeforeMs)) return;
      // Without a link nothing can be asked; that it is down is told elsewhere.
      if (uplink.status().connected) await this.#renew();
    } catch (error) {
      if (!this.#stopped.signal.aborted) await this.#failed(error);
    }
  }

  async #renew(): Promise<void> {
    const { config, journal, clock, log, waitMs } = this.#options;
    // What makes certificate requests takes memory, and is needed once in years.
    const { askRenewal, renewalRequest, takeRenewal } = await import('./renew.js');
    const { readFacts } = await import('./device.js');
    const { signal } = this.#stopped;
    const request = await renewalRequest(config, await readFacts(config));
    const answer = await askRenewal(config, request, waitMs, signal);
    signal.throwIfAborted();
    const { serial, expires } = await takeRenewal(config, answer, clock.read().wallMs);
    this.#told = undefined;
    log.info({ serial, expires }, 'certificate renewed: the next connection shows the new one');
    const what = `uplink.tls: certificate ${serial}, until ${expires}`;
    if (signal.aborted) return;
    await this.#writtenDown(journal.append({ type: 'config-changed', who: 'agent', what, why: 'renewal' }));
  }

  /** Told once, and again each day: an authority that is away for a week is asked every hour. */
  async #failed(error: unknown): Promise<void> {
    const { config, journal, clock, log } = this.#options;
    const message = messageOf(error).slice(0, 500);
    const atMs = clock.read().monoMs;
    const isNews = this.#told?.message !== message || atMs - this.#told.atMs >= DAY_MS;
    log[isNews ? 'warn' : 'info'](
      { error: message },
      'certificate not renewed, the old one stays; it is tried again',
    );
    if (!isNews) return;
    this.#told = { message, atMs };
    await this.#writtenDown(replaceFile(files.renewalProblem(config.data), `${message}\n`, 0o644));
    const value = { message };
    await this.#writtenDown(
      journal.append({ type: 'event', source: 'uplink', name: 'renewal-failed', value }),
    );
  }

  /** Whether it can be or not: what has happened to the certificate stands. */
  async #writtenDown(writing: Promise<unknown>): Promise<void> {
    await writing.catch((cause: unknown) => {
      this.#options.log.warn({ error: messageOf(cause) }, 'that could not be written down');
    });
  }
}
