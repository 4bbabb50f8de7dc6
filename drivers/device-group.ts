import { readFileSync, statSync } from 'node:fs';

/** The group whose members may write to a file, by its name or else its number; undefined where only root may. */
export function groupThatMayWrite(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.gid === 0 || (found.mode & 0o020) === 0) return undefined;
  return nameOf(found.gid);
}

function nameOf(gid: number): string {
  try {
    const lines = readFileSync('/etc/group', 'utf8').split('\n');
    const [name] = lines.find((line) => line.split(':')[2] === String(gid))?.split(':') ?? [];
    return name ?? String(gid);
  } catch {
    return String(gid);
  }
}
