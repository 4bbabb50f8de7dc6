import type { Manifest } from '../../journal/manifest.js';

/** Fragments [from, to) of a take that the exporter did not have; sorted, with something between any two. */
export type AbsentRanges = { from: number; to: number }[];

export interface DeclaredTake {
  bytes: number;
  absent: AbsentRanges;
}

/** What the manifest declares absent, by take. Ranges that are not in their one order count as not declared. */
export function declaredTakes(manifest: Manifest): Map<number, DeclaredTake> {
  return new Map(
    manifest.takes.map(({ take, bytes, absent }) => {
      const isOrdered = absent.every(({ from, to }, at) => from < to && from > (absent[at - 1]?.to ?? -1));
      return [take, { bytes, absent: isOrdered ? absent : [] }];
    }),
  );
}

/** Whether a fragment is declared absent. Fragments are asked for in order; `walk.cursor` remembers where it was. */
export function isAbsent(
  declared: DeclaredTake | undefined,
  index: number,
  walk: { cursor: number },
): boolean {
  const absent = declared?.absent ?? [];
  while ((absent[walk.cursor]?.to ?? Number.POSITIVE_INFINITY) <= index) walk.cursor++;
  return (absent[walk.cursor]?.from ?? Number.POSITIVE_INFINITY) <= index;
}
