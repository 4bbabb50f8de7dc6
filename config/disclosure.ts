import { DEVICE_ID_EXPECTED, isDeviceId } from './identity.js';
import { count, duration, path, section, text } from './setting.js';
import { isVkey } from './shapes.js';

const workingDays = (days: number, description: string) =>
  count('working days', { min: 1, max: 1000 }).default(days, description);

/** What a kiosk may show: whose content, by which rules. */
export const disclosure = section({
  hall: text(DEVICE_ID_EXPECTED, 'a-z, 0-9 and -, 1 to 64 characters', isDeviceId).optional(
    'the hall whose content is shown; content for another hall is refused',
  ),
  root: text(
    "expected the authority's root vkey: <name>+<8 hex digits>+<base64>",
    '<name>+<8 hex digits>+<base64>',
    isVkey,
  ).optional(
    "the authority's root key: only it says which keys may sign content and commands; absent: no command is obeyed",
  ),
  majorDecisionsFile: path('expected the path of a YAML file').optional(
    'catalogue of major decisions of this authority, instead of config/policy/review.yaml',
  ),
  workingDaysFile: path('expected the path of a YAML file').optional(
    'days that rest or work beyond the calendar that ships, such as `2027-02-05: rest`',
  ),
  terms: section({
    decision: workingDays(20, 'term from a decision to its publication'),
    licence: workingDays(7, 'the same for licences'),
    penalty: workingDays(7, 'the same for penalties'),
    inspectionResult: workingDays(20, 'term from an inspection to the publication of its result'),
    review: workingDays(10, 'how long a legal review may take; one that took longer opens no gate'),
  }).prefault({}),
  maxItems: count('pieces of content', { min: 100, max: 1_000_000 }).default(
    20_000,
    'pieces of content the store takes, histories not counted',
  ),
  displayLost: duration({ min: '2s', max: '5min' }).default(
    '15s',
    'silence of a page after which it no longer counts as showing anything',
  ),
});
