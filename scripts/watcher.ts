import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Somebody who looks at a kiosk's first page. */
export interface Watcher {
  /** What looks: a browser, or a program that only reads. */
  kind: string;
  /** Resolves when the page shows this text. */
  sees(text: string): Promise<void>;
  /** Keeps a picture of what it sees, where it can; gives the file. */
  picture(name: string): Promise<string | undefined>;
  close(): Promise<void>;
}

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const PATIENCE_MS = 30_000;

/** A headless Chromium, where there is one; else something that follows the page's own events. `folder` is for pictures. */
export async function watch(url: string, folder: string): Promise<Watcher> {
  return (await browser(url, folder)) ?? (await reader(url));
}

async function browser(url: string, folder: string): Promise<Watcher | undefined> {
  const executablePath = CHROMIUM.find((path) => existsSync(path));
  if (executablePath === undefined) return undefined;
  const { chromium } = await import('playwright-core').catch(() => ({ chromium: undefined }));
  if (chromium === undefined) return undefined;
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
  ];
  // Whoever watches closes it: at a signal it would end this process, too.
  const signals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
  const started = await chromium.launch({ executablePath, args, ...signals });
  const page = await started.newPage({ viewport: { width: 1080, height: 1920 } });
  await page.goto(url);
  return {
    kind: `headless Chromium ${started.version()}`,
    sees: (text) => page.getByText(text).first().waitFor({ timeout: PATIENCE_MS }),
    async picture(name) {
      const path = join(folder, `${name}.png`);
      await page.screenshot({ path });
      return path;
    },
    close: () => started.close(),
  };
}

/** Reads the first page anew at each event that the page's script would follow. */
async function reader(url: string): Promise<Watcher> {
  const ended = new AbortController();
  const { body } = await fetch(new URL('/live', url), { signal: ended.signal });
  if (body === null) throw new Error(`${url}live gave no events`);
  const events = body.getReader();
  return {
    kind: 'a program that follows the events of the page (no Chromium here)',
    async sees(text) {
      const patience = setTimeout(() => ended.abort(new Error(`the page never said ${text}`)), PATIENCE_MS);
      while (!(await (await fetch(url)).text()).includes(text)) await events.read();
      clearTimeout(patience);
    },
    picture: () => Promise.resolve(undefined),
    async close() {
      ended.abort();
    },
  };
}
