import type { Board } from './board.js';
import type { BoardItem } from './board-item.js';
import type { DisclosureJournal } from './intake.js';
import { type ContentName, nameOf } from './kinds/head.js';
import type { ContentStore } from './store.js';

/**
 * Writes into the journal, once for each revision, that it was published after its term. Late is published all the same; that it was late stays.
 * Returns what ends it and waits for what it is writing.
 */
export function recordLateness(
  board: Board,
  store: ContentStore,
  journal: DisclosureJournal,
  onJournalError: (error: unknown) => void,
): () => Promise<void> {
  let lane: Promise<void> = Promise.resolve();
  const recorded = new Set<string>();
  const record = async (items: readonly BoardItem[]) => {
    for (const { kind, id, revision, sha256, state, lateness } of items) {
      const key = `late!${nameOf({ kind, id })}!${revision}!${sha256}`;
      if (state !== 'shown' || lateness === undefined || recorded.has(key)) continue;
      recorded.add(key);
      let isRecorded = false;
      for await (const [found] of store.recall(key)) isRecorded ||= found === key;
      if (isRecorded) continue;
      const value = { kind, id, revision, sha256, ...lateness };
      const { n } = await journal.append({
        type: 'event',
        source: 'disclosure',
        name: 'published-late',
        value,
      });
      await store.remember(key, n);
    }
  };
  const queue = (items: readonly BoardItem[]) => {
    lane = lane.then(() => record(items)).catch(onJournalError);
  };
  const onChange = (names: readonly ContentName[]) => queue(names.flatMap((name) => board.named(name) ?? []));
  board.on('change', onChange);
  queue(board.items());
  return async () => {
    board.off('change', onChange);
    await lane;
  };
}
