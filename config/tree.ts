/** Settings as they are written: text, sections, or nothing after the colon. No prototype, so that no key is special. */
export interface Tree {
  [key: string]: string | Tree | null;
}

export function emptyTree(): Tree {
  return Object.create(null) as Tree;
}

/** A tree of plain values, as text; what is undefined is left out. */
export function treeOf(values: object): Tree {
  const tree = emptyTree();
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined)
      tree[key] = typeof value === 'object' && value !== null ? treeOf(value) : String(value);
  }
  return tree;
}

/** What is written at a path; undefined when nothing is. */
export function writtenAt(tree: Tree, path: readonly string[]): Tree[string] | undefined {
  let at: Tree[string] | undefined = tree;
  for (const part of path) at = at !== null && typeof at === 'object' ? at[part] : undefined;
  return at;
}

/** Writes text at a path and makes the sections on the way. Where text stands for a section, that text stays. */
export function writeAt(tree: Tree, path: readonly string[], text: string): void {
  let at = tree;
  for (const part of path.slice(0, -1)) {
    at[part] ??= emptyTree();
    const inner = at[part];
    if (typeof inner === 'string') return;
    at = inner;
  }
  at[path.at(-1) ?? ''] = text;
}
