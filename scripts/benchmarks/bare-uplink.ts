/** What both ends of the bare transfer agree on: the same chunks and topics as ours, and a clock that two processes share. */
export const CHUNK_BYTES = 120 * 1024;
/** 4 MiB on their way, as `uplink.windowBytes` has it. */
export const WINDOW = Math.floor((4 * 1024 * 1024) / CHUNK_BYTES);
export const READY_TOPIC = 'bench/ready';
export const FOOTAGE_TOPICS = 'liuhen/1/bench/footage/#';

export function topicOf(fragment: number, offset: number): string {
  return `liuhen/1/bench/footage/${String(fragment).padStart(64, '0')}/${offset}`;
}

/** CLOCK_MONOTONIC, the same for all processes of a machine. */
export function hrMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
