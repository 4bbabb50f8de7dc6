import type { Config } from '../../config/load.js';
import { type Policy, underPolicy } from '../../config/policy.js';
import { checkDevice } from '../buffer/check.js';
import type { DeviceStores } from '../buffer/open.js';
import { allRecordings } from '../buffer/recordings.js';
import type { Examined } from '../doctor/examined.js';
import type { Sample } from '../doctor/history.js';
import { deviceSource } from '../evidence/device-source.js';
import { exportRecording } from '../evidence/export.js';
import type { Firmware } from '../firmware.js';
import type { Journal } from '../journal/journal.js';
import type { Vkey } from '../journal/vkey.js';
import type { OfficerControls } from '../recorder/officer-controls.js';
import type { Recorder } from '../recorder/recorder.js';
import type { AgentStatus } from '../status.js';
import type { CommandDoor } from './command-routes.js';
import type { ControlActions } from './server.js';

export interface ActionParts {
  config: Config;
  policy: Policy;
  stores: DeviceStores;
  journal: Journal;
  recorder: Recorder;
  controls: OfficerControls;
  witness: Vkey | undefined;
  firmware: Firmware | undefined;
  /** Absent where no root key is pinned. */
  inbox: CommandDoor | undefined;
  status(): Promise<AgentStatus>;
  /** The device as an examination sees it. */
  examined(): Examined;
  history(): readonly Sample[];
  picture(): Buffer | undefined;
}

/** What commands do on a running agent. */
export function actionsOf(parts: ActionParts): ControlActions {
  const { config, policy, stores, journal, recorder, controls, witness, firmware, inbox, status } = parts;
  return {
    status,
    firmware,
    commands: inbox,
    recordings: () => allRecordings(stores.store),
    start: async ({ case: caseNumber, ...order }) => {
      const request = underPolicy(policy, order);
      const about = caseNumber === undefined ? {} : { case: caseNumber };
      return { recording: await controls.start({ trigger: 'command', ...about, ...request }) };
    },
    stop: ({ confirmed }) => controls.stop(confirmed),
    mark: async ({ kind, note }) => ({ entry: await recorder.mark(kind, note) }),
    check: ({ quick }) => checkDevice(stores, { quick, ...(witness === undefined ? {} : { witness }) }),
    examination: {
      journal,
      examined: () => parts.examined(),
      history: () => parts.history(),
      picture: () => parts.picture(),
    },
    exportBundle: async (request) => {
      const witnesses = config.uplink.witness === undefined ? [] : [config.uplink.witness];
      const source = await deviceSource({ ...stores, journal, witnesses });
      return await exportRecording({ source, journal, who: 'command', ...request });
    },
  };
}
