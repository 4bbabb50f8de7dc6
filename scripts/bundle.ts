import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { PACKAGE_ROOT } from '../config/package-root.js';
import { NATIVE_PACKAGES } from './native-packages.js';

/*
 * Puts what tsc compiled, and the packages it uses, into a few files that load faster and smaller than some hundred modules: dist/bin,
 * with `liuhen` and a chunk for what commands share; and dist/kiosk, the program beside a kiosk's browser. Measured: run to ready in 0.6 of
 * the time, 11 MB less resident; with nothing in the page cache 0.38 s against 0.68 s (medians of five), 4 MB on disk with the native
 * packages against 42.
 */

/** zod carries its messages in fifty languages; ours are written in the schema. */
const englishOnly: Plugin = {
  name: 'zod in English only',
  setup({ onLoad }) {
    onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

/** @hono/node-server asks of every request whether it came by HTTP/2; nobody here serves that, and node's takes 1 to 2 MB. */
const noHttp2: Plugin = {
  name: 'no HTTP/2',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:http2$/ }, () => ({ path: 'http2', namespace: 'absent' }));
    onLoad({ filter: /^http2$/, namespace: 'absent' }, () => ({
      contents: 'export class Http2ServerRequest {} export const constants = {};',
    }));
  },
};

/** What CommonJS packages expect to find around them. */
const COMMON_JS =
  "import{createRequire as requireFrom}from'node:module';" +
  'const require=requireFrom(import.meta.url),__dirname=import.meta.dirname,__filename=import.meta.filename;';

const outdir = join(PACKAGE_ROOT, 'dist/bin');
await mkdir(outdir, { recursive: true });
const found = await readdir(outdir);
const common: BuildOptions = {
  absWorkingDir: PACKAGE_ROOT,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // One character beyond Latin-1 and V8 keeps a whole file in two bytes a character for as long as it runs.
  charset: 'ascii',
  banner: { js: COMMON_JS },
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'warning',
};
const { outputFiles } = await build({
  ...common,
  entryPoints: { liuhen: 'dist/agent/main.js', 'hash-worker': 'dist/agent/evidence/verify/hash-worker.js' },
  outdir,
  splitting: true,
  external: NATIVE_PACKAGES,
  plugins: [englishOnly, noHttp2],
  write: false,
});
// One file, for a package of its own: only a machine with a screen has it.
const browser = join(PACKAGE_ROOT, 'dist/kiosk/kiosk-browser.js');
await build({ ...common, entryPoints: ['dist/scripts/kiosk-browser.js'], outfile: browser });

// Each appears whole, and the one that starts it last: a `liuhen` that starts meanwhile is the old one or the new one.
const isEntry = (path: string) => basename(path) === 'liuhen.js';
for (const { path, contents } of outputFiles.sort(
  (a, b) => Number(isEntry(a.path)) - Number(isEntry(b.path)),
)) {
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, contents, { mode: isEntry(path) ? 0o755 : 0o644 });
  await rename(unfinished, path);
}
// What the build before left goes with --fresh, or an hour later: a `liuhen` that runs from it may not have loaded all of it yet.
const built = new Set(outputFiles.map(({ path }) => basename(path)));
const oldMs = process.argv.includes('--fresh') ? 0 : 3_600_000;
for (const name of found.filter((each) => !built.has(each))) {
  const path = join(outdir, name);
  const stats = await stat(path).catch(() => undefined);
  if (stats !== undefined && Date.now() - stats.mtimeMs >= oldMs) await rm(path, { force: true });
}
