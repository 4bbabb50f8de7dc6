import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { messageOf } from '../config/errors.js';
import type { BoardSimulator } from './simulator.js';
import { faultSchema } from './simulator-faults.js';

const MAX_LINE_CHARACTERS = 4096;

/** What a line may ask. Any part may be left out; they are done in the order in which they stand here. */
const requestSchema = z.strictObject({
  /** What the board sees from now on. */
  set: z
    .strictObject({
      batteryMillivolts: z.int().min(0).max(100_000),
      batteryPercent: z.int().min(0).max(100),
      charging: z.boolean(),
      temperatureCelsius: z.number().min(-100).max(200),
      coverOpen: z.boolean(),
      storageDoorOpen: z.boolean(),
      simDoorOpen: z.boolean(),
      supply: z.enum(['battery', 'external']),
    })
    .partial()
    .optional(),
  attention: z.boolean().optional(),
  fault: faultSchema.optional(),
  clearFaults: z.literal(true).optional(),
  /** Starts again, as when power was lost and came back. */
  reset: z.literal(true).optional(),
});

/** Everything there is to know of a board at this moment. */
export function boardView(simulator: BoardSimulator) {
  const { board, faults, flash, running } = simulator;
  return {
    running:
      running === undefined ? null : { version: running.header.version, hash: running.hash.toString('hex') },
    boot: flash.state,
    status: board.status,
    outputs: board.outputs,
    levels: board.levels,
    attention: board.attention,
    faults: faults.waiting,
  };
}

/**
 * Listens on a unix socket for whoever plays the world around the board. Each line is a JSON object; each is answered by a line
 * `{ok: true, board}` or `{ok: false, error}`. Lines with `event` (`booted`, `outputs`, `attention`) come in between, each with `board`.
 * Returns how to end it.
 */
export async function serveControl(simulator: BoardSimulator, path: string): Promise<() => Promise<void>> {
  await rm(path, { force: true });
  const sockets = new Set<Socket>();
  const tell = (event: string) => {
    for (const socket of sockets) send(socket, { event, board: boardView(simulator) });
  };
  const listeners = {
    booted: () => tell('booted'),
    outputs: () => tell('outputs'),
    attention: () => tell('attention'),
  };
  simulator.on('booted', listeners.booted);
  simulator.on('outputs', listeners.outputs);
  simulator.on('attention', listeners.attention);
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const lines = createInterface({ input: socket });
    lines.on('line', (line) => send(socket, reply(simulator, line)));
    // It tells the socket's errors a second time, such as that the other side left in the middle of an event.
    lines.on('error', () => {});
  });
  server.listen(path);
  await once(server, 'listening');
  return async () => {
    simulator.off('booted', listeners.booted);
    simulator.off('outputs', listeners.outputs);
    simulator.off('attention', listeners.attention);
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
}

function reply(simulator: BoardSimulator, line: string): object {
  try {
    if (line.length > MAX_LINE_CHARACTERS)
      throw new Error(`expected at most ${MAX_LINE_CHARACTERS} characters`);
    const parsed = requestSchema.safeParse(JSON.parse(line));
    if (!parsed.success) {
      const [first] = parsed.error.issues;
      throw new Error(`${first?.path.join('.') || 'request'}: ${first?.message}`);
    }
    const { set, attention, fault, clearFaults, reset } = parsed.data;
    if (set !== undefined) simulator.board.set(defined(set));
    if (attention !== undefined) simulator.board.raiseAttention(attention);
    if (clearFaults === true) simulator.faults.clear();
    if (fault !== undefined) simulator.faults.add(fault);
    if (reset === true) void simulator.powerOn();
    return { ok: true, board: boardView(simulator) };
  } catch (error) {
    return { ok: false, error: messageOf(error) };
  }
}

/** Without keys whose value is undefined. */
function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function send(socket: Socket, value: object): void {
  if (!socket.destroyed) socket.write(`${JSON.stringify(value)}\n`);
}
