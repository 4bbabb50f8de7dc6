import type { Config } from '../../config/load.js';
import { files } from '../provision/files.js';
import { renewalProblem } from '../provision/renewal.js';
import { spokenIn } from '../words/spoken.js';
import type { Words } from '../words/words.js';
import { certificateFinding } from './certificates.js';
import { type Finding, warning } from './check.js';

/** The certificates that a device connects with, and whether its own is being renewed when it is time. */
export async function deviceCertificateFinding(
  words: Words,
  config: Config,
  nowMs: number,
): Promise<Finding> {
  const { tls } = config.uplink;
  const finding = await certificateFinding(words, [['uplink.tls', tls]], nowMs);
  const isOurs = tls?.certFile === files.identity(config.data);
  const problem = isOurs ? await renewalProblem(config.data) : undefined;
  if (problem === undefined || finding.result === 'fault') return finding;
  const { renewalFailed, renewalNext } = words.doctor;
  return warning(`${finding.value}; ${renewalFailed(spokenIn(words.language, problem))}`, renewalNext);
}
