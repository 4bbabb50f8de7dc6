import { LiuhenError, messageOf } from '../../config/errors.js';
import { isSecure } from './broker-socket.js';
import type { BrokerSettings } from './settings.js';

/** CONNACK: the broker does not speak this version (3.1.1: code 1, 5: code 0x84). */
export class VersionRefused extends LiuhenError {
  constructor(protocol: number, cause: unknown) {
    super('LIUHEN_LINK', `the broker does not speak MQTT protocol level ${protocol}`, { cause });
  }
}

/** A PUBACK with a reason code of 0x80 or more, MQTT 5 §3.4.2.1. */
export class PublishRefused extends LiuhenError {
  constructor(topic: string, reason: number, message: string) {
    super('LIUHEN_LINK', `the broker refused ${topic}: ${message} (0x${reason.toString(16)})`);
  }
}

/** How a connection came to its end. */
export interface Ending {
  /** The first thing that went wrong; undefined when it was simply closed. */
  cause: unknown;
  protocol: number;
  /** Of the DISCONNECT that the broker sent (MQTT 5). */
  serverReason: number | undefined;
  /** Whether the broker had accepted the connection. */
  accepted: boolean;
  /** Whether the TLS handshake, if any, was done. */
  encrypted: boolean;
}

/** CONNACK codes that mean the user name or the password: 3.1.1 §3.2.2.3, 5 §3.2.2.2. */
const NOT_AUTHORISED = [4, 5, 0x86, 0x87];
/** What OpenSSL says when the certificate is good but for who signed it. */
const NOT_TRUSTED =
  /^(UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT.*)|(DEPTH_ZERO_)?SELF_SIGNED_CERT.*|CERT_(UNTRUSTED|SIGNATURE_FAILURE))$/;
const OUT_OF_TIME = /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/;
/** An alert of TLS (RFC 8446 §6.2) that the broker sent. */
const ALERT = /^ERR_SSL_(?:SSLV3|TLSV1|TLSV13)_ALERT_(.+)$/;

/** Why a connection ended, naming the setting that is to blame where one is. LIUHEN_LINK; holds no secret. */
export function reasonOf(settings: BrokerSettings, ending: Ending): LiuhenError {
  const { cause, protocol, serverReason } = ending;
  if (cause instanceof LiuhenError) return cause;
  const { code } = (cause ?? {}) as { code?: unknown };
  if (code === 1 || code === 0x84) return new VersionRefused(protocol, cause);
  const blame = typeof code === 'number' ? ofConnack(settings, code) : ofTls(settings, ending, String(code));
  if (blame !== undefined) {
    const { message, next } = blame;
    return new LiuhenError('LIUHEN_LINK', message, { cause, ...(next === undefined ? {} : { next }) });
  }
  if (cause !== undefined) {
    return new LiuhenError('LIUHEN_LINK', `connection to the broker: ${messageOf(cause)}`, { cause });
  }
  const reason = serverReason === undefined ? '' : ` (reason 0x${serverReason.toString(16)})`;
  return new LiuhenError('LIUHEN_LINK', `the connection to the broker was closed${reason}`);
}

interface Blame {
  message: string;
  next?: string;
}

function ofConnack({ section, username }: BrokerSettings, code: number): Blame | undefined {
  if (!NOT_AUTHORISED.includes(code)) return undefined;
  const hex = `0x${code.toString(16)}`;
  if (username === undefined) {
    return {
      message: `the broker refused a connection without a user name (${hex})`,
      next: `set ${section}.username and ${section}.passwordFile`,
    };
  }
  return {
    message: `the broker refused user name ${username} or its password (${hex})`,
    next: `correct ${section}.username or the file that ${section}.passwordFile names; it is read at each connection`,
  };
}

function ofTls(settings: BrokerSettings, ending: Ending, code: string): Blame | undefined {
  const { section, tls } = settings;
  if (!isSecure(settings) || ending.accepted) return undefined;
  const said = messageOf(ending.cause);
  if (NOT_TRUSTED.test(code)) {
    const trusted = tls?.caFile === undefined ? "the system's certificates" : `${section}.tls.caFile`;
    return {
      message: `the broker's certificate is not signed by one of ${trusted}: ${said}`,
      next: `${section}.tls.caFile must hold the certificate that signed the broker's`,
    };
  }
  if (OUT_OF_TIME.test(code)) {
    return {
      message: `the broker's certificate is out of its time: ${said}`,
      next: "renew it at the broker, or set this machine's clock",
    };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return { message: `the broker's certificate is for another host than ${section}.broker names: ${said}` };
  }
  return ofClientCertificate(settings, ending, code);
}

function ofClientCertificate(
  { section, tls }: BrokerSettings,
  ending: Ending,
  code: string,
): Blame | undefined {
  const [, alert] = ALERT.exec(code) ?? [];
  // With TLS 1.3 the broker looks at it after our handshake is done, and its alert may be lost with the connection.
  const isCut = ending.encrypted && (ending.cause === undefined || code === 'ECONNRESET' || code === 'EPIPE');
  if (alert === undefined && !isCut) return undefined;
  const next =
    tls?.certFile === undefined
      ? `if it asks for one, set ${section}.tls.certFile and ${section}.tls.keyFile`
      : 'it must be signed by whom the broker trusts, and in its time';
  const what =
    tls?.certFile === undefined
      ? 'no client certificate'
      : `the client certificate of ${section}.tls.certFile`;
  if (alert === undefined)
    return { message: `the broker was shown ${what}, and closed the connection`, next };
  return { message: `the broker was shown ${what}, and refused: ${words(alert)}`, next };
}

function words(alert: string): string {
  return alert.toLowerCase().replaceAll('_', ' ');
}
