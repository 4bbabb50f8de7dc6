import { LiuhenError } from '../../config/errors.js';
import { parseVkey, SignatureType, type Vkey } from './vkey.js';

/** A trust policy of C2SP tlog-policy: which logs and witnesses are pinned, and which witnesses suffice. */
export interface Policy {
  logs: Vkey[];
  witnesses: Map<string, Vkey>;
  groups: Map<string, { threshold: number; members: string[] }>;
  /** A witness, a group, or `none`. */
  quorum: string;
}

/** The specification asks for at least 32 of each; these bounds keep a hostile file cheap to read. */
export const MAX_POLICY_BYTES = 1024 * 1024;
const MAX_NAMES = 1024;

/** Parses a policy. Errors name the line. */
export function parsePolicy(text: string): Policy {
  const policy: Policy = { logs: [], witnesses: new Map(), groups: new Map(), quorum: '' };
  const member = new Set<string>();
  const keys = { log: new Set<string>(), witness: new Set<string>() };
  let line = 0;
  const fail = (expected: string): LiuhenError =>
    new LiuhenError('LIUHEN_POLICY', `trust policy, line ${line}: expected ${expected}`);

  const readKey = (kind: 'log' | 'witness', text: string | undefined): Vkey => {
    let vkey: Vkey;
    try {
      vkey = parseVkey(text ?? '');
    } catch (error) {
      throw fail(`a vkey (${error instanceof Error ? error.message : String(error)})`);
    }
    const type = kind === 'log' ? SignatureType.ed25519 : SignatureType.cosignature;
    if (vkey.type !== type) throw fail(`a ${kind} key of type 0${type}`);
    const material = vkey.publicKey.toString('hex');
    if (keys[kind].has(material)) throw fail(`each ${kind} key once`);
    keys[kind].add(material);
    return vkey;
  };
  const readName = (name: string | undefined): string => {
    if (name === undefined || name === 'none' || policy.witnesses.has(name) || policy.groups.has(name)) {
      throw fail(`a name that is new and not "none", got ${JSON.stringify(name ?? '')}`);
    }
    if (policy.witnesses.size + policy.groups.size >= MAX_NAMES) throw fail(`at most ${MAX_NAMES} names`);
    return name;
  };

  if (Buffer.byteLength(text) > MAX_POLICY_BYTES) throw fail(`at most ${MAX_POLICY_BYTES} bytes`);
  for (const raw of text.split('\n')) {
    line++;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the specification forbids exactly these
    if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(raw)) throw fail('no control characters');
    const words = raw.split(/[ \t]+/).filter((word) => word !== '');
    const [keyword, ...rest] = words;
    if (keyword === undefined || keyword.startsWith('#')) continue;
    switch (keyword) {
      case 'log':
        if (rest.length < 1 || rest.length > 2) throw fail('log <vkey> [<url>]');
        if (policy.logs.length >= MAX_NAMES) throw fail(`at most ${MAX_NAMES} logs`);
        policy.logs.push(readKey('log', rest[0]));
        break;
      case 'witness':
        if (rest.length < 2 || rest.length > 3) throw fail('witness <name> <vkey> [<url>]');
        policy.witnesses.set(readName(rest[0]), readKey('witness', rest[1]));
        break;
      case 'group': {
        const name = readName(rest[0]);
        const members = rest.slice(2);
        for (const each of members) {
          if (!policy.witnesses.has(each) && !policy.groups.has(each))
            throw fail(`a name defined above, got ${each}`);
          if (member.has(each)) throw fail(`each name in one group, once; got ${each} again`);
          member.add(each);
        }
        const threshold =
          rest[1] === 'all'
            ? members.length
            : rest[1] === 'any'
              ? 1
              : /^[0-9]{1,4}$/.test(rest[1] ?? '')
                ? Number(rest[1])
                : 0;
        if (threshold < 1 || threshold > members.length)
          throw fail('group <name> all|any|<k> <name>…, 1 <= k <= n');
        policy.groups.set(name, { threshold, members });
        break;
      }
      case 'quorum': {
        const name = rest[0] ?? '';
        if (policy.quorum !== '') throw fail('one quorum line');
        if (
          rest.length !== 1 ||
          (name !== 'none' && !policy.witnesses.has(name) && !policy.groups.has(name))
        ) {
          throw fail(`quorum none, or a name defined above, got ${JSON.stringify(rest.join(' '))}`);
        }
        policy.quorum = name;
        break;
      }
      default:
        throw fail(`log, witness, group or quorum, got ${JSON.stringify(keyword.slice(0, 40))}`);
    }
  }
  if (policy.quorum === '') throw fail('a quorum line');
  return policy;
}

/** Whether the witnesses that cosigned (by their name in the policy) satisfy the quorum. */
export function meetsQuorum(policy: Policy, cosigned: ReadonlySet<string>): boolean {
  if (policy.quorum === 'none') return true;
  const witnessed = (name: string): boolean => {
    const group = policy.groups.get(name);
    return group === undefined
      ? cosigned.has(name)
      : group.members.filter(witnessed).length >= group.threshold;
  };
  return witnessed(policy.quorum);
}
