import { LiuhenError } from '../../config/errors.js';
import { type Policy, underPolicy } from '../../config/policy.js';
import { type RecordingState, readRecording } from '../buffer/recordings.js';
import type { EntryDraft } from '../journal/entry.js';
import type { JournalStore } from '../journal/store.js';
import type { OfficerControls } from '../recorder/officer-controls.js';
import type { Recorder } from '../recorder/recorder.js';
import type { CommandActions } from './actions.js';

export interface RecorderActionParts {
  policy: Policy;
  recorder: Pick<Recorder, 'recording' | 'mark'>;
  controls: Pick<OfficerControls, 'start' | 'stop'>;
  journal: { append(draft: EntryDraft): Promise<{ n: number }> };
  store: JournalStore;
  /** Undefined without an uplink. */
  prioritise: ((recording: number) => void) | undefined;
  locate(durationMs: number): void;
}

/** What only a recorder does: what its buttons and the command line do as well, by the same ways. */
export function recorderActions(parts: RecorderActionParts): CommandActions {
  const { policy, recorder, controls, journal, store } = parts;
  return {
    start: async ({ case: caseNumber, ...order }) => {
      const about = caseNumber === undefined ? {} : { case: caseNumber };
      const request = { trigger: 'command' as const, ...about, ...underPolicy(policy, order) };
      return { recording: await controls.start(request) };
    },
    stop: async ({ recording: named, confirmed }) => {
      const running = recorder.recording;
      if (named !== undefined && named !== running) {
        const found =
          running === undefined ? 'nothing is being recorded' : `recording ${running} is going on`;
        throw new LiuhenError('LIUHEN_STATE', `stop: expected recording ${named}, but ${found}`);
      }
      const { recording, fragments, bytes, durationMs } = await controls.stop(confirmed);
      return { recording, fragments, bytes, durationMs };
    },
    mark: async ({ kind, note }) => ({ entry: await recorder.mark(kind, note) }),
    'open-case': async ({ case: caseNumber, title }, { who, why, command }) => {
      const more = { who, why, command, ...(title === undefined ? {} : { title }) };
      const { n } = await journal.append({ type: 'case-opened', case: caseNumber, ...more } as EntryDraft);
      return { entry: n };
    },
    'raise-upload-priority': async ({ recording }) => {
      const { prioritise } = parts;
      if (prioritise === undefined)
        throw new LiuhenError('LIUHEN_STATE', 'this device sends nothing anywhere');
      const state = await readRecording(store, recording);
      if (state === undefined) {
        throw new LiuhenError('LIUHEN_NOT_FOUND', `there is no recording ${recording} on this device`);
      }
      if (isArchived(state)) return { recording, archived: true };
      prioritise(recording);
      return { recording, archived: false };
    },
    locate: async ({ seconds }) => {
      parts.locate(seconds * 1000);
      return { seconds };
    },
  };
}

function isArchived({ receipt }: RecordingState): boolean {
  return receipt !== undefined;
}
