import { type Catalogue, translatorOf } from './pattern.js';
import { authorityZh } from './zh/authority.js';
import { commandsZh } from './zh/commands.js';
import { contentZh } from './zh/content.js';
import { driversZh } from './zh/drivers.js';
import { evidenceZh } from './zh/evidence.js';
import { explainedSettingsZh } from './zh/explained-settings.js';
import { firmwareZh } from './zh/firmware.js';
import { journalZh } from './zh/journal.js';
import { operationZh } from './zh/operation.js';
import { othersZh } from './zh/others.js';
import { provisioningZh } from './zh/provisioning.js';
import { recorderZh } from './zh/recorder.js';
import { settingsZh } from './zh/settings.js';
import { upstreamZh } from './zh/upstream.js';
import { valuesZh } from './zh/values.js';
import { verdictZh } from './zh/verdict.js';

/** Every text of the program's own that a person can meet at a terminal. */
export const OWN: readonly Catalogue[] = [
  authorityZh,
  commandsZh,
  contentZh,
  driversZh,
  evidenceZh,
  firmwareZh,
  journalZh,
  operationZh,
  provisioningZh,
  recorderZh,
  settingsZh,
  upstreamZh,
  verdictZh,
];

/** A text of the program, or of a library that it quotes, in Chinese. */
export const inChinese = translatorOf([...OWN, explainedSettingsZh, valuesZh, othersZh]);
