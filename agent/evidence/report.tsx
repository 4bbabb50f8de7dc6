import { Recording, Times, Trust } from './report-facts.js';
import { Findings, FirstPlace } from './report-findings.js';
import { Legend } from './report-legend.js';
import { Answer, reportPage } from './report-page.js';
import { Section } from './report-parts.js';
import { CheckAgain, Meanings } from './report-reading.js';
import { TimelineTables } from './report-tables.js';
import { count, VERDICT_WORDS, visible } from './report-text.js';
import { Timeline } from './report-timeline.js';
import type { Verdict } from './verify/verdict.js';

/**
 * The report of a verification as one self-contained HTML page: no script, no request to anywhere. Every text of the
 * verdict is taken as hostile. The page's size is bounded, however large the recording.
 */
export function renderReport(verdict: Verdict): string {
  const { name } = VERDICT_WORDS[verdict.verdict];
  return reportPage({
    title: `${name.en} ${name.zh} — ${visible(verdict.device, 64)}, recording ${count(verdict.recording)}`,
    about: { en: 'Verification of a recording', zh: '录像核验报告' },
    tool: verdict.tool,
    children: (
      <>
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
      </>
    ),
  });
}
