import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import type { TestBroker } from './broker.js';

/** The embedded broker, MQTT 3.1.1 only, on a port that the kernel picked. */
export class EmbeddedBroker implements TestBroker {
  #aedes: Aedes;
  #server: Server;
  #port = 0;
  /** Decides when a publication goes on, and with it its PUBACK: call `go`. */
  hold: ((topic: string, payload: Buffer, go: () => void) => void) | undefined;
  readonly #sockets = new Set<Socket>();

  private constructor(aedes: Aedes, server: Server) {
    this.#aedes = aedes;
    this.#server = server;
  }

  static async start(): Promise<EmbeddedBroker> {
    const broker = new EmbeddedBroker(await Aedes.createBroker(), createServer());
    await broker.#listen();
    return broker;
  }

  get port(): number {
    return this.#port;
  }

  /** Cuts the connection of the client whose id begins like this, without a goodbye. */
  cut(clientId: string): void {
    for (const socket of this.#sockets) {
      const { client } = socket as Socket & { client?: { id: string } };
      if (client?.id.startsWith(clientId)) socket.destroy();
    }
  }

  async kill(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    await new Promise<void>((resolve) => this.#aedes.close(resolve));
  }

  async startAgain(): Promise<void> {
    await this.kill();
    this.#aedes = await Aedes.createBroker();
    this.#server = createServer();
    await this.#listen();
  }

  async #listen(): Promise<void> {
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      socket.on('error', () => {});
      Object.assign(socket, { client: this.#aedes.handle(socket) });
    });
    this.#aedes.authorizePublish = (_client, { topic, payload }, done) => {
      if (this.hold === undefined) done(null);
      else this.hold(topic, Buffer.from(payload), () => done(null));
    };
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address !== null && typeof address === 'object') this.#port = address.port;
  }
}
