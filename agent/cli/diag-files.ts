import { arch, cpus, release, totalmem, uptime } from 'node:os';
import { messageOf } from '../../config/errors.js';
import { readConfigText } from '../../config/file.js';
import { type Config, loadConfig } from '../../config/load.js';
import { systemClock } from '../../drivers/clock.js';
import { listSerialPorts } from '../../drivers/serial-list.js';
import { openJournal, openStores } from '../buffer/open.js';
import { type Checkpoints, checkpointsOf } from '../control/checkpoints.js';
import { callAgent } from '../control/client.js';
import { configWithoutSecrets, type Redactor, redactorFor } from '../doctor/secrets.js';
import { asOwner } from '../provision/as-owner.js';
import { SOFTWARE } from '../version.js';
import { words } from '../words/words.js';
import { checksOf } from './doctor.js';
import { logSource, newestLog } from './log-source.js';
import { readRecordings } from './recordings.js';

/** One file of a support archive; `about` says what it is. */
export interface DiagnosticFile {
  name: string;
  about: string;
  text: string;
}

/** Everything that helps from afar. What cannot be had is a file that says why. No secret of the device is in any of them. */
export async function collectDiagnostics(configFile: string, logLines: number): Promise<DiagnosticFile[]> {
  const config = loadConfig(configFile);
  const redact = await redactorFor(config);
  const { data } = config;
  const file = async (name: string, about: string, read: () => Promise<string>): Promise<DiagnosticFile> => {
    const text = await read().catch((error: unknown) => `could not be had: ${messageOf(error)}\n`);
    return { name, about, text: redact(text) };
  };
  const json = (value: unknown) => `${JSON.stringify(value, undefined, 1)}\n`;
  // One after the other: without an agent each opens the databases for itself, and not as root.
  return [
    await file('config.yaml', 'settings, without comments and secrets', async () =>
      settings(configFile, redact),
    ),
    await file('doctor.json', "the doctor's answer", async () =>
      json(await asOwner(data, () => checksOf({ config: configFile }, words('en')))),
    ),
    await file('status.json', 'what the agent does', async () =>
      json(await callAgent(data, 'GET', '/status')),
    ),
    await file('recordings.json', 'recordings and what became of them', async () =>
      json((await readRecordings(data)).recordings),
    ),
    await file('checkpoints.txt', 'the newest checkpoint, and the newest that is cosigned', async () =>
      checkpointText(await asOwner(data, () => checkpoints(config))),
    ),
    await file('machine.json', 'software, system, serial ports', async () => json(await machine())),
    await file('log.jsonl', `the newest lines of the log, at most ${logLines}`, async () =>
      newestLog(await logSource(config), logLines),
    ),
  ];
}

function settings(file: string, redact: Redactor): string {
  return configWithoutSecrets(readConfigText(file), redact);
}

async function checkpoints(config: Config): Promise<Checkpoints> {
  try {
    return (await callAgent(config.data, 'GET', '/checkpoints')) as Checkpoints;
  } catch {
    const stores = await openStores(config.data);
    try {
      const { journal } = await openJournal(stores, systemClock(), config.journal);
      const found = checkpointsOf(journal);
      await journal.close();
      return found;
    } finally {
      await stores.close();
    }
  }
}

function checkpointText({ checkpoint, cosigned }: Checkpoints): string {
  return cosigned === null ? checkpoint : `${checkpoint}\n${cosigned}`;
}

async function machine() {
  return {
    software: SOFTWARE,
    node: process.version,
    kernel: release(),
    arch: arch(),
    cpus: cpus().map(({ model }) => model),
    memoryBytes: totalmem(),
    upSec: Math.round(uptime()),
    serialPorts: await listSerialPorts(),
  };
}
