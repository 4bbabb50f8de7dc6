import { execFile } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf, systemCodeOf } from '../../config/errors.js';
import type { Config } from '../../config/load.js';
import { PACKAGE_ROOT } from '../../config/package-root.js';
import { settingsTable } from '../../config/table.js';
import type { Words } from '../words/words.js';
import { type Finding, fault, ok } from './check.js';

const run = promisify(execFile);
const FFMPEG_MS = 10_000;
/** As drivers/camera asks for. */
const MIN_FFMPEG = [5, 1] as const;
const ENCODERS = ['libx264', 'aac'];

/**
 * What a technician must not overlook after an upgrade: that it was not taken, and the version before it runs. Undefined where there is nothing
 * to say. `root` is where the running program stands; scripts/package/tree/usr/lib/liuhen/gate leaves its word beside it.
 */
export function upgradeFinding({ doctor: words }: Words, root = PACKAGE_ROOT): Finding | undefined {
  if (basename(root) !== 'previous') return undefined;
  const [version] = takenBack(dirname(root)).split(' ', 1);
  const what = version ? words.upgradeTakenBack(version) : words.upgradeCutOff;
  return fault(what, words.upgradeNext);
}

function takenBack(folder: string): string {
  try {
    return readFileSync(join(folder, 'rolled-back'), 'utf8');
  } catch {
    return '';
  }
}

/** The version of Node.js against what the package asks for. */
export function nodeFinding({ doctor: words }: Words, version = process.versions.node): Finding {
  const { engines } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as {
    engines: { node: string };
  };
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(engines.node) ?? []).slice(1).map(Number);
  const [ourMajor = 0, ourMinor = 0] = version.split('.').map(Number);
  const isOld = ourMajor < major || (ourMajor === major && ourMinor < minor);
  return isOld ? fault(words.nodeOld(version, engines.node), words.nodeNext) : ok(version);
}

/** ffmpeg's version and whether it encodes what the camera needs. */
export async function ffmpegFinding({ doctor: words }: Words, path = 'ffmpeg'): Promise<Finding> {
  let text: string;
  let listed: string;
  try {
    const options = { timeout: FFMPEG_MS, maxBuffer: 1024 * 1024 };
    [text, listed] = await Promise.all([
      run(path, ['-hide_banner', '-version'], options).then(({ stdout }) => stdout),
      run(path, ['-hide_banner', '-encoders'], options).then(({ stdout }) => stdout),
    ]);
  } catch (error) {
    const missing = systemCodeOf(error) === 'ENOENT';
    return fault(
      missing ? words.ffmpegMissing(path) : messageOf(error).split('\n', 1).join(''),
      words.ffmpegNext,
    );
  }
  // A build from git says N-12345 and is newer than any.
  const version = /^ffmpeg version (\S+)/.exec(text)?.[1] ?? '?';
  const [, major, minor] = /^n?(\d+)\.(\d+)/.exec(version) ?? [];
  const isOld =
    major !== undefined &&
    (Number(major) < MIN_FFMPEG[0] || (Number(major) === MIN_FFMPEG[0] && Number(minor) < MIN_FFMPEG[1]));
  if (isOld) return fault(words.ffmpegOld(version, MIN_FFMPEG.join('.')), words.ffmpegNext);
  const lacks = ENCODERS.filter((encoder) => !new RegExp(`^ [VAS]\\S* +${encoder} `, 'm').test(listed));
  return lacks.length > 0
    ? fault(words.ffmpegLacks(version, lacks.join(', ')), words.ffmpegBuildNext)
    : ok(words.ffmpegWith(version, ENCODERS.join(', ')));
}

/** The files that settings name, each as somebody who runs the agent can read it. The folder `data` is made when it is absent. */
export function configFinding({ doctor: words }: Words, config: Config): Finding {
  const missing = settingsTable().flatMap(({ key, kind, loadedAs }) => {
    const path = kind === 'path' && key !== 'data' ? valueAt(config, loadedAs) : undefined;
    const problem = path === undefined ? undefined : unreadable(path);
    return path === undefined || problem === undefined ? [] : [words.configMissing(key, path, problem)];
  });
  if (missing.length > 0) return fault(missing.join('; '), words.configMissingNext);
  return ok(words.configRead(config.profile, config.configVersion));
}

function valueAt(config: object, dotted: string): string | undefined {
  let at: unknown = config;
  for (const part of dotted.split('.')) at = (at as Record<string, unknown> | undefined)?.[part];
  return at === undefined ? undefined : String(at);
}

function unreadable(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK);
    return undefined;
  } catch (error) {
    return systemCodeOf(error) ?? messageOf(error);
  }
}
