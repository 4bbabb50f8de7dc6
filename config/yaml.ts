import { isAlias, isMap, isScalar, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import type { Place, Problem } from './problems.js';
import { emptyTree, type Tree } from './tree.js';

const MAX_DEPTH = 8;

/** What a YAML text holds. */
export interface ParsedYaml {
  tree: Tree;
  /** Where a key, or what stands behind it, begins; undefined when it is not in the text. */
  placeOf(path: readonly string[], of: 'key' | 'value'): Place | undefined;
  problems: Problem[];
  /** Whether the text is YAML at all; if not, `tree` is empty. */
  sound: boolean;
}

/**
 * Reads the part of YAML that settings need: maps of text. Every scalar stays text, so that `0001` is not a number
 * and `no` not a boolean. Lists, aliases and tags are problems, and so is a key that stands there twice.
 */
export function parseYaml(text: string): ParsedYaml {
  const lines = new LineCounter();
  const places = new Map<string, { key: Place; value: Place }>();
  const problems: Problem[] = [];
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const result: ParsedYaml = {
    tree: emptyTree(),
    placeOf: (path, of) => places.get(JSON.stringify(path))?.[of],
    problems,
    sound: true,
  };

  const sectionOf = (map: YAMLMap, path: readonly string[]): Tree => {
    const tree = emptyTree();
    for (const pair of map.items) {
      const keyNode = pair.key as Node;
      const keyPlace = placeAt(keyNode.range?.[0] ?? 0);
      if (!isScalar(keyNode)) {
        problems.push({ place: keyPlace, message: 'expected a key such as camera' });
        continue;
      }
      const here = [...path, String(keyNode.value)];
      const earlier = places.get(JSON.stringify(here));
      if (earlier) {
        const message = `expected once, but it already stands on line ${earlier.key.line}`;
        problems.push({ place: keyPlace, key: here.join('.'), message });
        continue;
      }
      const valueNode = pair.value as Node | null;
      const valuePlace = isEmpty(valueNode) ? keyPlace : placeAt(valueNode?.range?.[0] ?? 0);
      places.set(JSON.stringify(here), { key: keyPlace, value: valuePlace });
      const value = valueBehind(valueNode, here, valuePlace);
      if (value !== undefined) tree[String(keyNode.value)] = value;
    }
    return tree;
  };

  const valueBehind = (
    node: Node | null,
    path: readonly string[],
    place: Place,
  ): Tree[string] | undefined => {
    if (isEmpty(node)) return null;
    if (isMap(node) && path.length < MAX_DEPTH) return sectionOf(node, path);
    if (isScalar(node)) return String(node.value);
    const found = isAlias(node) ? 'an alias' : isMap(node) ? 'a section too deep down' : 'a list';
    problems.push({ place, key: path.join('.'), message: `expected one value or a section, got ${found}` });
    return undefined;
  };

  try {
    // prettyErrors would put lines of the file, and with them secrets, into the messages.
    const options = {
      schema: 'failsafe',
      uniqueKeys: false,
      prettyErrors: false,
      lineCounter: lines,
    } as const;
    const document = parseDocument(text, options);
    for (const error of [...document.errors, ...document.warnings]) {
      // What follows a colon or a bracket quotes the file.
      const [what = ''] = error.message.split(/[:(\n]/, 1);
      problems.push({ place: placeAt(error.pos[0]), message: `not valid YAML: ${what.trim()}` });
    }
    if (problems.length > 0) return { ...result, sound: false };
    if (isMap(document.contents)) result.tree = sectionOf(document.contents, []);
    else if (!isEmpty(document.contents)) {
      problems.push({ place: placeAt(0), message: 'expected settings such as `profile: recorder`' });
      result.sound = false;
    }
    return result;
  } catch (error) {
    // The parser recurses: only absurd nesting brings it here.
    if (!(error instanceof RangeError)) throw error;
    problems.push({ place: placeAt(0), message: 'not valid YAML: nested too deeply' });
    return { ...result, sound: false };
  }
}

function isEmpty(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === '' && node.type === 'PLAIN');
}
