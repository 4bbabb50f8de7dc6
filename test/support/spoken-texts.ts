import { SPEAKERS, saidBy } from './said-by.js';
import {
  hasPattern,
  isFunction,
  isText,
  listOf,
  type Module,
  type Node,
  parameterAt,
  returnsOf,
  sourceModules,
} from './source-tree.js';

/*
 * Which texts a person can meet at a terminal, read from the compiled source: the messages and advice of errors, the texts of help, and whatever is
 * given to `spoken`. A text is followed to where it is made: through constants, conditions, templates, lists, functions that return it, and
 * parameters to those who call. What stands in a template and is no text of its own is a hole, `{}`.
 */

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
  const modules = sourceModules(isLeftOut);
  const reader = new Reader(modules);
  for (const module of modules.values()) for (const call of module.calls) reader.root(module, call);
  reader.drain();
  return reader.found;
}

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
