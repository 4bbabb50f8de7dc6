#!/usr/bin/env node
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';

/*
 * Stands between systemd and the browser. The agent's page says every two seconds that it is drawn; when that stops, whatever the
 * reason (crashed renderer, frozen graphics, an error page), the browser is started anew with an empty profile. When several browsers in a
 * row draw nothing, what they draw on may be at fault: then this ends, and systemd starts the compositor anew as well.
 */

interface Options {
  url: string;
  browser: string;
  startWithin: number;
  silence: number;
  look: number;
  windowed: boolean;
}

/** What the agent says of its page. */
interface Health {
  heartbeatAgeMs: number | null;
}

const seconds = (written: string): number => {
  const value = Number(written);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('expected seconds, above 0');
  return value * 1000;
};

const options = new Command('scripts/kiosk-browser')
  .description(
    'Shows the kiosk in Chromium, full screen, and starts it anew when its page is no longer drawn.',
  )
  .option('--url <url>', 'first page of the kiosk', 'http://127.0.0.1:8460/')
  .option('--browser <program>', 'Chromium or another of its kind', 'chromium')
  .option('--start-within <seconds>', 'how long a browser may take to its first heartbeat', seconds, 60_000)
  .option(
    '--silence <seconds>',
    'silence of the page after which the browser is started anew',
    seconds,
    20_000,
  )
  .option('--look <seconds>', 'how often the agent is asked', seconds, 2000)
  .option('--windowed', 'in a window, for a try', false)
  .parse()
  .opts<Options>();

/** An agent that is away is no reason: the page says so itself and comes back by itself. */
const ASK_TIMEOUT_MS = 3000;
const KILL_AFTER_MS = 5000;
const MOST_WAIT_MS = 30_000;
const MOST_IN_VAIN = 3;

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

await main().catch((error: unknown) => {
  if (!stopping.signal.aborted) {
    process.stderr.write(`kiosk-browser: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 70;
  }
});

async function main(): Promise<void> {
  for (let failures = 0, inVain = 0; !stopping.signal.aborted; ) {
    await untilAgentAnswers();
    const startedMs = performance.now();
    const { reason, wasDrawn } = await showOnce();
    if (stopping.signal.aborted) return;
    inVain = wasDrawn ? 0 : inVain + 1;
    if (inVain === MOST_IN_VAIN) throw new Error(`${reason}; ${MOST_IN_VAIN} in a row have drawn nothing`);
    failures = performance.now() - startedMs > 10 * 60_000 ? 0 : failures + 1;
    const waitMs = Math.min(MOST_WAIT_MS, 500 * 2 ** Math.min(failures - 1, 10));
    say(`${reason}; starting it anew in ${Math.round(waitMs / 100) / 10} s`);
    await delay(waitMs, undefined, { signal: stopping.signal });
  }
}

/** After a power cut browser and agent come up in any order; an error page would stay for ever. */
async function untilAgentAnswers(): Promise<void> {
  let told = false;
  while ((await health()) === undefined) {
    if (!told) say(`waiting for the agent at ${options.url}`);
    told = true;
    await delay(Math.min(options.look, 1000), undefined, { signal: stopping.signal });
  }
}

/** Runs one browser until it ends or its page falls silent; says why it is over, and whether its page was ever heard. */
async function showOnce(): Promise<{ reason: string; wasDrawn: boolean }> {
  const profile = await mkdtemp(join(tmpdir(), 'liuhen-kiosk-browser-'));
  const child = spawn(options.browser, argumentsOf(profile), {
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  const ended = once(child, 'exit').then(
    ([code, signal]) => `the browser ended with ${code ?? signal}`,
    (error: Error) => `the browser could not be started: ${error.message}`,
  );
  say(`browser started, pid ${child.pid ?? 'none'}`);
  const page = { isHeard: false };
  try {
    const reason = await Promise.race([ended, silence(performance.now(), page)]);
    return { reason, wasDrawn: page.isHeard };
  } finally {
    await end(child, ended);
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Resolves when the page has been silent for too long. Time in which the agent does not answer does not count. */
async function silence(startedMs: number, page: { isHeard: boolean }): Promise<string> {
  for (let quietSinceMs = startedMs; ; ) {
    await delay(options.look, undefined, { signal: stopping.signal }).catch(() => {});
    if (stopping.signal.aborted) return 'stopped';
    const now = performance.now();
    const found = await health();
    const ageMs = found?.heartbeatAgeMs ?? Number.POSITIVE_INFINITY;
    const beatsHere = ageMs < now - startedMs && ageMs < options.silence;
    if (found === undefined || beatsHere) {
      quietSinceMs = performance.now();
      page.isHeard ||= beatsHere;
      continue;
    }
    const allowedMs = page.isHeard ? options.silence : options.startWithin;
    if (now - quietSinceMs > allowedMs) return 'the page is no longer drawn';
  }
}

async function health(): Promise<Health | undefined> {
  try {
    const timeout = AbortSignal.timeout(ASK_TIMEOUT_MS);
    const answer = await fetch(new URL('/health', options.url), { signal: timeout });
    return answer.ok ? ((await answer.json()) as Health) : undefined;
  } catch {
    return undefined;
  }
}

/** The browser and all its processes, which are one group. */
async function end(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.pid === undefined) return;
  const kill = (signal: NodeJS.Signals) => {
    try {
      process.kill(-(child.pid as number), signal);
    } catch {
      // The group has gone.
    }
  };
  kill('SIGTERM');
  const patience = setTimeout(() => kill('SIGKILL'), KILL_AFTER_MS);
  await ended;
  clearTimeout(patience);
  kill('SIGKILL');
}

function argumentsOf(profile: string): string[] {
  return [
    ...(options.windowed ? [`--app=${options.url}`] : ['--kiosk', options.url]),
    `--user-data-dir=${profile}`,
    '--no-first-run',
    '--no-default-browser-check',
    '--noerrdialogs',
    '--disable-infobars',
    '--disable-session-crashed-bubble',
    '--disable-features=Translate,MediaRouter,OptimizationHints,AutofillServerCommunication',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-quic',
    '--disable-pinch',
    '--overscroll-history-navigation=0',
    '--password-store=basic',
    '--disk-cache-size=16777216',
    '--lang=zh-CN',
    // Nothing but the agent: whatever a page might ask for, there is nobody to answer.
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ...(process.env.WAYLAND_DISPLAY === undefined ? [] : ['--ozone-platform=wayland']),
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ];
}

function say(text: string): void {
  process.stderr.write(`kiosk-browser: ${text}\n`);
}
