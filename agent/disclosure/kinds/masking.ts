/**
 * What of a natural person is made unreadable before a decision is published. The publisher masks; the kiosk checks with the same rules and
 * refuses what is not masked. `…` in the examples stands for what the rules below let through.
 *
 * name 张某某 or 张** · identity number 110**************X · telephone 138****5678 · address 某省某市某区***
 */

/** Family names of two characters that are in use; every other has one. */
const DOUBLE_SURNAMES =
  '欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶|太叔|申屠|公孙|慕容|仲孙|钟离|长孙|宇文|司徒|鲜于|司空|闾丘|子车|亓官|司寇|巫马|公西|颛孙|壤驷|公良|漆雕|乐正|宰父|谷梁|拓跋|夹谷|轩辕|令狐|段干|百里|呼延|东郭|南门|羊舌|微生|公户|公玉|公仪|梁丘|公仲|公上|公门|公山|公坚|左丘|公伯|西门|公祖|第五|公乘|贯丘|公皙|南荣|东里|东宫|仲长|子书|子桑|即墨|达奚|褚师';
const DOUBLE = new RegExp(`^(?:${DOUBLE_SURNAMES})`, 'u');

const MASKED_NAME = new RegExp(
  `^(?:(?:${DOUBLE_SURNAMES})|\\p{Script=Han}|\\p{L})(?:某{1,2}|\\*{1,3})$`,
  'u',
);
const MASKED_ENGLISH_NAME = /^[A-Z][a-z]{0,7}(?: \*{1,3}){1,2}$/;
const MASKED_ID_NUMBER = /^(?=.{15}$|.{18}$)[0-9]{0,6}\*{8,18}[0-9]{0,4}[0-9Xx]?$/;
const MASKED_PHONE = /^[0-9]{0,4}\*{4,11}[0-9]{0,4}$/;
const MASKED_ADDRESS = /^[\p{Script=Han}]{0,40}(?:省|自治区|市|自治州|地区|盟|区|县|旗)\*{3}$|^\*{3}$/u;
const MASKED_ENGLISH_ADDRESS = /^\*{3}(?:, [A-Z][A-Za-z' -]{0,60}){0,4}$/;

/** The family name and 某 for what follows it: 张三 → 张某, 欧阳静 → 欧阳某, 张三丰 → 张某某. The given name's length is not told beyond two. */
export function maskName(name: string, mask: '某' | '*' = '某'): string {
  const plain = name.normalize('NFKC').trim();
  if (isMaskedName(plain)) return plain;
  const letters = [...plain];
  const double = letters.length > 2 ? DOUBLE.exec(plain)?.[0] : undefined;
  const family = double ?? letters.find((letter) => /\p{L}/u.test(letter)) ?? '';
  const given = letters.length - [...family].length;
  return family + mask.repeat(Math.min(2, Math.max(1, given)));
}

/** 110101199003074518 → 110**************8: neither the day of birth nor the county remain. */
export function maskIdNumber(number: string): string {
  if (isMaskedIdNumber(number)) return number;
  const plain = number.normalize('NFKC').replace(/[^0-9Xx]/g, '');
  const length = plain.length <= 15 ? 15 : 18;
  return plain.slice(0, 3) + '*'.repeat(length - 4) + (plain.at(-1) ?? '*');
}

/** 13812345678 → 138****5678. */
export function maskPhone(number: string): string {
  if (isMaskedPhone(number)) return number;
  const plain = number.normalize('NFKC').replace(/[^0-9]/g, '');
  if (plain.length < 8) return '****';
  return plain.slice(0, 3) + '*'.repeat(Math.max(4, Math.min(11, plain.length - 7))) + plain.slice(-4);
}

/** Down to the district or county, and *** for all below it. */
export function maskAddress(address: string): string {
  const plain = address.normalize('NFKC').replace(/\s/g, '');
  if (isMaskedAddress(plain)) return plain;
  const kept = /^\p{Script=Han}{0,40}?(?:[区县旗]|市(?!\p{Script=Han}{1,8}?[区县旗]))/u.exec(plain)?.[0];
  const masked = `${kept ?? ''}***`;
  return isMaskedAddress(masked) ? masked : '***';
}

export const isMaskedName = (name: string): boolean => MASKED_NAME.test(name);
export const isMaskedEnglishName = (name: string): boolean => MASKED_ENGLISH_NAME.test(name);
export const isMaskedIdNumber = (number: string): boolean => MASKED_ID_NUMBER.test(number);
export const isMaskedPhone = (number: string): boolean => number === '****' || MASKED_PHONE.test(number);
export const isMaskedAddress = (address: string): boolean => MASKED_ADDRESS.test(address);
export const isMaskedEnglishAddress = (address: string): boolean => MASKED_ENGLISH_ADDRESS.test(address);

const MONTH_DAY = '(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])';
/** GB 11643: place, birth, sequence, check; and the 15 digits of before 1999. */
const ID_NUMBER = `[1-8][0-9]{5}(?:(?:19|20)[0-9]{2}${MONTH_DAY}[0-9]{3}[0-9Xx]|[0-9]{2}${MONTH_DAY}[0-9]{3})`;
const MOBILE = '(?:86)?1[3-9][0-9]{9}';
const BANK_CARD = '(?:62|4[0-9]|5[1-5])[0-9]{14,17}';
const alone = (pattern: string) => new RegExp(`(?<![0-9A-Za-z*])(?:${pattern})(?![0-9A-Za-z*])`, 'u');

const TRACES = [
  { what: 'an identity number', pattern: alone(ID_NUMBER) },
  { what: 'a mobile telephone number', pattern: alone(MOBILE) },
  { what: 'a bank card number', pattern: alone(BANK_CARD) },
] as const;

/** After these words and a colon stands a person's name. */
const NAMED =
  /(?:当事人|姓名|申请人|被处罚人|被申请人|违法行为人|相对人)(?:姓名)?[:：]\s*([^\s,，。.;；、:：()（）]{1,40})/gu;

/**
 * What in free text would tell who a natural person is, as words for a message; undefined when nothing was found. Full-width digits and digits
 * parted by spaces or hyphens count as well. A name can only be told where the text announces one (`当事人：…`).
 */
export function personalTrace(text: string, names: { person: boolean }): string | undefined {
  const plain = text.normalize('NFKC');
  const joined = plain.replace(/(?<=[0-9])[\s\-·._]+(?=[0-9Xx])/gu, '');
  for (const { what, pattern } of TRACES) if (pattern.test(plain) || pattern.test(joined)) return what;
  if (!names.person) return undefined;
  for (const [, name = ''] of plain.matchAll(NAMED))
    if (!isMaskedName(name)) return 'a name that is not masked';
  return undefined;
}

/** Masks in free text what `personalTrace` would find, and every mention of the names given. */
export function maskText(text: string, names: readonly string[]): string {
  let masked = text.normalize('NFC');
  for (const name of names) if (name !== '') masked = masked.replaceAll(name, maskName(name));
  return masked
    .replace(new RegExp(alone(ID_NUMBER), 'gu'), maskIdNumber)
    .replace(new RegExp(alone(BANK_CARD), 'gu'), (number) => `****${number.slice(-4)}`)
    .replace(new RegExp(alone(MOBILE), 'gu'), maskPhone);
}
