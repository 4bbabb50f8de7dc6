import { isMap, parseDocument, type Scalar } from 'yaml';
import { LiuhenError } from './errors.js';
import { readConfigText } from './file.js';
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
  if (value === undefined) document.deleteIn(path);
  else if (found !== undefined && found !== null) found.value = value;
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

/** As `edited`, of the file at `path`, which is not changed yet. Throws LIUHEN_NOT_FOUND as well. */
export function editedFile(path: string, key: string, value: string | undefined): Edit {
  return edited(readConfigText(path), path, key, value);
}
