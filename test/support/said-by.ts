import { isError, type Node, sourceOf } from './source-tree.js';

/** Properties that hold such texts, by where. */
const PROPERTIES: [under: RegExp, names: readonly string[]][] = [
  [/./, ['next']],
  [/^config\//, ['message', 'expected', 'error', 'what']],
  [/^drivers\//, ['refusal', 'reason', 'detail']],
  [/^agent\/provision\//, ['detail', 'error', 'step', 'result']],
  [/^agent\/evidence\/verify\//, ['expected', 'actual', 'summary']],
  [/^agent\/buffer\/check/, ['text']],
  [/^agent\/(authority|evidence)\//, ['message']],
];
/** Methods whose first or second argument is such a text. */
const METHODS: [under: RegExp, names: readonly string[], argument: 0 | 1][] = [
  [/^agent\/cli\//, ['description', 'showHelpAfterError'], 0],
  [/^agent\/cli\//, ['addHelpText', 'argument', 'default', 'option', 'requiredOption'], 1],
  [/^(config|agent\/(provision|disclosure|commands|authority))\//, ['refine', 'regex'], 1],
  [/^drivers\//, ['say'], 1],
  [/^agent\/buffer\/check/, ['problem'], 1],
  [/^agent\/provision\/device/, ['push'], 0],
];
/** What is made with such a text. */
const MADE: [names: readonly string[], argument: 0 | 1][] = [
  [['InvalidArgumentError', 'Error', 'RangeError', 'TypeError'], 0],
  [['Option', 'Argument', 'RefusedError', 'CommandRefused', 'Refused'], 1],
];

/** What has its argument printed in the language of the terminal. */
export const SPEAKERS = new Set(['spoken', 'inLanguage']);

/** The text of a call or a property that is known to say something to a person. */
export function saidBy(path: string, call: Node): Node | undefined {
  const args = (call.arguments ?? []) as Node[];
  const spread = args.find((each) => each.type === 'SpreadElement');
  if (call.type === 'Property') {
    const key = call.key as Node;
    const isNamed = PROPERTIES.some(([under, names]) => under.test(path) && names.includes(String(key.name)));
    return isNamed && call.computed !== true ? (call.value as Node) : undefined;
  }
  const callee = call.callee as Node;
  if (call.type === 'NewExpression') {
    const name = String(callee.name);
    const [, argument] = MADE.find(([names]) => names.includes(name)) ?? [];
    return isError(name) ? args[1] : argument === undefined ? undefined : args[argument];
  }
  if (callee.type === 'Super') return args.length > 1 ? args[1] : undefined;
  if (callee.type === 'Identifier') {
    if (callee.name === 'spokenIn') return args[1];
    return SPEAKERS.has(String(callee.name)) ? args[0] : undefined;
  }
  if (callee.type !== 'MemberExpression') return undefined;
  const name = String((callee.property as Node).name);
  if (name === 'write' && path.startsWith('agent/cli/'))
    return /^process\.std(out|err)$/.test(sourceOf(callee.object as Node)) ? args[0] : undefined;
  const [, , argument] = METHODS.find(([under, names]) => under.test(path) && names.includes(name)) ?? [];
  return argument === undefined ? undefined : (spread ?? args[argument]);
}
