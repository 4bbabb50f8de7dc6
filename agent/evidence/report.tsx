import { createHash } from 'node:crypto';
import { raw } from 'hono/html';
import { Recording, Times, Trust } from './report-facts.js';
import { Findings, FirstPlace } from './report-findings.js';
import { Legend } from './report-legend.js';
import { Outside, Section, Zh } from './report-parts.js';
import { CheckAgain, Meanings } from './report-reading.js';
import { Seal } from './report-seal.js';
import { STYLE } from './report-style.js';
import { TimelineTables } from './report-tables.js';
import { count, VERDICT_WORDS, visible } from './report-text.js';
import { Timeline } from './report-timeline.js';
import type { Verdict } from './verify/verdict.js';

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
/** The page loads nothing and runs nothing, whatever a hostile verdict may smuggle in; one stylesheet is allowed by its hash. */
const CONTENT_SECURITY_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;

/**
 * The report of a verification as one self-contained HTML page: no script, no request to anywhere. Every text of the
 * verdict is taken as hostile. The page's size is bounded, however large the recording.
 */
export function renderReport(verdict: Verdict): string {
  return `<!doctype html>\n${(<Page verdict={verdict} />).toString()}\n`;
}

function Page({ verdict }: { verdict: Verdict }) {
  const { name } = VERDICT_WORDS[verdict.verdict];
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={CONTENT_SECURITY_POLICY} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${name.en} ${name.zh} — ${visible(verdict.device, 64)}, recording ${count(verdict.recording)}`}</title>
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
              Verification of a recording <Zh>录像核验报告</Zh>
            </p>
          </header>
          <main>
            <Answer verdict={verdict} />
            <FirstPlace verdict={verdict} />
            <Recording verdict={verdict} />
            <Times verdict={verdict} />
            <Section id="timeline" en="Timeline" zh="时间轴">
              <figure>
                <div class="plot">
                  <Timeline verdict={verdict} />
                </div>
                <Legend verdict={verdict} />
              </figure>
              <TimelineTables verdict={verdict} />
            </Section>
            <Findings verdict={verdict} />
            <Meanings verdict={verdict} />
            <CheckAgain verdict={verdict} />
            <Trust verdict={verdict} />
          </main>
          <footer class="quiet">
            <p>
              This page reports a check and is not itself evidence: it bears no signature. The evidence is the
              folder that was checked. <Zh>本页仅为核验结果的说明，本身不是证据；证据是被核验的文件夹。</Zh>
            </p>
            <p>
              <Outside text={verdict.tool} />
            </p>
          </footer>
        </div>
      </body>
    </html>
  );
}

/** The verdict, what it means, and why. */
function Answer({ verdict }: { verdict: Verdict }) {
  const { name, meaning } = VERDICT_WORDS[verdict.verdict];
  return (
    <section class={`verdict is-${verdict.verdict}`} aria-labelledby="answer">
      <Seal verdict={verdict.verdict} />
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
          <Outside text={verdict.summary} max={600} />
        </p>
        {verdict.verdict === 'untrusted' ? (
          <p>
            <strong>All that follows is what the folder claims of itself.</strong>{' '}
            <Zh>以下内容均为该文件夹的自述。</Zh>
          </p>
        ) : null}
      </div>
    </section>
  );
}
