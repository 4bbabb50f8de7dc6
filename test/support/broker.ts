import { createServer } from 'node:net';

/** A broker that a test owns. */
export interface TestBroker {
  readonly port: number;
  /** Kills it with all its connections; `startAgain` brings it back on the same port, with nothing remembered. */
  kill(): Promise<void>;
  startAgain(): Promise<void>;
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('no port'));
      });
    });
  });
}
