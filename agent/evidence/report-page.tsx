import { createHash } from 'node:crypto';
import { raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { Outside, Zh } from './report-parts.js';
import { Seal } from './report-seal.js';
import { STYLE } from './report-style.js';
import { type Both, VERDICT_WORDS, type VerdictWords } from './report-text.js';
import type { VerdictName } from './verify/verdict.js';

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
/** The page loads nothing and runs nothing, whatever a hostile verdict may smuggle in; one stylesheet is allowed by its hash. */
const CONTENT_SECURITY_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;

/** The whole of a report around what it says: one self-contained page, no script, no request to anywhere. */
export function reportPage({
  title,
  about,
  tool,
  children,
}: {
  title: string;
  about: Both;
  tool: string;
  children: Child;
}): string {
  const document = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={CONTENT_SECURITY_POLICY} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <style>{raw(STYLE)}</style>
      </head>
      <body>
        <div class="page">
          <header class="letterhead">
            <p>
              <b>
                Liuhen <Zh>留痕</Zh>
              </b>
            </p>
            <p>
              {about.en} <Zh>{about.zh}</Zh>
            </p>
          </header>
          <main>{children}</main>
          <footer class="quiet">
            <p>
              This page reports a check and is not itself evidence: it bears no signature. The evidence is the
              folder that was checked. <Zh>本页仅为核验结果的说明，本身不是证据；证据是被核验的文件夹。</Zh>
            </p>
            <p>
              <Outside text={tool} />
            </p>
          </footer>
        </div>
      </body>
    </html>
  );
  return `<!doctype html>\n${document.toString()}\n`;
}

/** The verdict, what it means, and why. */
export function Answer({
  verdict: { verdict, summary },
  words = VERDICT_WORDS,
}: {
  verdict: { verdict: VerdictName; summary: string };
  words?: VerdictWords;
}) {
  const { name, meaning } = words[verdict];
  return (
    <section class={`verdict is-${verdict}`} aria-labelledby="answer">
      <Seal verdict={verdict} />
      <div>
        <h1 id="answer">
          <span>{name.en}</span>
          <span lang="zh-Hans">{name.zh}</span>
        </h1>
        <p>{meaning.en}</p>
        <p lang="zh-Hans">{meaning.zh}</p>
        <p class="reason">
          <strong>
            Reason <Zh>理由</Zh>:
          </strong>{' '}
          <Outside text={summary} max={600} />
        </p>
        {verdict === 'untrusted' ? (
          <p>
            <strong>All that follows is what the folder claims of itself.</strong>{' '}
            <Zh>以下内容均为该文件夹的自述。</Zh>
          </p>
        ) : null}
      </div>
    </section>
  );
}
