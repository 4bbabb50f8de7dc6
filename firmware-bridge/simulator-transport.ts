import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { Duplex } from 'node:stream';
import { LiuhenError, messageOf } from '../config/errors.js';

/** A place where a simulated board's bytes come from and go to. */
export interface Transport {
  stream: Duplex;
  close(): Promise<void>;
}

/**
 * A pseudo-terminal whose other end programs open as the serial port `link`, a symbolic link to it. It stays while they come and go.
 * @throws LiuhenError LIUHEN_SERIAL when socat is not there or cannot make it.
 */
export async function openPty(link: string): Promise<Transport> {
  await rm(link, { force: true });
  const child = spawn('socat', ['-d', '-d', '-t', '0', 'STDIO', `PTY,rawer,link=${link}`], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (status) => reject(new Error(`status ${status}: ${said}`)));
      createInterface({ input: child.stderr }).on('line', (line) => {
        said = line;
        if (line.includes('starting data transfer loop')) resolve();
      });
    });
  } catch (error) {
    throw new LiuhenError('LIUHEN_SERIAL', `socat: cannot make a pty at ${link}: ${messageOf(error)}`, {
      next: 'install socat',
    });
  }
  // A pty without anybody at its other end reads as hung up, which would end socat.
  const held = openSync(link, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  stream.on('error', () => {});
  return {
    stream,
    async close() {
      closeSync(held);
      if (child.exitCode === null && child.signalCode === null) {
        child.kill();
        await once(child, 'exit');
      }
      await rm(link, { force: true });
    },
  };
}

/** Serves whoever connects to a unix socket, as QEMU does with `-serial unix:PATH,server=off`. Returns how to end it. */
export async function listenOn(path: string, serve: (stream: Duplex) => void): Promise<() => Promise<void>> {
  await rm(path, { force: true });
  const open = new Set<Duplex>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    serve(socket);
  });
  server.listen(path);
  await once(server, 'listening');
  return async () => {
    for (const socket of open) socket.destroy();
    server.close();
    await once(server, 'close');
  };
}

/** The other way round: QEMU with `-serial unix:PATH,server=on`. */
export async function connectTo(path: string): Promise<Transport> {
  const socket = connect(path);
  await once(socket, 'connect');
  return {
    stream: socket,
    async close() {
      socket.destroy();
    },
  };
}
