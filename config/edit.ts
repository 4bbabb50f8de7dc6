import { isMap, parseDocument, type Scalar } from 'yaml';
import { LiuhenError } from './errors.js';
import { settingOf, unknownKey } from './known-keys.js';
import { parseConfig } from './load.js';
import { outstandingFor } from './migrations.js';
import { parseYaml } from './yaml.js';

/** A setting as it stands in a file and as it is to stand there. */
export interface Edit {
  key: string;
  /** As it was written; undefined: it was not. */
  before: string | undefined;
  /** Undefined: it is taken out, and the default holds. */
  after: string | undefined;
  /** The whole new text. */
  text: string;
}

/**
 * The text of a configuration with one setting changed; comments, order and everything else stay. The result loads. Throws LIUHEN_USAGE
 * for a key that is none, LIUHEN_CONFIG for a value that is not allowed there, and for a file that does not load as it is.
 */
export function edited(text: string, fileName: string, key: string, value: string | undefined): Edit {
  if (settingOf(key) === undefined) {
    throw new LiuhenError('LIUHEN_USAGE', `${key}: ${unknownKey(key)}`, {
      next: 'liuhen config show lists them',
    });
  }
  parseConfig(text, fileName);
  if (outstandingFor(parseYaml(text).tree, fileName).outstanding.length > 0) {
    throw new LiuhenError('LIUHEN_STATE', `${fileName} was written by an older liuhen`, {
      next: 'bring it up to this one first: liuhen migrate',
    });
  }
  const document = parseDocument(text, { schema: 'failsafe', prettyErrors: false });
  const path = key.split('.');
  const found = document.getIn(path, true) as Scalar | undefined;
  const before = found === undefined || found === null ? undefined : String(found.value ?? '');
  const { range } = found ?? {};
  if (value !== undefined && range && range[1] > range[0]) {
    // In its place, so that not even the spaces around it change.
    const changed = `${text.slice(0, range[0])}${written(value)}${text.slice(range[1])}`;
    parseConfig(changed, fileName);
    return { key, before, after: value, text: changed };
  }
  if (value === undefined) document.deleteIn(path);
  else {
    // A section that is written without anything in it is no map yet.
    for (let depth = 1; depth < path.length; depth++) {
      const section = path.slice(0, depth);
      if (!isMap(document.getIn(section, true))) document.setIn(section, document.createNode({}));
    }
    document.setIn(path, value);
  }
  const changed = document.toString({ lineWidth: 0 });
  parseConfig(changed, fileName);
  return { key, before, after: value, text: changed };
}

/** A scalar of one line: plain where it can be nothing else. */
function written(value: string): string {
  return /^[\w./+-]+$/.test(value) ? value : JSON.stringify(value);
}
