import { type NoticeText, noticeTexts } from './notice-words.js';
import { Pinned, Witnessed } from './report-facts.js';
import { Findings, FirstPlace } from './report-findings.js';
import { Answer, reportPage } from './report-page.js';
import { Fact, Moment, Outside, OutsideNames, Said, Section, Zh } from './report-parts.js';
import { Meanings } from './report-reading.js';
import { count, duration, VERDICT_WORDS, type VerdictWords, visible } from './report-text.js';
import type { NoticeVerdict } from './verify/notice.js';

const WORDS: VerdictWords = {
  ...VERDICT_WORDS,
  intact: {
    name: VERDICT_WORDS.intact.name,
    meaning: {
      en: 'It hung on the screen from then to then: every journal entry between is here, in the tree that the device signed, and the text is the one that hung.',
      zh: '该内容在上述起止时间内于屏幕展示：其间的全部日志条目均在此并处于设备签名的树中，文本与展示的一致。',
    },
  },
  incomplete: {
    name: VERDICT_WORDS.incomplete.name,
    meaning: {
      en: 'All that is here is authentic, but when it ceased is known only as a bound, or something is missing.',
      zh: '现有内容真实，但停止展示的时间只有下限，或有部分缺失。',
    },
  },
};

/** The report on a display as one self-contained page, in the form of a recording's. Every text of the verdict is taken as hostile. */
export function renderNoticeReport(verdict: NoticeVerdict, tool: string): string {
  const { name } = WORDS[verdict.verdict];
  const { notice } = verdict;
  const what = notice === undefined ? '' : `, ${notice.kind}/${notice.id} revision ${notice.revision}`;
  const { known, texts } = noticeTexts(verdict.content?.text);
  return reportPage({
    title: `${name.en} ${name.zh} — ${visible(verdict.device, 64)}${visible(what, 120)}`,
    about: { en: 'Verification of a display', zh: '公示展示核验报告' },
    tool,
    children: (
      <>
        <Answer verdict={verdict} words={WORDS} />
        <FirstPlace verdict={verdict} />
        <Display verdict={verdict} known={known} />
        <Words texts={texts} />
        <Findings verdict={verdict} />
        <Meanings
          verdict={verdict}
          words={WORDS}
          beyond={{
            en: 'No verdict tells whether what was published is right, or who read it. The signatures of the text are the authority’s: the kiosk verified them before it showed it.',
            zh: '任何结论都不判断公示内容是否正确、何人阅读。文本的签名属管理机关：公示屏在展示前已核验。',
          }}
        />
        <Pinned trust={verdict.trust} tool={tool} />
      </>
    ),
  });
}

const ENDED: Readonly<Record<string, [en: string, zh: string]>> = {
  'page-changed': ['the page showed something else', '页面转为展示其他内容'],
  'heartbeat-lost': [
    'the page was heard no more; it may have ended a little earlier',
    '页面失去响应，可能略早已停止',
  ],
  expired: ['it expired', '到期'],
  withdrawn: ['it was withdrawn', '被撤回'],
  replaced: ['a newer revision replaced it', '被新版本替换'],
  'held-back': ['it was held back', '被暂停公示'],
  stopped: ['the agent was ended', '程序停止'],
  'cut-off': ['the device was cut off: it hung at least until then', '设备断电：至少展示到此时'],
  'not-ceased': ['it had not ceased: it hung at least until then', '尚未停止：至少展示到此时'],
};

/** What hung, where, from when to when, and who signed it. */
function Display({ verdict, known }: { verdict: NoticeVerdict; known: NoticeText['known'] }) {
  const {
    notice,
    began,
    until,
    reason = '',
    displayedSec,
    longestSilenceSec,
    late,
    beside,
    content,
  } = verdict;
  if (notice === undefined || began === undefined || until === undefined) return null;
  const ended = Object.hasOwn(ENDED, reason) ? ENDED[reason] : undefined;
  return (
    <Section id="display" en="What hung, and when" zh="展示内容与时间">
      <dl class="facts">
        <Fact en="Content" zh="内容">
          <Outside text={`${notice.kind}/${notice.id}`} max={120} />, revision {count(notice.revision)}{' '}
          <Zh>第 {count(notice.revision)} 版</Zh>
        </Fact>
        {known.map(({ en, zh, text }) => (
          <Fact en={en} zh={zh}>
            <Outside text={text} max={600} />
          </Fact>
        ))}
        <Fact en="Screen" zh="屏幕">
          <Outside text={verdict.device} max={64} />, <Outside text={notice.screen} max={64} />
        </Fact>
        <Fact en="Began" zh="开始展示">
          <Moment text={began} />
        </Fact>
        <Fact en="Until" zh="展示至">
          <Moment text={until} />
          {displayedSec === undefined ? null : ` — ${duration(displayedSec)}`}
        </Fact>
        <Fact en="Ended because" zh="停止原因">
          {ended === undefined ? <Outside text={reason} max={80} /> : <Said en={ended[0]} zh={ended[1]} />}
        </Fact>
        {late === undefined ? null : (
          <Fact en="Published late" zh="逾期公示">
            {count(late.workingDays)} working days after <Outside text={late.due} max={20} />{' '}
            <Zh>逾期 {count(late.workingDays)} 个工作日</Zh>
          </Fact>
        )}
        <Fact en="Corrections beside it" zh="同时展示的更正">
          {beside.length === 0 ? <Said en="none began to hang meanwhile" zh="其间无" /> : null}
          {beside.map(({ kind, id, revision, wall, entry }) => (
            <p>
              <Outside text={`${kind}/${id}`} max={120} /> revision {count(revision)}, <Moment text={wall} />{' '}
              <span class="quiet">(entry {count(entry)})</span>
            </p>
          ))}
        </Fact>
        <Fact en="Signed by" zh="签名者">
          {content === undefined ? (
            <Said en="not known: the text is not here, or another" zh="未知：文本缺失或不符" />
          ) : (
            <>
              <OutsideNames names={content.claimedSigners} />, as its envelope says <Zh>据签名信封所述</Zh>
            </>
          )}
        </Fact>
        {notice.kind === 'decision' ? (
          <Fact en="Reviewed by" zh="法制审核">
            not in this folder: the kiosk shows a major decision only with a passed review, whose acceptance
            stands in the same journal{' '}
            <Zh>不在本文件夹：重大决定须经审核通过方予展示，审核的接收记录在同一日志</Zh>
          </Fact>
        ) : null}
        <Fact en="Longest silence of the journal" zh="日志最长静默">
          {longestSilenceSec === undefined ? '—' : duration(longestSilenceSec)}
        </Fact>
        <Fact en="Device clock set by" zh="设备时钟来源">
          <OutsideNames names={verdict.clockSources} />
        </Fact>
        <Fact en="Began not earlier than" zh="开始不早于">
          <Witnessed verdict={verdict} time={verdict.notEarlierThan} />
        </Fact>
        <Fact en="Over not later than" zh="结束不晚于">
          <Witnessed verdict={verdict} time={verdict.notLaterThan} />
        </Fact>
        <Fact en="Journal entries" zh="日志条目">
          {count(verdict.journal.from)} to {count(verdict.journal.to - 1)} of {count(verdict.journal.size)},{' '}
          <Outside text={verdict.origin} max={320} />
        </Fact>
        <Fact en="Hash of the text" zh="文本哈希">
          <span class="hash">
            <Outside text={notice.sha256} max={64} />
          </span>
        </Fact>
      </dl>
    </Section>
  );
}

/** The words that hung, where the folder has them and they are those. */
function Words({ texts }: { texts: NoticeText['texts'] }) {
  if (texts.length === 0) return null;
  return (
    <Section id="words" en="The text that hung" zh="展示的文本">
      <dl class="facts">
        {texts.map(({ name, zh, en }) => (
          <div>
            <dt>
              <code>{visible(name, 80)}</code>
            </dt>
            <dd>
              <p lang="zh-Hans">
                <Outside text={zh} max={4000} />
              </p>
              {en === undefined ? null : (
                <p>
                  <Outside text={en} max={4000} />
                </p>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
