/** Files of a TLS connection, PEM, absolute paths. */
export interface TlsFiles {
  /** What to trust instead of the system's certificates. */
  caFile?: string | undefined;
  certFile?: string | undefined;
  keyFile?: string | undefined;
}

/** How to reach a broker, as a section of the configuration says it. */
export interface BrokerSettings {
  /** Its name, so that an error can name the setting. */
  section: 'uplink' | 'archive' | 'publish';
  /** mqtt:// or mqtts://, without credentials. */
  broker: string;
  username?: string | undefined;
  passwordFile?: string | undefined;
  tls?: TlsFiles | undefined;
}
