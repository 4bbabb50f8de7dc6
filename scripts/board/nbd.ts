import type { Socket } from 'node:net';
import { ByteReader } from './byte-reader.js';
import type { Disk } from './disk.js';

// The words of https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md, fixed newstyle handshake, simple replies.
const GREETING = Buffer.from('NBDMAGICIHAVEOPT\0\x03', 'latin1');
const OPTION_REPLY = 0x3e889045565a9n;
const REQUEST = 0x25609513;
const REPLY = 0x67446698;
const OPT_EXPORT_NAME = 1;
const OPT_ABORT = 2;
const OPT_GO = 7;
const REP_ACK = 1;
const REP_INFO = 3;
const REP_ERR_UNSUP = 0x80000001;
const HAS_FLAGS = 1 | 4 | 8; // with SEND_FLUSH and SEND_FUA
const READ = 0;
const WRITE = 1;
const DISCONNECT = 2;
const FLUSH = 3;
const FORCE_UNIT_ACCESS = 1;
const EINVAL = 22;
const MAX_REQUEST_BYTES = 64 * 1024 * 1024;

/** Serves a disk to one client, which is QEMU, until the connection ends; rejects when the client breaks the protocol. */
export async function serveDisk(disk: Disk, socket: Socket): Promise<void> {
  const reader = new ByteReader(socket, MAX_REQUEST_BYTES);
  try {
    if (await handshake(disk, socket, reader)) await transmission(disk, socket, reader);
  } finally {
    socket.destroy();
  }
}

/** False when the client went away. */
async function handshake(disk: Disk, socket: Socket, reader: ByteReader): Promise<boolean> {
  socket.write(GREETING);
  if ((await reader.read(4)) === undefined) return false;
  for (;;) {
    const head = await reader.read(16);
    if (head === undefined) return false;
    const option = head.readUInt32BE(8);
    if ((await reader.read(head.readUInt32BE(12))) === undefined || option === OPT_ABORT) return false;
    if (option === OPT_EXPORT_NAME) {
      socket.write(exportInfo(disk));
      return true;
    }
    if (option === OPT_GO) {
      socket.write(optionReply(option, REP_INFO, Buffer.concat([Buffer.alloc(2), exportInfo(disk)])));
      socket.write(optionReply(option, REP_ACK));
      return true;
    }
    socket.write(optionReply(option, REP_ERR_UNSUP));
  }
}

function exportInfo(disk: Disk): Buffer {
  const info = Buffer.alloc(10);
  info.writeBigUInt64BE(BigInt(disk.sizeBytes), 0);
  info.writeUInt16BE(HAS_FLAGS, 8);
  return info;
}

function optionReply(option: number, type: number, data = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(20);
  head.writeBigUInt64BE(OPTION_REPLY, 0);
  head.writeUInt32BE(option, 8);
  head.writeUInt32BE(type, 12);
  head.writeUInt32BE(data.length, 16);
  return Buffer.concat([head, data]);
}

async function transmission(disk: Disk, socket: Socket, reader: ByteReader): Promise<void> {
  for (;;) {
    const head = await reader.read(28);
    if (head === undefined) return;
    if (head.readUInt32BE(0) !== REQUEST) throw new Error('nbd: expected a request');
    const flags = head.readUInt16BE(4);
    const type = head.readUInt16BE(6);
    const offset = Number(head.readBigUInt64BE(16));
    const length = head.readUInt32BE(24);
    const written = type === WRITE ? await reader.read(length) : undefined;
    if (type === DISCONNECT || (type === WRITE && written === undefined)) return;
    if (!disk.powered) continue;
    let error = 0;
    let data: Buffer = Buffer.alloc(0);
    try {
      if (type === READ) data = disk.read(offset, length);
      else if (type === FLUSH) disk.flush();
      else if (written !== undefined) disk.write(offset, written);
      else error = EINVAL;
      // More than was asked for becomes safe, which is allowed.
      if ((flags & FORCE_UNIT_ACCESS) !== 0) disk.flush();
    } catch {
      error = EINVAL;
    }
    // The power went while it was written, before the machine could be told.
    if (!disk.powered) continue;
    const reply = Buffer.alloc(16);
    reply.writeUInt32BE(REPLY, 0);
    reply.writeUInt32BE(error, 4);
    head.copy(reply, 8, 8, 16);
    socket.write(Buffer.concat([reply, data]));
  }
}
