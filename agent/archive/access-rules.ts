import { LiuhenError } from '../../config/errors.js';

type Access = 'read' | 'write' | 'readwrite' | 'deny';

interface Rule {
  access: Access;
  /** Levels of the topic filter; `+` and `#` as in MQTT. */
  levels: string[];
}

const ACCESS: readonly string[] = ['read', 'write', 'readwrite', 'deny'] satisfies Access[];
/** Names of devices and offices: no level of a topic filter can be made of one. */
const NAME = /^[a-z0-9-]{1,64}(?:@[a-z0-9.-]{1,255})?$/;
const MAX_LINES = 100_000;

/**
 * Who may write and read which topics: the access rules that `liuhen authority` writes for mosquitto (mosquitto.conf(5), acl_file), understood as mosquitto
 * understands them. What no line allows is refused.
 */
export class AccessRules {
  readonly #patterns: Rule[] = [];
  readonly #users = new Map<string, Rule[]>();

  /** Throws LIUHEN_CONFIG at a line that is none of ours: a rule that is passed over might have been a prohibition. */
  constructor(text: string, file: string) {
    const lines = text.split('\n');
    if (lines.length > MAX_LINES) throw malformed(file, 1, `at most ${MAX_LINES} lines`);
    let rules: Rule[] | undefined;
    for (const [at, line] of lines.entries()) {
      if (line === '' || line.startsWith('#')) continue;
      const [word, ...rest] = line.split(' ');
      const user = word === 'user' ? rest.join(' ') : undefined;
      if (user !== undefined) {
        rules = this.#users.get(user) ?? [];
        this.#users.set(user, rules);
        continue;
      }
      const [access = '', topic = '', ...more] = rest;
      const list = word === 'pattern' ? this.#patterns : word === 'topic' ? rules : undefined;
      if (list === undefined || !isAccess(access) || topic === '' || more.length > 0) {
        throw malformed(file, at + 1, 'user, topic or pattern, as liuhen authority writes them');
      }
      list.push({ access, levels: topic.split('/') });
    }
  }

  mayWrite(name: string, topic: string): boolean {
    return this.#may(name, topic, 'write');
  }

  mayRead(name: string, topic: string): boolean {
    return this.#may(name, topic, 'read');
  }

  /** Whether this name may do nothing at all, as one that was revoked. */
  isShutOut(name: string): boolean {
    const isAll = ({ access, levels }: Rule) => access === 'deny' && levels.join('/') === '#';
    return !NAME.test(name) || this.#users.get(name)?.some(isAll) === true;
  }

  #may(name: string, topic: string, wanted: 'read' | 'write'): boolean {
    if (!NAME.test(name)) return false;
    const levels = topic.split('/');
    const own = (this.#users.get(name) ?? []).filter((rule) => fits(rule.levels, levels, name));
    if (own.some(({ access }) => access === 'deny')) return false;
    const allows = ({ access }: Rule) => access === wanted || access === 'readwrite';
    return own.some(allows) || this.#patterns.some((rule) => allows(rule) && fits(rule.levels, levels, name));
  }
}

/** MQTT 3.1.1 §4.7. */
function fits(filter: readonly string[], topic: readonly string[], name: string): boolean {
  for (const [at, level] of filter.entries()) {
    if (level === '#') return true;
    const found = topic[at];
    if (found === undefined) return false;
    if (level !== '+' && (level === '%u' ? name : level) !== found) return false;
  }
  return filter.length === topic.length;
}

function isAccess(text: string): text is Access {
  return ACCESS.includes(text);
}

function malformed(file: string, line: number, expected: string): LiuhenError {
  return new LiuhenError('LIUHEN_CONFIG', `${file}:${line}: expected ${expected}`, {
    next: 'liuhen authority init writes the rules anew',
  });
}
