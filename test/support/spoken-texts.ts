import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { type Node as AcornNode, parse } from 'acorn';
import { PACKAGE_ROOT } from '../../config/package-root.js';

/*
 * Which texts a person can meet at a terminal, read from the compiled source: the messages and advice of errors, the texts of help, and whatever is
 * given to `spoken`. A text is followed to where it is made: through constants, conditions, templates, lists, functions that return it, and
 * parameters to those who call. What stands in a template and is no text of its own is a hole, `{}`.
 */

type Node = AcornNode & { [key: string]: unknown };

interface Module {
  path: string;
  /** Below dist, without its extension. */
  name: string;
  imports: Map<string, { from: string; name: string }>;
  functions: Map<string, Node>;
  parents: Map<Node, Node>;
  scopes: Map<Node, Map<string, Node[]>>;
  calls: Node[];
}

const COMPILED = join(PACKAGE_ROOT, 'dist');
const ROOMS = ['agent', 'config', 'drivers', 'firmware-bridge'];
/** Variants of one template beyond this are not spelled out. */
const MAX_VARIANTS = 24;
const LIST_METHODS = new Set([
  'join',
  'filter',
  'slice',
  'trim',
  'trimEnd',
  'padEnd',
  'toUpperCase',
  'concat',
]);

/** Every such text, with the files that hold it. */
export function spokenTexts(isLeftOut: (path: string) => boolean): Map<string, Set<string>> {
  const modules = new Map(sources(isLeftOut).map((path) => [path, moduleOf(path)]));
  const reader = new Reader(modules);
  for (const module of modules.values()) for (const call of module.calls) reader.root(module, call);
  reader.drain();
  return reader.found;
}

function sources(isLeftOut: (path: string) => boolean): string[] {
  return ROOMS.flatMap((room) =>
    readdirSync(join(COMPILED, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.js') && !isLeftOut(join(room, name)))
      .map((name) => join(COMPILED, room, name)),
  ).sort();
}

function moduleOf(path: string): Module {
  const program = parse(readFileSync(path, 'utf8').replace(/^#!.*/, ''), {
    ecmaVersion: 2023,
    sourceType: 'module',
    allowHashBang: true,
  }) as unknown as Node;
  const module: Module = {
    path,
    name: relative(COMPILED, path).replace(/\.js$/, ''),
    imports: new Map(),
    functions: new Map(),
    parents: new Map(),
    scopes: new Map(),
    calls: [],
  };
  walk(program, undefined, module, [program]);
  return module;
}

function walk(node: Node, parent: Node | undefined, module: Module, scopes: Node[]): void {
  if (parent !== undefined) module.parents.set(node, parent);
  const inner = isFunction(node) ? [...scopes, node] : scopes;
  const declare = (name: string, what: Node) => {
    const scope = inner.at(-1) as Node;
    const names = module.scopes.get(scope) ?? new Map<string, Node[]>();
    module.scopes.set(scope, names);
    names.set(name, [...(names.get(name) ?? []), what]);
  };
  switch (node.type) {
    case 'ImportDeclaration':
      for (const each of node.specifiers as Node[]) {
        const from = resolve(dirname(module.path), String((node.source as Node).value));
        const name = (each.imported as Node | undefined)?.name ?? 'default';
        module.imports.set(String((each.local as Node).name), { from, name: String(name) });
      }
      break;
    case 'VariableDeclarator': {
      const { id, init } = node as unknown as { id: Node; init: Node | null };
      if (id.type === 'Identifier' && init !== null) {
        declare(String(id.name), init);
        if (isFunction(init)) module.functions.set(String(id.name), init);
      }
      break;
    }
    case 'AssignmentExpression': {
      const { left, right } = node as unknown as { left: Node; right: Node };
      if (left.type === 'Identifier') declare(String(left.name), right);
      break;
    }
    case 'FunctionDeclaration':
      module.functions.set(String((node.id as Node).name), node);
      break;
    case 'MethodDefinition':
    case 'Property':
      if (isFunction(node.value as Node) && node.computed !== true) {
        const key = node.key as Node;
        module.functions.set(`.${String(key.name ?? key.value)}`, node.value as Node);
      }
      break;
    case 'ClassDeclaration':
      classOf(node, module);
      break;
    case 'CallExpression':
    case 'NewExpression':
      module.calls.push(node);
      break;
  }
  if (node.type === 'Property') module.calls.push(node);
  for (const child of childrenOf(node)) walk(child, node, module, inner);
}

/** `new Name(...)` calls the constructor. */
function classOf(node: Node, module: Module): void {
  const members = (node.body as Node).body as Node[];
  const made = members.find((member) => member.kind === 'constructor');
  if (made !== undefined && node.id !== null)
    module.functions.set(`new ${String((node.id as Node).name)}`, made.value as Node);
  const from = node.superClass as Node | null;
  if (from?.type === 'Identifier' && node.id !== null)
    inherits.set(String((node.id as Node).name), String(from.name));
}

/** Errors by the class that they extend. */
const inherits = new Map<string, string>();

class Reader {
  readonly found = new Map<string, Set<string>>();
  readonly #modules: Map<string, Module>;
  readonly #done = new Set<Node>();
  /** Parameters that end as texts: `path#function#index`. */
  readonly #sinks = new Map<Node, Set<number>>();
  readonly #callers = new Map<Node, { module: Module; call: Node }[]>();
  readonly #waiting: (() => void)[] = [];

  constructor(modules: Map<string, Module>) {
    this.#modules = modules;
    for (const module of modules.values()) {
      for (const call of module.calls) {
        const target = this.#target(module, call);
        if (target !== undefined)
          this.#callers.set(target, [...(this.#callers.get(target) ?? []), { module, call }]);
      }
    }
  }

  drain(): void {
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) next();
  }

  /** A call or a property that is known to say something to a person. */
  root(module: Module, call: Node): void {
    const said = saidBy(module.name, call);
    if (said !== undefined) this.#say(module, said);
  }

  #say(module: Module, node: Node): void {
    for (const text of this.#texts(module, node)) this.#note(module, text, false);
  }

  /** What stands in a hole and is made by the program is a text when it is more than a word. */
  #inner(module: Module, node: Node): void {
    if (this.#done.has(node)) return;
    this.#done.add(node);
    this.#waiting.push(() => {
      for (const text of this.#texts(module, node)) this.#note(module, text, true);
    });
  }

  #note(module: Module, text: string, isInner: boolean): void {
    for (const line of text.split('\n')) {
      const whole = line.trim().replace(/(\{\})+/g, '{}');
      // One word is a name or a value, unless a command prints it.
      if (!whole.includes(' ') && (isInner || !/^agent\/(cli|provision)\/|^config\//.test(module.name)))
        continue;
      const at = this.found.get(whole) ?? new Set();
      at.add(module.name);
      this.found.set(whole, at);
    }
  }

  #texts(module: Module, node: Node, inside: readonly Node[] = []): string[] {
    if (inside.includes(node) || inside.length > 30) return [];
    const on = [...inside, node];
    const of = (each: unknown) => this.#texts(module, each as Node, on);
    switch (node.type) {
      case 'Literal':
        return typeof node.value === 'string' ? [node.value] : [];
      case 'TemplateLiteral':
        return this.#template(module, node, on);
      case 'BinaryExpression':
        return node.operator === '+'
          ? this.#product(module, [node.left as Node, node.right as Node], on)
          : [];
      case 'ConditionalExpression':
        return [...of(node.consequent), ...of(node.alternate)];
      case 'LogicalExpression':
        return [...(node.operator === '&&' ? [] : of(node.left)), ...of(node.right)];
      case 'AwaitExpression':
      case 'SpreadElement':
      case 'ChainExpression':
        return of(node.argument ?? node.expression);
      case 'ArrayExpression':
        return (node.elements as (Node | null)[]).flatMap((each) => (each === null ? [] : of(each)));
      case 'ObjectExpression':
        return [];
      case 'ArrowFunctionExpression':
      case 'FunctionExpression':
      case 'FunctionDeclaration':
        return returnsOf(node).flatMap(of);
      case 'CallExpression':
        return this.#call(module, node, on);
      case 'MemberExpression': {
        const table = this.#named(module, node.object as Node, node)[0];
        if (table?.type !== 'ObjectExpression') return [];
        const wanted = node.computed === true ? undefined : String((node.property as Node).name);
        return (table.properties as Node[]).flatMap((each) => {
          const key = each.key as Node | undefined;
          return wanted === undefined || wanted === String(key?.name ?? key?.value) ? of(each.value) : [];
        });
      }
      case 'Identifier':
        return this.#named(module, node, node).flatMap((each) =>
          this.#texts(this.#home.get(each) ?? module, each, on),
        );
      default:
        return [];
    }
  }

  readonly #home = new Map<Node, Module>();

  #template(module: Module, node: Node, on: Node[]): string[] {
    const quasis = node.quasis as Node[];
    const parts: (string | Node)[] = [];
    quasis.forEach((quasi, at) => {
      parts.push((quasi.value as { cooked: string }).cooked);
      const hole = (node.expressions as Node[])[at];
      if (hole !== undefined) parts.push(hole);
    });
    return this.#product(module, parts, on);
  }

  /** Every text that the parts make together. */
  #product(module: Module, parts: readonly (string | Node)[], on: Node[]): string[] {
    let made = [''];
    for (const part of parts) {
      const choices = typeof part === 'string' ? [part] : this.#choices(module, part, on);
      if (made.length * choices.length > MAX_VARIANTS) {
        this.#inner(module, part as Node);
        made = made.map((text) => `${text}{}`);
      } else made = made.flatMap((text) => choices.map((choice) => text + choice));
    }
    return made;
  }

  /** A condition between texts gives each; anything else is a hole, with texts of its own perhaps. */
  #choices(module: Module, node: Node, on: Node[]): string[] {
    switch (node.type) {
      case 'Literal':
        return [typeof node.value === 'string' ? node.value : '{}'];
      case 'TemplateLiteral':
        return this.#template(module, node, on);
      case 'BinaryExpression':
        return node.operator === '+'
          ? this.#product(module, [node.left as Node, node.right as Node], on)
          : ['{}'];
      case 'ConditionalExpression':
        return [
          ...new Set([
            ...this.#choices(module, node.consequent as Node, on),
            ...this.#choices(module, node.alternate as Node, on),
          ]),
        ];
      case 'LogicalExpression':
        return [...new Set(['{}', ...this.#choices(module, node.right as Node, on)])];
      case 'Identifier': {
        const made = this.#named(module, node, node);
        const [only] = made;
        if (made.length === 1 && only !== undefined && isText(only) && !on.includes(only))
          return this.#choices(this.#home.get(only) ?? module, only, [...on, only]);
      }
    }
    this.#inner(module, node);
    return ['{}'];
  }

  #call(module: Module, node: Node, on: Node[]): string[] {
    const callee = node.callee as Node;
    if (callee.type === 'MemberExpression') {
      const method = String((callee.property as Node).name);
      const args = node.arguments as Node[];
      if (method === 'map' || method === 'flatMap')
        return args[0] === undefined ? [] : this.#texts(module, args[0], on);
      if (method === 'replace' || method === 'replaceAll')
        return this.#texts(module, callee.object as Node, on);
      if (LIST_METHODS.has(method))
        return [callee.object as Node, ...(method === 'concat' ? args : [])].flatMap((each) =>
          this.#texts(module, each, on),
        );
    }
    if (callee.type === 'Identifier' && SPEAKERS.has(String(callee.name))) return [];
    const target = this.#target(module, node);
    // What a parameter returns is said by whoever is given for it.
    if (target === undefined) return callee.type === 'Identifier' ? this.#texts(module, callee, on) : [];
    return this.#texts(this.#home.get(target) ?? module, target, on);
  }

  /** What a name stands for; a parameter makes texts of what its callers give. */
  #named(module: Module, node: Node, at: Node): Node[] {
    if (node.type !== 'Identifier') return [];
    const name = String(node.name);
    for (let scope: Node | undefined = at; scope !== undefined; scope = module.parents.get(scope)) {
      const index = isFunction(scope) ? parameterAt(scope, name) : -1;
      if (index >= 0) {
        this.#sink(module, scope, index);
        return [];
      }
      if (isFunction(scope) && hasPattern(scope, name)) {
        const list = listOf(module, scope);
        if (list !== undefined && !this.#done.has(list)) {
          this.#done.add(list);
          this.#waiting.push(() => this.#say(module, list));
        }
        return [];
      }
      const own = module.scopes.get(scope)?.get(name);
      if (own !== undefined) return own.filter((each) => !isFunction(each));
    }
    const imported = module.imports.get(name);
    const home = imported === undefined ? undefined : this.#modules.get(imported.from);
    if (imported === undefined || home === undefined) return [];
    for (const [scope, names] of home.scopes) {
      if (scope.type !== 'Program') continue;
      const own = names.get(imported.name) ?? [];
      for (const each of own) this.#home.set(each, home);
      return own;
    }
    return [];
  }

  #sink(module: Module, target: Node, index: number): void {
    const known = this.#sinks.get(target) ?? new Set();
    if (known.has(index)) return;
    this.#sinks.set(target, known.add(index));
    const parameter = (target.params as Node[])[index] as Node;
    if (parameter.type === 'AssignmentPattern')
      this.#waiting.push(() => this.#say(module, parameter.right as Node));
    // `list.map((each) => spoken(each))`: the texts are in the list.
    const home = this.#modules.get(this.#home.get(target)?.path ?? '') ?? module;
    const call = home.parents.get(target);
    if (index === 0 && call?.type === 'CallExpression' && (call.arguments as Node[])[0] === target) {
      const callee = call.callee as Node;
      if (callee.type === 'MemberExpression')
        this.#waiting.push(() => this.#say(home, callee.object as Node));
    }
    for (const { module, call } of this.#callers.get(target) ?? []) {
      const argument = (call.arguments as Node[])[index];
      if (argument !== undefined) this.#waiting.push(() => this.#say(module, argument));
    }
  }

  /** The function that a call enters, where it is one of ours. */
  #target(module: Module, call: Node): Node | undefined {
    const callee = call.callee as Node | undefined;
    if (callee === undefined) return undefined;
    const isNew = call.type === 'NewExpression';
    if (callee.type === 'MemberExpression') {
      const property = callee.property as Node;
      if ((callee.object as Node).type !== 'ThisExpression') return undefined;
      return this.#at(module, `.${String(property.name)}`);
    }
    if (callee.type !== 'Identifier') return undefined;
    const name = String(callee.name);
    const own = this.#at(module, isNew ? `new ${name}` : name);
    if (own !== undefined) return own;
    const imported = module.imports.get(name);
    const home = imported === undefined ? undefined : this.#modules.get(imported.from);
    return imported === undefined || home === undefined
      ? undefined
      : this.#at(home, isNew ? `new ${imported.name}` : imported.name);
  }

  #at(module: Module, name: string): Node | undefined {
    const found = module.functions.get(name);
    if (found !== undefined) this.#home.set(found, module);
    return found;
  }
}

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

/** The text of a call or a property that is known to say something to a person. */
function saidBy(path: string, call: Node): Node | undefined {
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
  if (callee.type === 'Identifier') return SPEAKERS.has(String(callee.name)) ? args[0] : undefined;
  if (callee.type !== 'MemberExpression') return undefined;
  const name = String((callee.property as Node).name);
  if (name === 'write' && path.startsWith('agent/cli/'))
    return /^process\.std(out|err)$/.test(sourceOf(callee.object as Node)) ? args[0] : undefined;
  const [, , argument] = METHODS.find(([under, names]) => under.test(path) && names.includes(name)) ?? [];
  return argument === undefined ? undefined : (spread ?? args[argument]);
}

const SPEAKERS = new Set(['spoken', 'inLanguage']);

function isError(name: string): boolean {
  for (let at: string | undefined = name; at !== undefined; at = inherits.get(at))
    if (at === 'LiuhenError') return true;
  return false;
}

function isFunction(node: Node | null | undefined): boolean {
  return (
    node?.type === 'FunctionDeclaration' ||
    node?.type === 'FunctionExpression' ||
    node?.type === 'ArrowFunctionExpression'
  );
}

function isText(node: Node): boolean {
  return ['Literal', 'TemplateLiteral', 'ConditionalExpression', 'BinaryExpression'].includes(node.type);
}

function parameterAt(target: Node, name: string): number {
  return (target.params as Node[]).findIndex((each) => {
    const plain = each.type === 'AssignmentPattern' ? (each.left as Node) : each;
    return plain.type === 'Identifier' && plain.name === name;
  });
}

/** Whether the first parameter takes a row apart and gives one of its parts this name: `([name, text]) => …`. */
function hasPattern(target: Node, name: string): boolean {
  const first = (target.params as Node[])[0];
  if (first?.type !== 'ArrayPattern') return false;
  return (first.elements as (Node | null)[]).some(
    (each) => each?.type === 'Identifier' && each.name === name,
  );
}

/** What a function is called with one by one: `list` of `list.map(function)`. */
function listOf(module: Module, target: Node): Node | undefined {
  const call = module.parents.get(target);
  if (call?.type !== 'CallExpression' || (call.arguments as Node[])[0] !== target) return undefined;
  const callee = call.callee as Node;
  return callee.type === 'MemberExpression' ? (callee.object as Node) : undefined;
}

function returnsOf(target: Node): Node[] {
  const body = target.body as Node;
  if (body.type !== 'BlockStatement') return [body];
  const found: Node[] = [];
  const look = (node: Node): void => {
    if (node.type === 'ReturnStatement') {
      if (node.argument !== null) found.push(node.argument as Node);
    } else if (!isFunction(node)) for (const child of childrenOf(node)) look(child);
  };
  look(body);
  return found;
}

function childrenOf(node: Node): Node[] {
  const found: Node[] = [];
  for (const key in node) {
    const value = node[key];
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value)) {
      if (typeof (value as Node).type === 'string') found.push(value as Node);
    } else for (const each of value) if (typeof each?.type === 'string') found.push(each);
  }
  return found;
}

function sourceOf(node: Node): string {
  if (node.type === 'Identifier') return String(node.name);
  if (node.type !== 'MemberExpression') return '';
  return `${sourceOf(node.object as Node)}.${String((node.property as Node).name)}`;
}
