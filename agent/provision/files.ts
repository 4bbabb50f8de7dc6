import { join } from 'node:path';

/** What provisioning keeps in a device's data folder, beside its journal. */
export const files = {
  /** What is asked for at the authority and stands in no setting. */
  facts: (data: string) => join(data, 'provision.json'),
  folder: (data: string) => join(data, 'tls'),
  /** The first TLS key, until there is a certificate for it. */
  firstKey: (data: string) => join(data, 'tls/device.key'),
  request: (data: string) => join(data, 'tls/request.json'),
  ca: (data: string) => join(data, 'tls/ca.pem'),
  /** Key and certificate in one file, so that both are replaced at once; both `certFile` and `keyFile` name it. */
  identity: (data: string) => join(data, 'tls/identity.pem'),
  nextKey: (data: string) => join(data, 'tls/next.key'),
  nextRequest: (data: string) => join(data, 'tls/next-request.json'),
  nextIdentity: (data: string) => join(data, 'tls/next.pem'),
  /** Why the last attempt to renew failed; gone when one has not. */
  renewalProblem: (data: string) => join(data, 'tls/renewal-problem'),
} as const;

/** The certificate in an identity file; undefined when there is none in it. */
export function certificateIn(identity: string): string | undefined {
  return /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----\n/.exec(identity)?.[0];
}
