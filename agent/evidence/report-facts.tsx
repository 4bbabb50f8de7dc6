import type { Child } from 'hono/jsx';
import { Fact, Moment, Outside, OutsideList, OutsideNames, Said, Section, Zh } from './report-parts.js';
import { type Both, byteCount, count, duration } from './report-text.js';
import type { Verdict } from './verify/verdict.js';

/** What the recording is: device, trigger, extent. */
export function Recording({ verdict }: { verdict: Verdict }) {
  const { journal, stopped } = verdict;
  return (
    <Section id="recording" en="The recording" zh="录像">
      <dl class="facts">
        <Fact en="Device" zh="设备">
          <Outside text={verdict.device} />
        </Fact>
        <Fact en="Journal origin" zh="日志来源">
          <Outside text={verdict.origin} max={320} />
        </Fact>
        <Fact en="Recording" zh="录像编号">
          {count(verdict.recording)} <span class="quiet">(index of its first journal entry)</span>
        </Fact>
        <Fact en="Started" zh="开始">
          <Moment text={verdict.started} /> by the device’s clock
        </Fact>
        <Fact en="Stopped" zh="结束">
          {stopped === undefined ? (
            <>
              no signed end <Zh>没有签名的结束记录</Zh>
            </>
          ) : (
            <>
              <Moment text={stopped.wall} /> — reason: <Outside text={stopped.reason} max={160} />
            </>
          )}
        </Fact>
        <Fact en="Trigger" zh="启动方式">
          <Outside text={verdict.trigger} max={80} />
        </Fact>
        <Fact en="Kind" zh="类型">
          <Kind mode={verdict.mode} />
        </Fact>
        <Fact en="Whole-process" zh="全过程记录">
          {verdict.wholeProcess ? <Said en="yes" zh="是" /> : <Said en="no" zh="否" />}
        </Fact>
        <Fact en="Pre-record" zh="预录">
          {duration(verdict.preRecordSec)}
        </Fact>
        <Fact en="Duration" zh="时长">
          {duration(verdict.durationSec)}
        </Fact>
        <Fact en="Fragments" zh="片段数">
          {count(verdict.fragments)}
        </Fact>
        <Fact en="Footage" zh="数据量">
          {byteCount(verdict.bytes)}
        </Fact>
        <Fact en="Journal entries" zh="日志条目">
          {count(journal.from)} to {count(journal.to - 1)}, covered by a signed checkpoint over{' '}
          {count(journal.size)} entries (key epoch {count(journal.epoch)})
        </Fact>
        <Fact en="Checkpoint root" zh="检查点根值">
          <span class="hash">
            <Outside text={journal.root} max={100} />
          </span>
        </Fact>
        <Fact en="Device software" zh="设备软件">
          <Outside text={verdict.software} />
        </Fact>
      </dl>
    </Section>
  );
}

const KINDS: Readonly<Record<string, Both>> = {
  video: { en: 'moving pictures, with sound where there was any', zh: '录像' },
  audio: { en: 'sound alone, no picture', zh: '仅录音，无图像' },
  still: { en: 'single pictures, no sound', zh: '定时拍照，无声音' },
};

function Kind({ mode }: { mode: string }) {
  const words = Object.hasOwn(KINDS, mode) ? KINDS[mode] : undefined;
  if (words === undefined) return <Outside text={mode} max={80} />;
  return (
    <>
      {words.en} <Zh>{words.zh}</Zh>
    </>
  );
}

/** When it was, on whose word. */
export function Times({ verdict }: { verdict: Verdict }) {
  const { notEarlierThan, notLaterThan, archived } = verdict;
  return (
    <Section id="times" en="Times, and on whose word" zh="时间及其依据">
      <dl class="facts">
        <Fact en="Not earlier than" zh="不早于">
          <Witnessed verdict={verdict} time={notEarlierThan} />
        </Fact>
        <Fact en="Not later than" zh="不晚于">
          <Witnessed verdict={verdict} time={notLaterThan} />
        </Fact>
        <Fact en="Device clock set by" zh="设备时钟来源">
          <OutsideNames names={[...new Set(verdict.clockSources)]} />
          {verdict.clockSources.length === 0 ? <Said en="not known" zh="未知" /> : null}
        </Fact>
        <Fact en="Archived" zh="归档回执">
          {archived === undefined ? (
            <>
              no valid receipt of an archive here <Zh>此处没有有效的归档回执</Zh>
            </>
          ) : (
            <>
              yes, every byte, signed by <Outside text={archived.by} />
            </>
          )}
        </Fact>
      </dl>
      <p class="quiet">
        Wall times of the device are its own word. The bounds are the word of pinned witnesses, who saw the
        journal grow. <Zh>设备时间由设备自述；上述界限由预先固定的见证方证明。</Zh>
      </p>
    </Section>
  );
}

export function Witnessed({
  verdict,
  time,
}: {
  verdict: Pick<Verdict, 'witnesses'>;
  time: string | undefined;
}) {
  if (time === undefined) {
    return <Said en="not witnessed" zh="无见证" />;
  }
  const by = new Set(verdict.witnesses.filter((each) => each.time === time).map(({ witness }) => witness));
  return (
    <>
      <Moment text={time} />
      {by.size === 0 ? null : (
        <>
          {' '}
          — witnessed by <OutsideNames names={[...by]} />
        </>
      )}
    </>
  );
}

/** The pinned keys that the verdict rests on, and the tool that gave it. */
export function Trust({ verdict }: { verdict: Verdict }) {
  const { trust, unlisted, tool } = verdict;
  return (
    <Pinned trust={trust} tool={tool}>
      <Fact en="Not looked into" zh="未检查的文件">
        {unlisted.length === 0 ? (
          <>
            no other file was in the folder <Zh>无</Zh>
          </>
        ) : (
          <>
            These files are no part of the evidence: <OutsideList texts={unlisted} />
          </>
        )}
      </Fact>
    </Pinned>
  );
}

export function Pinned({ trust, tool, children }: Pick<Verdict, 'trust' | 'tool'> & { children?: Child }) {
  return (
    <Section id="trust" en="What this rests on" zh="信任依据">
      <dl class="facts">
        <Fact en="Pinned key of the device" zh="固定的设备公钥">
          <span class="hash">
            <Outside text={trust.log} max={600} />
          </span>
        </Fact>
        <Fact en="Pinned witnesses" zh="固定的见证方">
          {trust.witnesses.length === 0 ? <Said en="none" zh="无" /> : null}
          <div class="hash">
            <OutsideList texts={trust.witnesses} />
          </div>
        </Fact>
        <Fact en="Quorum asked for" zh="要求的见证数">
          <Outside text={trust.quorum} max={600} />
        </Fact>
        {children}
        <Fact en="Verified with" zh="核验工具">
          <Outside text={tool} />
        </Fact>
      </dl>
      <p>
        The verdict is as good as these keys. Compare them, character by character, with what the authority
        that gave out the device published. <Zh>请将上述公钥与设备管理机关公布的公钥逐字符核对。</Zh>
      </p>
    </Section>
  );
}
