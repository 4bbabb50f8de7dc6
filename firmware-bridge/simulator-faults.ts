import { z } from 'zod';

/** What can go wrong on a line or in a microcontroller; each strikes the next `count` times that it can. */
export const faultSchema = z.discriminatedUnion('kind', [
  /** The request is never seen, as when the line dropped it. */
  z.strictObject({ kind: z.literal('drop-request'), count: z.int().min(1).default(1) }),
  /** A bit of the request flips on the way: the server sees a wrong checksum and is silent. */
  z.strictObject({ kind: z.literal('damage-request'), count: z.int().min(1).default(1) }),
  /** What was asked is done, but the answer gets lost. */
  z.strictObject({ kind: z.literal('drop-response'), count: z.int().min(1).default(1) }),
  z.strictObject({ kind: z.literal('damage-response'), count: z.int().min(1).default(1) }),
  /** Only the first half of the answer leaves. */
  z.strictObject({ kind: z.literal('half-response'), count: z.int().min(1).default(1) }),
  /** The answer comes twice. */
  z.strictObject({ kind: z.literal('repeat-response'), count: z.int().min(1).default(1) }),
  /** The answer has the sequence number of another request. */
  z.strictObject({ kind: z.literal('wrong-sequence'), count: z.int().min(1).default(1) }),
  /** Log output, and half a frame's beginning, before the answer. */
  z.strictObject({ kind: z.literal('noise'), count: z.int().min(1).default(1) }),
  z.strictObject({
    kind: z.literal('slow'),
    count: z.int().min(1).default(1),
    delayMs: z.int().min(0).max(600_000),
  }),
  /** The answer is an error of SMP itself. */
  z.strictObject({
    kind: z.literal('refuse'),
    count: z.int().min(1).default(1),
    rc: z.int().min(1).max(255),
  }),
  /** The microcontroller starts again by itself once so much of an upload is written. */
  z.strictObject({
    kind: z.literal('reset-in-upload'),
    count: z.int().min(1).default(1),
    atBytes: z.int().min(0),
  }),
  /** Images that are swapped in hang: the microcontroller is silent until its watchdog starts it again. */
  z.strictObject({ kind: z.literal('hang-after-swap'), count: z.int().min(1).default(1) }),
]);

export type Fault = z.infer<typeof faultSchema>;
export type FaultKind = Fault['kind'];

/** The faults that still wait to strike. */
export class Faults {
  #waiting: Fault[] = [];

  add(fault: Fault): void {
    this.#waiting.push({ ...fault });
  }

  clear(): void {
    this.#waiting = [];
  }

  get waiting(): readonly Fault[] {
    return this.#waiting;
  }

  /** The next fault of a kind for which `when` holds, counted as having struck. */
  strike<K extends FaultKind>(
    kind: K,
    when: (fault: Extract<Fault, { kind: K }>) => boolean = () => true,
  ): Extract<Fault, { kind: K }> | undefined {
    const fault = this.#waiting.find(
      (waiting): waiting is Extract<Fault, { kind: K }> => waiting.kind === kind && when(waiting as never),
    );
    if (fault === undefined) return undefined;
    fault.count--;
    if (fault.count === 0) this.#waiting.splice(this.#waiting.indexOf(fault), 1);
    return fault;
  }
}
