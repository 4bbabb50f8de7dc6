import { z } from 'zod';
import { basis } from './basis.js';
import { action, HEAD } from './head.js';
import { steps } from './procedure.js';
import { contentId, day, line, lineText, phone, proseText, webAddress } from './text.js';

/** 事前公开, the notice's part 一.1: what stands open before anybody acts. `section` says which. */
const COMMON = { kind: z.literal('disclosure'), ...HEAD, title: lineText(120) };
const list = <T extends z.ZodType>(item: T) => z.array(item).min(1).max(500);
const contact = {
  phone: phone.optional(),
  address: lineText(200).optional(),
  website: webAddress.optional(),
  hours: lineText(200).optional(),
};

const body = z.strictObject({
  ...COMMON,
  section: z.literal('body'),
  name: lineText(120),
  functions: proseText(4000),
  ...contact,
});

const personnel = z.strictObject({
  ...COMMON,
  section: z.literal('personnel'),
  people: list(
    z.strictObject({
      name: lineText(60),
      post: lineText(80),
      credential: line(64),
      /** What the certificate is for, e.g. market supervision. */
      field: lineText(120).optional(),
      validUntil: day.optional(),
    }),
  ),
});

const duties = z.strictObject({
  ...COMMON,
  section: z.literal('duties'),
  items: list(
    z.strictObject({ name: lineText(120), text: proseText(4000), basis: z.array(basis).max(20).default([]) }),
  ),
});

const powers = z.strictObject({
  ...COMMON,
  section: z.literal('powers'),
  items: list(
    z.strictObject({
      code: line(64).optional(),
      name: lineText(200),
      action,
      department: lineText(120).optional(),
      basis: z.array(basis).min(1).max(20),
    }),
  ),
});

/** 随机抽查事项清单. */
const inspectionList = z.strictObject({
  ...COMMON,
  section: z.literal('inspection-list'),
  items: list(
    z.strictObject({
      matter: lineText(200),
      targets: lineText(200),
      content: proseText(2000),
      method: lineText(200),
      /** How many of the targets, and how often: `5%, once a year`. */
      extent: lineText(120),
      basis: z.array(basis).min(1).max(20),
    }),
  ),
});

const legalBasis = z.strictObject({
  ...COMMON,
  section: z.literal('legal-basis'),
  items: list(basis.extend({ inForceSince: day.optional() })),
});

const procedure = z.strictObject({
  ...COMMON,
  section: z.literal('procedure'),
  action: action.optional(),
  text: proseText(4000).optional(),
  steps,
});

const material = z.strictObject({
  name: lineText(200),
  original: z.int().min(0).max(99).default(0),
  copies: z.int().min(0).max(99).default(0),
  note: lineText(300).optional(),
});

/** 办事指南. */
const guide = z.strictObject({
  ...COMMON,
  section: z.literal('guide'),
  action: action.optional(),
  audience: lineText(200).optional(),
  conditions: z.array(proseText(1000)).max(50),
  materials: z.array(material).max(50),
  /** In working days; `promised` is what the hall keeps to, where it is shorter than the law asks. */
  timeLimit: z.strictObject({
    statutoryWorkingDays: z.int().min(0).max(1000),
    promisedWorkingDays: z.int().min(0).max(1000).optional(),
  }),
  fee: z.discriminatedUnion('charged', [
    z.strictObject({ charged: z.literal(false) }),
    z.strictObject({ charged: z.literal(true), amount: lineText(300), basis: z.array(basis).min(1).max(20) }),
  ]),
  /** Windows as they are written above them. */
  windows: z.array(line(16)).max(50).default([]),
  result: lineText(200).optional(),
  basis: z.array(basis).max(20).default([]),
  /** Id of the `procedure` disclosure that draws the steps. */
  procedure: contentId.optional(),
  ...contact,
});

const supervision = z.strictObject({
  ...COMMON,
  section: z.literal('supervision'),
  text: proseText(4000).optional(),
  channels: list(z.strictObject({ name: lineText(120), ...contact })),
});

/** 救济: where to, and within how many days. */
const remedies = z.strictObject({
  ...COMMON,
  section: z.literal('remedies'),
  ways: list(
    z.strictObject({
      way: z.enum(['reconsideration', 'litigation', 'compensation', 'statement']),
      to: lineText(200),
      withinDays: z.int().min(1).max(3650),
      /** From when the days count. */
      from: lineText(200),
      text: proseText(2000).optional(),
      basis: z.array(basis).max(20).default([]),
      ...contact,
    }),
  ),
});

export const disclosure = z.discriminatedUnion('section', [
  body,
  personnel,
  duties,
  powers,
  inspectionList,
  legalBasis,
  procedure,
  guide,
  supervision,
  remedies,
]);

export type Disclosure = z.infer<typeof disclosure>;
export type DisclosureSection = Disclosure['section'];
