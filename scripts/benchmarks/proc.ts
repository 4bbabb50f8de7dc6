import { readFileSync, writeFileSync } from 'node:fs';

/** Ticks of utime and stime in a second: USER_HZ, 100 on every Linux that Node runs on. */
const TICKS_PER_SEC = 100;

/** Resident memory of a process, apart by kind (proc(5), status), in bytes. */
export interface Memory {
  rss: number;
  anon: number;
  file: number;
}

export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
  return { rss: field('VmRSS'), anon: field('RssAnon'), file: field('RssFile') };
}

/** Processor time a process has used, its children's left out, in seconds. */
export function cpuSecOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold anything; what follows it are the fields from the third on.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SEC;
}

/** Bytes this process has caused to be written to a disk (proc(5), io). */
export function diskWriteBytes(): number {
  return Number(/^write_bytes: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
}

/** From now on `peakRssOf` tells the most since now (proc(5), clear_refs). */
export function forgetPeakRss(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** The most memory a process had resident so far; 0 when it has gone. */
export function peakRssOf(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
