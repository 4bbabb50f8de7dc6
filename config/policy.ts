import { type Behaviour, behaviourOf, loadBehaviours } from './behaviours.js';
import { LiuhenError } from './errors.js';
import { loadOfficers, type Officer, officerOf } from './officers.js';

/** What a person or a command may say of a recording. */
export interface RecordingOrder {
  behaviour?: string | undefined;
  officer?: string | undefined;
  wholeProcess?: boolean | undefined;
}

/** The rules and the people that recordings are checked against. */
export interface Policy {
  behaviours: ReadonlyMap<string, Behaviour>;
  /** By card; undefined where the device has no list of officers, and takes whatever name it is told. */
  officers: ReadonlyMap<string, Officer> | undefined;
  /** What the button records. */
  button: Behaviour | undefined;
}

interface PolicySettings {
  recording: { behaviour: string | undefined; behavioursFile: string | undefined };
  hardware: { officersFile: string | undefined };
}

/** Reads the files that the configuration names. Throws LIUHEN_CONFIG and LIUHEN_NOT_FOUND. */
export function loadPolicy({ recording, hardware }: PolicySettings): Policy {
  const behaviours = loadBehaviours(recording.behavioursFile);
  const { behaviour } = recording;
  return {
    behaviours,
    officers: hardware.officersFile === undefined ? undefined : loadOfficers(hardware.officersFile),
    button: behaviour === undefined ? undefined : settingOf(behaviours, behaviour),
  };
}

/** What an order means under the policy, whose word on whole-process recording is the last. Throws LIUHEN_USAGE. */
export function underPolicy(
  { behaviours, officers }: Policy,
  { behaviour, officer, wholeProcess = false }: RecordingOrder,
): { behaviour?: string; officer?: string; credential?: string; wholeProcess: boolean } {
  const act = behaviour === undefined ? undefined : behaviourOf(behaviours, behaviour);
  const known = officer === undefined || officers === undefined ? undefined : officerOf(officers, officer);
  const name = known?.id ?? officer;
  return {
    ...(act === undefined ? {} : { behaviour: act.id }),
    ...(name === undefined ? {} : { officer: name }),
    ...(known === undefined ? {} : { credential: known.credential }),
    wholeProcess: wholeProcess || (act?.wholeProcess ?? false),
  };
}

function settingOf(behaviours: ReadonlyMap<string, Behaviour>, written: string): Behaviour {
  try {
    return behaviourOf(behaviours, written);
  } catch (error) {
    if (!(error instanceof LiuhenError)) throw error;
    const next = error.next === undefined ? {} : { next: error.next };
    throw new LiuhenError('LIUHEN_CONFIG', `recording.behaviour: ${error.message}`, {
      cause: error,
      ...next,
    });
  }
}
