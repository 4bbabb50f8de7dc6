import { z } from 'zod';
import type { Entry, EntryDraft, EntryOf } from '../journal/entry.js';
import type { JournalStore, JournalView, ViewOp } from '../journal/store.js';
import { isRemoteSetting } from './remote-settings.js';
import { commandId } from './schema.js';

/** How a command ended. */
export const OUTCOMES = ['done', 'failed', 'interrupted'] as const;
export type Outcome = (typeof OUTCOMES)[number];

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const failure = z.object({ code: z.string(), message: z.string(), next: z.string().optional() });
const about = {
  type: z.literal('command'),
  n: z.int().min(0),
  who: z.string(),
  what: z.string(),
  why: z.string(),
  id: commandId,
  payload: sha256,
};
/** The two entries of a command: before it is carried out, and after. */
const accepted = z.object({ ...about, stage: z.literal('accepted') });
const ended = z.object({
  ...about,
  stage: z.enum(OUTCOMES),
  accepted: z.int().min(0),
  result: z.unknown().optional(),
  error: failure.optional(),
});
const changed = z.object({ command: commandId, setting: z.string(), value: z.string().nullable() });

/** What a device remembers of a command. Never forgotten: a clock that is set back must not bring an old command back. */
export interface Remembered {
  id: string;
  command: string;
  who: string;
  why: string;
  /** SHA-256 of the signed payload. */
  payload: string;
  /** The entry that was written before it was carried out. */
  accepted: number;
  /** How it ended; absent while it is being carried out, and after a crash in the middle of it. */
  ended?: {
    entry: number;
    outcome: Outcome;
    result?: unknown;
    error?: z.infer<typeof failure> | undefined;
  };
}

const rememberedKey = (id: string) => `command/${id}`;
const openKey = (id: string) => `command-open/${id}`;
const unansweredKey = (id: string) => `command-unanswered/${id}`;
const settingKey = (setting: string) => `command-setting/${setting}`;

/**
 * The memory of commands, folded from the journal in the batch that commits their entries: a command that was accepted is remembered
 * whatever happens next, and one that is not remembered was not carried out.
 */
export class CommandsView implements JournalView {
  async load(): Promise<void> {}

  fold(entry: Entry): ViewOp[] {
    if (entry.type === 'config-changed') return foldSetting(entry);
    if (entry.type !== 'command') return [];
    const began = accepted.safeParse(entry);
    if (began.success) {
      const { id, n } = began.data;
      return [
        { key: rememberedKey(id), value: rememberedOf({ ...began.data, accepted: n }) },
        { key: openKey(id), value: n },
      ];
    }
    const over = ended.safeParse(entry);
    if (!over.success) return [];
    const { id, n, stage, result, error } = over.data;
    const end = { entry: n, outcome: stage, result, error };
    return [
      { key: rememberedKey(id), value: { ...rememberedOf(over.data), ended: end } },
      { key: openKey(id), value: undefined },
      { key: unansweredKey(id), value: n },
    ];
  }
}

type Common = Pick<z.infer<typeof accepted>, 'id' | 'what' | 'who' | 'why' | 'payload'>;

function rememberedOf(entry: Common & { accepted: number }): Remembered {
  const { id, what: command, who, why, payload, accepted: n } = entry;
  return { id, command, who, why, payload, accepted: n };
}

/** A setting that a command changed; whoever changes it at the device afterwards takes the command's word back. */
function foldSetting(entry: EntryOf<'config-changed'>): ViewOp[] {
  const parsed = changed.safeParse(entry);
  if (parsed.success)
    return [{ key: settingKey(parsed.data.setting), value: parsed.data.value ?? undefined }];
  const [setting = ''] = entry.what.split(':', 1);
  return isRemoteSetting(setting) ? [{ key: settingKey(setting), value: undefined }] : [];
}

/** The entry that is written, and is on disk, before a command is carried out. */
export function acceptedEntry(command: Omit<Remembered, 'accepted' | 'ended'>, more: object): EntryDraft {
  const { id, command: what, who, why, payload } = command;
  return { type: 'command', who, what, why, id, stage: 'accepted', payload, ...more } as EntryDraft;
}

/** The entry that says how it ended. */
export function endedEntry(
  { id, command: what, who, why, payload, accepted: n }: Remembered,
  stage: Outcome,
  end: { result?: unknown; error?: z.infer<typeof failure> },
): EntryDraft {
  return { type: 'command', who, what, why, id, stage, payload, accepted: n, ...end } as EntryDraft;
}

/** What is remembered under this id. */
export function recallCommand(store: JournalStore, id: string): Promise<Remembered | undefined> {
  return store.view<Remembered>(rememberedKey(id));
}

/** Commands that were accepted and did not end: the process did. */
export async function openCommands(store: JournalStore): Promise<Remembered[]> {
  return await recallAll(store, 'command-open/');
}

/** Commands that ended and whose answer no broker has taken yet. */
export async function unansweredCommands(store: JournalStore): Promise<Remembered[]> {
  return await recallAll(store, 'command-unanswered/');
}

/** The broker has the answer. Durable when it resolves. */
export async function writeAnswered(store: JournalStore, id: string): Promise<void> {
  await store.writeView([{ key: unansweredKey(id), value: undefined }]);
}

/** Settings as commands have changed them, by dotted key. */
export async function commandedSettings(store: JournalStore): Promise<Record<string, string>> {
  const settings: Record<string, string> = {};
  for await (const [key, value] of store.views<string>('command-setting/')) {
    settings[key.slice('command-setting/'.length)] = value;
  }
  return settings;
}

async function recallAll(store: JournalStore, prefix: string): Promise<Remembered[]> {
  const all: Remembered[] = [];
  for await (const [key] of store.views<number>(prefix)) {
    const remembered = await recallCommand(store, key.slice(prefix.length));
    if (remembered !== undefined) all.push(remembered);
  }
  return all.sort((a, b) => a.accepted - b.accepted);
}
