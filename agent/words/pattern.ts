/**
 * English texts of the program and their Chinese. `{}` in a key is a hole: whatever stands there in the text that was made. The Chinese has the
 * holes by their number, `{1}` the first, in the order that its grammar wants; `{1!}` is one that holds a word of the program, such as a role or a
 * state, and is put into Chinese as well. A key is one line, without white space at its ends.
 */
export type Catalogue = Readonly<Record<string, string>>;

interface Pattern {
  /** What stands before, between and after the holes. */
  pieces: readonly string[];
  chinese: string;
}

/** Longer lines are somebody's data. */
const MAX_CHARS = 4000;
/** A message quotes the message of its cause, which may quote another. */
const MAX_DEPTH = 4;
const MAX_PARTS = 6;

/** What puts a text into Chinese, line by line. What is in no catalogue stays as it is. */
export function translatorOf(catalogues: readonly Catalogue[]): (text: string) => string {
  const whole = new Map<string, string>();
  const patterns: Pattern[] = [];
  for (const [english, chinese] of catalogues.flatMap((each) => Object.entries(each))) {
    if (english.includes('{}')) patterns.push({ pieces: english.split('{}'), chinese });
    else whole.set(english, chinese);
  }
  // The one that says most about a text is meant.
  const letters = ({ pieces }: Pattern) => pieces.join('').length;
  patterns.sort((a, b) => letters(b) - letters(a));

  const chineseOf = (text: string, depth: number): string | undefined => {
    const same = whole.get(text);
    if (same !== undefined) return same;
    if (depth > MAX_DEPTH || text.length > MAX_CHARS) return undefined;
    for (const { pieces, chinese } of patterns) {
      const found = holesOf(text, pieces);
      if (found !== undefined)
        return filled(chinese, found, (hole, isWord) =>
          isWord ? chineseOf(hole, depth + 1) : inner(hole, depth),
        );
    }
    return partly(text, depth);
  };
  /** A single word is a name or a value, whatever else it means. */
  const inner = (text: string, depth: number) =>
    text.includes(' ') ? chineseOf(text, depth + 1) : undefined;
  /** `where: why`, `one; other`, `what it means（why）`: what is known of it. */
  const partly = (text: string, depth: number): string | undefined => {
    const bracket = text.endsWith('）') ? text.indexOf('（') : -1;
    const bracketed = bracket < 0 ? undefined : inner(text.slice(bracket + 1, -1), depth);
    if (bracketed !== undefined) return `${text.slice(0, bracket)}（${bracketed}）`;
    const cuts = [...text.matchAll(/[:;] /g)].slice(0, MAX_PARTS).map(({ index }) => index);
    const at = (cut: number) =>
      [text.slice(0, cut), text[cut] === ':' ? '：' : '；', text.slice(cut + 2)] as const;
    for (const cut of cuts) {
      const [left, mark, right] = at(cut);
      const known = chineseOf(right, depth + 1);
      if (known !== undefined) return `${inner(left, depth) ?? left}${mark}${known}`;
    }
    for (const cut of cuts.toReversed()) {
      const [left, mark, right] = at(cut);
      const known = inner(left, depth);
      if (known !== undefined) return `${known}${mark}${right}`;
    }
    return undefined;
  };

  return (text) => text.replace(/[^\s\n](?:[^\n]*[^\s\n])?/g, (line) => chineseOf(line, 0) ?? line);
}

/** What stands in the holes, when the text is of that form: each as short as possible, none empty. */
function holesOf(text: string, pieces: readonly string[]): string[] | undefined {
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  if (!text.startsWith(first) || !text.endsWith(last)) return undefined;
  const holes: string[] = [];
  let from = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const at = text.indexOf(piece, from + 1);
    if (at < 0) return undefined;
    holes.push(text.slice(from, at));
    from = at + piece.length;
  }
  const end = text.length - last.length;
  if (end <= from) return undefined;
  return [...holes, text.slice(from, end)];
}

function filled(
  chinese: string,
  holes: readonly string[],
  inner: (hole: string, isWord: boolean) => string | undefined,
): string {
  return chinese.replace(/\{(\d)(!?)\}/g, (_, number: string, word: string) => {
    const hole = holes[Number(number) - 1] ?? '';
    return inner(hole, word !== '') ?? hole;
  });
}
