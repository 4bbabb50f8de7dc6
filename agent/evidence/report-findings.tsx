import { Fact, More, Outside, Section, Words, Zh } from './report-parts.js';
import { count, mediaTime, VERDICT_WORDS, visible } from './report-text.js';
import type { Finding, Verdict } from './verify/verdict.js';

type Found = Pick<Verdict, 'findings' | 'moreFindings'>;

const MAX_FINDINGS = 100;

/** The place a judge is asked about first; nothing when there is no finding. */
export function FirstPlace({ verdict }: { verdict: Found }) {
  const [first] = verdict.findings;
  if (first === undefined) return null;
  return (
    <Section id="first" en="First offending place" zh="首个不符之处">
      <div class={`offence is-${first.verdict}`}>
        <Place finding={first} />
      </div>
    </Section>
  );
}

export function Findings({ verdict }: { verdict: Found }) {
  const { findings, moreFindings } = verdict;
  const shown = findings.slice(0, MAX_FINDINGS);
  return (
    <Section id="findings" en="All findings" zh="全部发现">
      {shown.length === 0 ? (
        <p>
          None. Nothing was found missing, added or changed. <Zh>无。未发现缺失、增加或改动。</Zh>
        </p>
      ) : null}
      <ol class="findings">
        {shown.map((finding, index) => (
          <li class={`is-${finding.verdict}`}>
            <h3>
              {index + 1}. <Words {...VERDICT_WORDS[finding.verdict].name} />
            </h3>
            <Place finding={finding} />
          </li>
        ))}
      </ol>
      <More count={findings.length - shown.length + moreFindings} />
    </Section>
  );
}

function Place({ finding }: { finding: Finding }) {
  const { kind, entry, file, mediaSec, expected, actual } = finding;
  return (
    <dl class="facts">
      <Fact en="Kind" zh="类别">
        <code>{visible(kind, 80)}</code>
      </Fact>
      {file === undefined ? null : (
        <Fact en="File" zh="文件">
          <Outside text={file} />
        </Fact>
      )}
      {entry === undefined ? null : (
        <Fact en="Journal entry" zh="日志条目">
          {count(entry)}
        </Fact>
      )}
      {mediaSec === undefined ? null : (
        <Fact en="Time in the footage" zh="录像内时间">
          {mediaTime(mediaSec)}
        </Fact>
      )}
      <Fact en="Expected" zh="应为">
        <code>
          <Outside text={expected} max={500} />
        </code>
      </Fact>
      <Fact en="Actual" zh="实为">
        <code>
          <Outside text={actual} max={500} />
        </code>
      </Fact>
    </dl>
  );
}
