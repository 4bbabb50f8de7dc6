import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { PACKAGE_ROOT } from '../../config/package-root.js';

/** The files of the bundle that `liuhen` can load, by name: what an earlier build left beside them is none. */
async function bundled(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const waiting = ['liuhen.js'];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (files.has(name)) continue;
    const text = await readFile(join(PACKAGE_ROOT, 'dist/bin', name), 'utf8');
    files.set(name, text);
    for (const [, other = ''] of text.matchAll(/(?:from|import)\s?\(?"\.\/([\w-]+\.js)"/g))
      waiting.push(other);
  }
  return files;
}

test('of a CommonJS package that is loaded when it is needed, only the default is asked: in the bundle it has no other names', async (t) => {
  const files = await bundled();
  const onlyDefault = [...files]
    .filter(([, text]) => /export default \w+\(\);/.test(text))
    .map(([name]) => name);
  t.true(onlyDefault.length > 0, 'a bundle has changed its form: this test sees no such package');
  for (const [name, text] of files) {
    for (const package_ of onlyDefault) {
      const asked = [...text.matchAll(/.{0,40}import\("\.\/([\w-]+\.js)"\)/g)].filter(
        ([, other]) => other === package_,
      );
      for (const [line] of asked)
        t.regex(line, /\{default:[\w$]+\}=await import\(/, `${name} loads ${package_}`);
    }
  }
});
