import { open } from 'node:fs/promises';
import {
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseAllDocuments,
} from 'yaml';
import { LiuhenError, messageOf, systemCodeOf } from '../../config/errors.js';
import type { Place } from '../../config/problems.js';

export type Path = readonly PropertyKey[];

/** One document of a YAML file, and where its parts stand. */
export interface YamlDocument {
  value: unknown;
  /** Where what is at `path` begins, or else the nearest thing above it that is in the file; of `key`: the key itself. */
  placeOf(path: Path, of?: 'key' | 'value'): Place;
  /** How the plain number, date or word at `path` is spelled in the file; undefined for all else. */
  spellingOf(path: Path): string | undefined;
}

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_DOCUMENTS = 10_000;
/** Of anchors, so that a small file can not become a large value. */
const MAX_ALIASES = 1000;

/** A YAML file that is not YAML, or too large. */
export class YamlFault extends LiuhenError {}

/**
 * The documents of a YAML 1.2 file, parted by `---`; empty ones are left out. At most 4 MiB. Throws LIUHEN_NOT_FOUND, and LIUHEN_CONTENT that names
 * file and line.
 */
export async function readYamlDocuments(file: string): Promise<YamlDocument[]> {
  return parseYamlDocuments(await readText(file), file);
}

/** As `readYamlDocuments`, from text; `file` is for messages. */
export function parseYamlDocuments(text: string, file: string): YamlDocument[] {
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const fault = (offset: number, what: string) => {
    const { line, column } = placeAt(offset);
    return new YamlFault('LIUHEN_CONTENT', `${file}:${line}:${column}: ${what}`);
  };
  try {
    const documents = parseAllDocuments(text, { prettyErrors: false, lineCounter: lines });
    if (!Array.isArray(documents)) return [];
    if (documents.length > MAX_DOCUMENTS) throw fault(0, `expected at most ${MAX_DOCUMENTS} documents`);
    return documents.flatMap((document) => {
      const [error] = [...document.errors, ...document.warnings];
      if (error !== undefined) throw fault(error.pos[0], `not valid YAML: ${error.message}`);
      const { contents } = document;
      if (contents === null || (isScalar(contents) && contents.value === null)) return [];
      return [
        {
          value: document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown,
          placeOf: (path: Path, of: 'key' | 'value' = 'value') => placeAt(offsetOf(contents, path, of)),
          spellingOf: (path: Path) => {
            const node = isCollection(contents) ? contents.getIn([...path], true) : undefined;
            return isScalar(node) ? node.source : undefined;
          },
        },
      ];
    });
  } catch (error) {
    if (error instanceof LiuhenError) throw error;
    // Absurd nesting, or anchors that name each other many times over.
    throw fault(0, `not valid YAML: ${messageOf(error)}`);
  }
}

function offsetOf(contents: Node, path: Path, of: 'key' | 'value'): number {
  let node: Node = contents;
  let offset = contents.range?.[0] ?? 0;
  for (const [depth, step] of path.entries()) {
    if (!isCollection(node)) return offset;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (!isPair(pair)) return offset;
      const key = isNode(pair.key) ? pair.key.range?.[0] : undefined;
      if (key !== undefined) offset = key;
      if (depth === path.length - 1 && of === 'key') return offset;
      if (!isNode(pair.value)) return offset;
      node = pair.value;
    } else {
      const item: unknown = node.items[Number(step)];
      if (!isNode(item)) return offset;
      node = item;
    }
    offset = node.range?.[0] ?? offset;
  }
  return offset;
}

async function readText(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const stats = await file.stat();
      if (!stats.isFile()) throw new LiuhenError('LIUHEN_CONTENT', `${path}: expected a plain file`);
      if (stats.size > MAX_BYTES) {
        throw new LiuhenError(
          'LIUHEN_CONTENT',
          `${path}: expected at most ${MAX_BYTES} bytes, got ${stats.size}`,
        );
      }
      return new TextDecoder('utf-8', { fatal: true }).decode(await file.readFile());
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof LiuhenError) throw error;
    const code = systemCodeOf(error);
    if (code === 'ENOENT') throw new LiuhenError('LIUHEN_NOT_FOUND', `there is no file ${path}`);
    const why = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'expected UTF-8 text' : messageOf(error);
    throw new LiuhenError('LIUHEN_CONTENT', `${path}: ${why}`, { cause: error });
  }
}
