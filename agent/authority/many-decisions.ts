import { createHash } from 'node:crypto';
import { signEnvelope } from '../disclosure/envelope.js';
import { payloadTypeOf } from '../disclosure/kinds/head.js';
import { type ContentOf, encodeDocument, refOf } from '../disclosure/kinds/kinds.js';
import { boardTopic } from '../disclosure/topic.js';
import { beijingDay, beijingTime } from './complete.js';
import type { SampleEnvelope, SampleHall } from './sample-hall.js';

const DAY_MS = 24 * 3600 * 1000;
const SPREAD_DAYS = 300;

/**
 * Signed decisions in any number, for measuring: variations of the sample hall's that are no major ones, spread over the last three hundred days,
 * newest first. None is shown late.
 */
export function* manyDecisions(
  { hall, signers, envelopes }: SampleHall,
  count: number,
  now: number,
): Generator<Omit<SampleEnvelope, 'file'>> {
  const patterns = envelopes.flatMap(({ document }) =>
    document.kind === 'decision' && isMinor(document) && document.revision === 1 ? [document] : [],
  );
  for (let at = 0; at < count; at++) {
    const pattern = patterns[at % patterns.length];
    if (pattern === undefined)
      throw new RangeError('expected a decision that is no major one in the sample hall');
    const number = String(count - at).padStart(5, '0');
    const issuedMs = now - Math.floor((at / count) * SPREAD_DAYS * DAY_MS);
    const document: ContentOf<'decision'> = {
      ...pattern,
      id: `many-${number}`,
      number: `枫示〔${new Date(issuedMs).getUTCFullYear()}〕${number}号`,
      title: {
        zh: `${pattern.title.zh}（${number}）`,
        ...(pattern.title.en === undefined ? {} : { en: `${pattern.title.en} (${number})` }),
      },
      decided: beijingDay(issuedMs - DAY_MS),
      issued: beijingTime(issuedMs),
      expires: beijingTime(now + 365 * DAY_MS),
    };
    const payload = encodeDocument(document);
    const ref = refOf(document, createHash('sha256').update(payload).digest('hex'));
    const envelope = signEnvelope(payloadTypeOf('decision'), payload, signers.publisher);
    yield { ref, document, topic: boardTopic(hall, ref.kind, ref.id), bytes: Buffer.from(envelope) };
  }
}

/** By what the shipped catalogue calls major, on the safe side. */
function isMinor({ weight }: ContentOf<'decision'>): boolean {
  const plain = ['warning', 'fine', 'confiscation', 'granted', 'refused', 'charged', 'other'];
  return (
    (weight.amountYuan ?? 0) < 5000 &&
    weight.effects.length === 0 &&
    !weight.hearingHeld &&
    weight.measures.every((measure) => plain.includes(measure))
  );
}
