import { type DoctorWords, doctorEn } from './doctor-en.js';
import { doctorZh } from './doctor-zh.js';
import { type StatusWords, statusEn } from './status-en.js';
import { statusZh } from './status-zh.js';
import { type WebWords, webEn, webZh } from './web.js';

export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

/** What doctor, status and pages say: they are asked for a language by name. What else a terminal shows goes through `spoken`. */
export interface Words {
  language: Language;
  doctor: DoctorWords;
  status: StatusWords;
  web: WebWords;
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: { language: 'en', doctor: doctorEn, status: statusEn, web: webEn },
  zh: { language: 'zh', doctor: doctorZh, status: statusZh, web: webZh },
};

export function words(language: Language): Words {
  return WORDS[language];
}
