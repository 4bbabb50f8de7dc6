import type { Content } from '../disclosure/kinds/kinds.js';
import { beijingDay, type Fault } from './complete.js';

/** A kiosk whose clock is behind would refuse what is issued ahead of it. */
const AHEAD_MS = 60_000;

/** What is wrong with the dates of a document that is about to be signed; `fault` is told each. */
export function checkDates(content: Content, nowMs: number, fault: Fault): void {
  const issuedMs = Date.parse(content.issued);
  const issuedDay = beijingDay(issuedMs);
  if (issuedMs > nowMs + AHEAD_MS) {
    fault(['issued'], `expected no time in the future, got ${content.issued}: kiosks would refuse it`);
  }
  if (content.expires !== undefined) {
    const expiresMs = Date.parse(content.expires);
    if (expiresMs <= issuedMs) fault(['expires'], `expected a time after issued, got ${content.expires}`);
    else if (expiresMs <= nowMs)
      fault(['expires'], `expected a time to come, got ${content.expires}: it is over`);
  }
  for (const [key, day] of daysOf(content)) {
    if (day > issuedDay) fault([key], `expected no day after ${issuedDay}, when it is issued, got ${day}`);
  }
  if (content.kind === 'review' && content.completed < content.received) {
    fault(
      ['completed'],
      `expected no day before ${content.received}, when it was received, got ${content.completed}`,
    );
  }
  if ('firstPublished' in content && content.firstPublished !== undefined) {
    const begun = content.kind === 'decision' ? content.decided : content.inspected;
    if (content.firstPublished < begun) {
      fault(['firstPublished'], `expected no day before ${begun}, got ${content.firstPublished}`);
    }
  }
}

/** Days that lie in the past when the document is issued. */
function daysOf(content: Content): [key: string, day: string][] {
  const keys = ['decided', 'inspected', 'firstPublished', 'wrongSince', 'received', 'completed'] as const;
  const fields = content as Partial<Record<(typeof keys)[number], string>>;
  return keys.flatMap((key) => (fields[key] === undefined ? [] : [[key, fields[key]]]));
}
