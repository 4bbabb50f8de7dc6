import type { Child } from 'hono/jsx';
import { type Both, visible, wallTime } from './report-text.js';

/** A text from outside: bounded, nothing unseen in it, and unable to turn the direction of what stands beside it. */
export function Outside({ text, max }: { text: string; max?: number }) {
  return <bdi>{visible(text, max)}</bdi>;
}

/** English with its Chinese beside it, for a heading or a label. */
export function Words({ en, zh }: Both) {
  return (
    <>
      {en}
      <Zh>{zh}</Zh>
    </>
  );
}

/** The same said in both, one after the other. */
export function Said({ en, zh }: Both) {
  return (
    <>
      {en} <Zh>{zh}</Zh>
    </>
  );
}

/** Chinese within English. */
export function Zh({ children }: { children: Child }) {
  return <span lang="zh-Hans">{children}</span>;
}

export function Fact({ en, zh, children }: Both & { children: Child }) {
  return (
    <div>
      <dt>
        <Words en={en} zh={zh} />
      </dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A section with its heading, which also names it to a screen reader. */
export function Section({ id, en, zh, children }: Both & { id: string; children: Child }) {
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>
        <Words en={en} zh={zh} />
      </h2>
      {children}
    </section>
  );
}

/** A wall time in UTC and in China's time; shown as it came when it is none. */
export function Moment({ text }: { text: string }) {
  const time = wallTime(text);
  if (time === undefined) return <Outside text={text} max={60} />;
  return (
    <>
      <time datetime={text}>{time.utc}</time> <span class="quiet">({time.beijing})</span>
    </>
  );
}

export function More({ count }: { count: number }) {
  return count > 0 ? (
    <p class="more">
      and {count.toLocaleString('en-US')} more <Zh>另有 {count.toLocaleString('en-US')} 项</Zh>
    </p>
  ) : null;
}

/** Texts from outside, the first `max` of them, one a line. */
export function OutsideList({ texts, max = 50 }: { texts: readonly string[]; max?: number }) {
  return (
    <>
      <ul>
        {texts.slice(0, max).map((text) => (
          <li>
            <Outside text={text} />
          </li>
        ))}
      </ul>
      <More count={texts.length - max} />
    </>
  );
}

/** Names from outside in one line, the first ten of them. */
export function OutsideNames({ names }: { names: readonly string[] }) {
  return (
    <>
      {names.slice(0, 10).map((name, index) => (
        <>
          {index > 0 ? ', ' : null}
          <Outside text={name} max={100} />
        </>
      ))}
      <More count={names.length - 10} />
    </>
  );
}
