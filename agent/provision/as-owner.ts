import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { LiuhenError, systemCodeOf } from '../../config/errors.js';
import { terminalLanguage } from '../words/language.js';
import { words } from '../words/words.js';

/**
 * Run by root over somebody else's data folder, this process becomes that owner until it ends: a database that root opens keeps files that the agent
 * could then not open. Says so on stderr. Nothing where root owns the folder, or somebody else runs this.
 */
export function becomeOwner(folder: string): void {
  const owner = ownerOf(folder);
  if (owner === undefined) return;
  joinGroups(owner);
  process.setgid?.(owner.gid);
  process.setuid?.(owner.uid);
  say(owner, folder);
}

/**
 * As `becomeOwner`, for as long as `work` takes. What runs meanwhile runs as the owner as well. Within the work of another owner this one's
 * folder is worked on as this one, or as root where it is root's.
 */
export async function asOwner<T>(folder: string, work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return await work();
  const before = process.geteuid?.() ?? 0;
  const owner = seenByRoot(folder, before);
  if ((owner?.uid ?? 0) === before) return await work();
  const groups = process.getgroups?.() ?? [];
  const gid = process.getegid?.() ?? 0;
  if (owner !== undefined) say(owner, folder);
  const next = owner ?? ROOT;
  process.seteuid?.(0);
  joinGroups(next);
  process.setegid?.(next.gid);
  process.seteuid?.(next.uid);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(gid);
    process.setgroups?.(groups);
    process.seteuid?.(before);
  }
}

/** That what this process is now can write there. Throws LIUHEN_STORAGE_IO, which names a way out. */
export function mustBeWritable(folder: string): void {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    if (systemCodeOf(error) !== 'EACCES') return;
    const name = userName(process.geteuid?.() ?? 0);
    throw new LiuhenError('LIUHEN_STORAGE_IO', `user ${name} cannot write to ${folder}`, {
      cause: error,
      next: 'name a folder with --out that this user can write to, such as one in /tmp',
    });
  }
}

interface Owner {
  uid: number;
  gid: number;
  name: string;
}

/** Another owner may not look there. */
function seenByRoot(folder: string, now: number): Owner | undefined {
  process.seteuid?.(0);
  try {
    return ownerOf(folder);
  } finally {
    process.seteuid?.(now);
  }
}

const ROOT: Owner = { uid: 0, gid: 0, name: 'root' };

/** Undefined where it is root's, is not there, or somebody else than root asks. */
function ownerOf(folder: string): Owner | undefined {
  if (process.geteuid?.() !== 0) return undefined;
  const { uid, gid } = statSync(folder, { throwIfNoEntry: false }) ?? { uid: 0, gid: 0 };
  return uid === 0 ? undefined : { uid, gid, name: userName(uid) };
}

/** Those that give the service its camera, ports and lines. */
function joinGroups({ uid, gid, name }: Owner): void {
  if (name === String(uid)) process.setgroups?.([gid]);
  else (process as WithGroups).initgroups?.(name, gid);
}

/** Not in Node's types; https://nodejs.org/api/process.html#processinitgroupsuser-extragroup */
type WithGroups = typeof process & { initgroups?(user: string, extraGroup: number): void };

function userName(uid: number): string {
  try {
    const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
    return lines.find((line) => line.split(':')[2] === String(uid))?.split(':')[0] ?? String(uid);
  } catch {
    return String(uid);
  }
}

const told = new Set<string>();

/** Once: a command may open the same folder several times. */
function say({ name }: Owner, folder: string): void {
  if (told.has(folder)) return;
  told.add(folder);
  process.stderr.write(`liuhen: ${words(terminalLanguage()).doctor.asOwner(name, folder)}\n`);
}
