import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { type Node as AcornNode, parse } from 'acorn';
import { PACKAGE_ROOT } from '../../config/package-root.js';

/* The compiled source as trees: its functions, names and calls. */

export type Node = AcornNode & { [key: string]: unknown };

export interface Module {
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

/** The modules of the program, by path. `isLeftOut` is asked with a path such as `agent/main.js`. */
export function sourceModules(isLeftOut: (path: string) => boolean): Map<string, Module> {
  return new Map(sources(isLeftOut).map((path) => [path, moduleOf(path)]));
}

function sources(isLeftOut: (path: string) => boolean): string[] {
  return ROOMS.flatMap((room) =>
    readdirSync(join(COMPILED, room), { recursive: true, encoding: 'utf8' })
      // What was compiled of a file that is gone says nothing any more.
      .filter((name) => name.endsWith('.js') && !isLeftOut(join(room, name)) && isSource(join(room, name)))
      .map((name) => join(COMPILED, room, name)),
  ).sort();
}

function isSource(name: string): boolean {
  const path = join(PACKAGE_ROOT, name.replace(/\.js$/, ''));
  return existsSync(`${path}.ts`) || existsSync(`${path}.tsx`);
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

export function isError(name: string): boolean {
  for (let at: string | undefined = name; at !== undefined; at = inherits.get(at))
    if (at === 'LiuhenError') return true;
  return false;
}

export function isFunction(node: Node | null | undefined): boolean {
  return (
    node?.type === 'FunctionDeclaration' ||
    node?.type === 'FunctionExpression' ||
    node?.type === 'ArrowFunctionExpression'
  );
}

export function isText(node: Node): boolean {
  return ['Literal', 'TemplateLiteral', 'ConditionalExpression', 'BinaryExpression'].includes(node.type);
}

export function parameterAt(target: Node, name: string): number {
  return (target.params as Node[]).findIndex((each) => {
    const plain = each.type === 'AssignmentPattern' ? (each.left as Node) : each;
    return plain.type === 'Identifier' && plain.name === name;
  });
}

/** Whether the first parameter takes a row apart and gives one of its parts this name: `([name, text]) => …`. */
export function hasPattern(target: Node, name: string): boolean {
  const first = (target.params as Node[])[0];
  if (first?.type !== 'ArrayPattern') return false;
  return (first.elements as (Node | null)[]).some(
    (each) => each?.type === 'Identifier' && each.name === name,
  );
}

/** What a function is called with one by one: `list` of `list.map(function)`. */
export function listOf(module: Module, target: Node): Node | undefined {
  const call = module.parents.get(target);
  if (call?.type !== 'CallExpression' || (call.arguments as Node[])[0] !== target) return undefined;
  const callee = call.callee as Node;
  return callee.type === 'MemberExpression' ? (callee.object as Node) : undefined;
}

export function returnsOf(target: Node): Node[] {
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

export function sourceOf(node: Node): string {
  if (node.type === 'Identifier') return String(node.name);
  if (node.type !== 'MemberExpression') return '';
  return `${sourceOf(node.object as Node)}.${String((node.property as Node).name)}`;
}
