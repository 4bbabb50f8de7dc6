const DIGITS = new Map(
  [...'零〇一二三四五六七八九'].map((character, at) => [character, Math.max(0, at - 1)] as const),
);
for (const [at, character] of [...'壹贰叁肆伍陆柒捌玖'].entries()) DIGITS.set(character, at + 1);
DIGITS.set('两', 2);
const UNITS = new Map([
  ['十', 10],
  ['拾', 10],
  ['百', 100],
  ['佰', 100],
  ['千', 1000],
  ['仟', 1000],
]);
const LARGE = new Map([
  ['万', 1e4],
  ['亿', 1e8],
]);

const ARABIC = /(\d{1,15}(?:,\d{3})*(?:\.\d{1,4})?)\s*([十百千万亿]{0,3})\s*(?:余|多)?(?:元|圆|块)/gu;
const CHINESE =
  /([零〇一二三四五六七八九两壹贰叁肆伍陆柒捌玖十拾百佰千仟万亿]{1,30})(?:余|多)?(?:元|圆|块)/gu;

/** The largest amount of yuan that a Chinese text names, in Arabic or Chinese numerals (`5万元`, `伍万元`); 0 when it names none. */
export function largestAmountYuan(text: string): number {
  const plain = text.normalize('NFKC').replaceAll('，', ',');
  const arabic = [...plain.matchAll(ARABIC)].map(([, digits = '', units = '']) => {
    const factor = [...units].reduce(
      (product, unit) => product * (UNITS.get(unit) ?? LARGE.get(unit) ?? 1),
      1,
    );
    return Number(digits.replaceAll(',', '')) * factor;
  });
  const chinese = [...plain.matchAll(CHINESE)].map(([, numeral = '']) => chineseNumber(numeral));
  return Math.max(0, ...arabic, ...chinese);
}

/** 三万二千五百 → 32500. */
function chineseNumber(numeral: string): number {
  let total = 0;
  let section = 0;
  let digit: number | undefined;
  for (const character of numeral) {
    const large = LARGE.get(character);
    const unit = UNITS.get(character);
    if (large !== undefined) {
      const below = section + (digit ?? 0);
      // 一亿二千万: 万 counts what stands before it since 亿, 亿 counts everything before it.
      total = large === 1e8 ? (total + below) * large : total + below * large;
      section = 0;
      digit = undefined;
    } else if (unit !== undefined) {
      section += (digit ?? 1) * unit;
      digit = undefined;
    } else {
      // 二〇二六: digits without units are read one after another.
      digit = (digit ?? 0) * 10 + (DIGITS.get(character) ?? 0);
    }
  }
  return total + section + (digit ?? 0);
}
