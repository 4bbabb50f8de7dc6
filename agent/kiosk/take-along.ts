import type { SectionItem } from './catalogue.js';
import { clipBytes, MAX_QR_BYTES } from './qr.js';
import type { View } from './view.js';

/** What a telephone takes along of a guide: the address where it stands, or else the words that matter most. */
export function takeAlong(guide: SectionItem<'guide'>['content'], { modes, t }: View): string {
  if (guide.website !== undefined) return guide.website;
  const inLang = ({ zh, en }: { zh: string; en?: string | undefined }) =>
    modes.lang === 'en' ? (en ?? zh) : zh;
  const lines = [
    inLang(guide.title),
    ...(guide.materials.length === 0 ? [] : [`${t('materials')}:`]),
    ...guide.materials.map(({ name }, at) => `${at + 1}. ${inLang(name)}`),
    ...(guide.address === undefined ? [] : [`${t('address')}: ${inLang(guide.address)}`]),
    ...(guide.phone === undefined ? [] : [`${t('telephone')}: ${guide.phone}`]),
  ];
  return clipBytes(lines.join('\n'), MAX_QR_BYTES);
}
