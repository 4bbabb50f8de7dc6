import { createHash } from 'node:crypto';

/** Documents of an invented hall, as plain values: a test changes what it is about. */
export type Plain = Record<string, unknown>;

export const HALL = 'example-hall';
/** A Monday, 10:00 in Beijing. */
export const NOW = '2026-03-16T02:00:00.000Z';
export const DAY_MS = 86_400_000;

/** SHA-256 of the payload that `envelopeOf` signs for this document. */
export function hashOf(document: Plain): string {
  return createHash('sha256').update(JSON.stringify(document)).digest('hex');
}

export function refTo(document: Plain): Plain {
  const { kind, id, revision } = document;
  return { kind, id, revision, sha256: hashOf(document) };
}

function head<K extends string>(kind: K, id: string, revision = 1) {
  return { kind, id, revision, hall: HALL, issued: '2026-03-16T09:00:00+08:00' };
}

export function trustDocument(version: number, keys: Plain[]) {
  return { kind: 'trust', version, issued: '2026-03-01T09:00:00+08:00', keys };
}

export function postDocument(changes: Plain = {}) {
  return {
    ...head('post', 'window-3'),
    window: '3',
    name: { zh: '林晓岚', en: 'Lin Xiaolan' },
    credential: '示例-0301',
    post: { zh: '综合受理岗', en: 'General reception' },
    duties: [{ zh: '受理申请，核对材料。', en: 'Takes applications and checks papers.' }],
    languages: [{ zh: '普通话' }],
    supervisionPhone: '010-5550 0100',
    workingHours: { zh: '周一至周五 9:00–17:00' },
    duty: { state: 'on-duty' },
    ...changes,
  };
}

export function guideDocument(changes: Plain = {}) {
  return {
    ...head('disclosure', 'guide-food-licence'),
    section: 'guide',
    title: { zh: '食品经营许可办理指南', en: 'How to get a food business licence' },
    conditions: [{ zh: '有固定的经营场所。' }],
    materials: [{ name: { zh: '申请书' }, original: 1 }],
    timeLimit: { statutoryWorkingDays: 20, promisedWorkingDays: 10 },
    fee: { charged: false },
    ...changes,
  };
}

export function decisionDocument(changes: Plain = {}) {
  return {
    ...head('decision', 'decision-17'),
    expires: '2027-03-16T00:00:00+08:00',
    number: '示市监罚〔2026〕17号',
    action: 'penalty',
    title: { zh: '对某食品店的行政处罚决定' },
    party: { type: 'person', name: { zh: '张某某', en: 'Zhang **' } },
    body: { zh: '示例市市场监督管理局' },
    facts: { zh: '经营超过保质期的食品。' },
    outcome: { zh: '罚款1000元。' },
    basis: [{ law: { zh: '中华人民共和国食品安全法' }, article: { zh: '第一百二十四条' } }],
    decided: '2026-03-12',
    weight: { level: 'county', measures: ['fine'], amountYuan: 1000, effects: [], hearingHeld: false },
    ...changes,
  };
}

/** A decision that the catalogue calls major. */
export function majorDecision(changes: Plain = {}) {
  return decisionDocument({
    outcome: { zh: '罚款80000元。' },
    weight: { level: 'county', measures: ['fine'], amountYuan: 80_000, effects: [], hearingHeld: true },
    ...changes,
  });
}

export function inspectionDocument(changes: Plain = {}) {
  return {
    ...head('inspection-result', 'inspection-5'),
    expires: '2027-03-16T00:00:00+08:00',
    title: { zh: '食品销售单位随机抽查结果' },
    party: { type: 'organisation', name: { zh: '示例百货有限公司' } },
    body: { zh: '示例市市场监督管理局' },
    matter: { zh: '食品标签' },
    inspected: '2026-03-10',
    result: 'nothing-found',
    findings: { zh: '未发现问题。' },
    ...changes,
  };
}

const IN_ORDER = { finding: 'in-order', opinion: { zh: '符合规定。' } };
export const SIX_ITEMS = {
  subject: IN_ORDER,
  jurisdiction: IN_ORDER,
  procedure: IN_ORDER,
  facts: IN_ORDER,
  discretion: IN_ORDER,
  law: IN_ORDER,
};

/** A review that opens the gate for this decision. */
export function reviewOf(decision: Plain, changes: Plain = {}) {
  return {
    ...head('review', 'review-17'),
    decision: refTo(decision),
    body: { zh: '示例市市场监督管理局法制科' },
    reviewer: { name: { zh: '陈明' } },
    received: '2026-03-09',
    completed: '2026-03-11',
    materials: [{ name: { zh: '调查终结报告' } }],
    items: SIX_ITEMS,
    conclusion: 'passed',
    ...changes,
  };
}

export function correctionOf(document: Plain, changes: Plain = {}) {
  return {
    ...head('correction', 'correction-2'),
    corrects: refTo(document),
    title: { zh: '更正公告' },
    wrong: { zh: '金额写错。' },
    right: { zh: '应为1200元。' },
    wrongSince: '2026-03-13',
    ...changes,
  };
}

export function withdrawalOf(document: Plain, changes: Plain = {}) {
  return {
    ...head('withdrawal', 'withdrawal-2'),
    withdraws: refTo(document),
    title: { zh: '撤回公告' },
    reason: { zh: '发布有误。' },
    ...changes,
  };
}
