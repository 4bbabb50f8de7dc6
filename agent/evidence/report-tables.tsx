import type { Child } from 'hono/jsx';
import { More, Outside, Words, Zh } from './report-parts.js';
import { witnessesByTime } from './report-scale.js';
import { type Both, count, mediaTime, wallTime } from './report-text.js';
import type { Run, Verdict } from './verify/verdict.js';

/** A table lists this many rows; the JSON verdict has the rest. */
const MAX_ROWS = 200;

const ROW_CLASS: Record<Run['state'], string | undefined> = {
  authentic: undefined,
  altered: 'bad is-altered',
  absent: 'bad is-incomplete',
};

/** The facts of the timeline, row by row, numbered as in the drawing. */
export function TimelineTables({ verdict }: { verdict: Verdict }) {
  const { gaps, points } = verdict;
  const runs = chosenRuns(verdict.runs);
  const witnesses = witnessesByTime(verdict);
  return (
    <>
      <Table
        caption={{ en: 'Fragments, with wall times in UTC', zh: '片段（时间为 UTC）' }}
        head={['Take', 'State', 'From', 'To', 'Fragments', 'Bytes']}
        more={verdict.runs.length - runs.length}
      >
        {runs.map((run) => (
          <tr class={ROW_CLASS[run.state]}>
            <th scope="row">{count(run.take)}</th>
            <td>{run.state}</td>
            <Media sec={run.fromSec} wall={run.fromWall} />
            <Media sec={run.toSec} wall={run.toWall} />
            <td class="time">
              {numbers(run.firstFragment, run.firstFragment + run.fragments - 1)}
              <span class="quiet">entries {numbers(run.firstEntry, run.lastEntry)}</span>
            </td>
            <td>{count(run.bytes)}</td>
          </tr>
        ))}
      </Table>
      <Table
        caption={{ en: 'Gaps declared by the device', zh: '设备声明的间断' }}
        head={['No.', 'From', 'To', 'Entry', 'Reason']}
        more={gaps.length - MAX_ROWS}
      >
        {gaps.slice(0, MAX_ROWS).map((gap, index) => (
          <tr>
            <th scope="row">G{index + 1}</th>
            <Media sec={gap.fromSec} />
            <Media sec={gap.toSec} />
            <td>{count(gap.entry)}</td>
            <td class="words">
              <Outside text={gap.reason} max={160} />
            </td>
          </tr>
        ))}
      </Table>
      <Table
        caption={{ en: 'Marks and events', zh: '标记与事件' }}
        head={['No.', 'At', 'Wall time (UTC)', 'Entry', 'Kind', 'Text']}
        more={points.length - MAX_ROWS}
      >
        {points.slice(0, MAX_ROWS).map((point, index) => (
          <tr>
            <th scope="row">P{index + 1}</th>
            <Media sec={point.atSec} />
            <Wall text={point.wall} />
            <td>{count(point.entry)}</td>
            <td>
              <Outside text={point.type} max={40} />
            </td>
            <td class="words">
              <Outside text={point.text} max={160} />
            </td>
          </tr>
        ))}
      </Table>
      <Table
        caption={{ en: 'Witness times', zh: '见证时间' }}
        head={['No.', 'Time (UTC)', 'In the footage', 'Entries witnessed', 'Witness']}
        more={witnesses.length - MAX_ROWS}
      >
        {witnesses.slice(0, MAX_ROWS).map((witness, index) => (
          <tr>
            <th scope="row">W{index + 1}</th>
            <Wall text={witness.time} />
            {witness.atSec === undefined ? (
              <td>
                outside <Zh>录像之外</Zh>
              </td>
            ) : (
              <Media sec={witness.atSec} />
            )}
            <td>{count(witness.size)}</td>
            <td class="words">
              <Outside text={witness.witness} max={100} />
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}

/** All runs while the table holds them; else what is altered or absent first of all, in the order of the recording. */
function chosenRuns(runs: readonly Run[]): Run[] {
  if (runs.length <= MAX_ROWS) return [...runs];
  const bad = runs.filter(({ state }) => state !== 'authentic').slice(0, MAX_ROWS);
  const good = runs.filter(({ state }) => state === 'authentic').slice(0, MAX_ROWS - bad.length);
  const chosen = new Set([...bad, ...good]);
  return runs.filter((run) => chosen.has(run));
}

/** A table that scrolls by itself on a narrow screen, by keyboard also; with no rows, a line that says so. */
function Table(props: { caption: Both; head: string[]; more: number; children: Child[] }) {
  const { caption, head, more, children } = props;
  if (children.length === 0) {
    return (
      <p>
        {caption.en}: none. <Zh>{caption.zh}：无。</Zh>
      </p>
    );
  }
  return (
    <>
      <section class="scroll" aria-label={caption.en} tabindex={0}>
        <table>
          <caption>
            <Words {...caption} />
          </caption>
          <thead>
            <tr>
              {head.map((title) => (
                <th scope="col">{title}</th>
              ))}
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      </section>
      <More count={more} />
    </>
  );
}

function Media({ sec, wall }: { sec: number; wall?: string }) {
  return (
    <td class="time">
      {mediaTime(sec)}
      {wall === undefined ? null : (
        <span class="quiet">
          <WallText text={wall} />
        </span>
      )}
    </td>
  );
}

function Wall({ text }: { text: string }) {
  return (
    <td class="time">
      <WallText text={text} />
    </td>
  );
}

function WallText({ text }: { text: string }) {
  const time = wallTime(text);
  return time === undefined ? (
    <Outside text={text} max={40} />
  ) : (
    <time datetime={text}>{time.utc.replace(' UTC', '')}</time>
  );
}

function numbers(first: number, last: number): string {
  return first === last ? count(first) : `${count(first)}–${count(last)}`;
}
