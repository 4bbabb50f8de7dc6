/** The letters that a character's pinyin may begin with, one bit each, `a` the lowest; 0 for what is no Chinese character. */
export type Initials = (character: string) => number;

export function letterMask(letter: string): number {
  return 1 << (letter.charCodeAt(0) - 97);
}

const HAN = /^\p{Script=Han}$/u;

let loading: Promise<Initials> | undefined;

/** The readings come with a dictionary of some megabytes: it is loaded when somebody first searches by letters. */
export function loadInitials(): Promise<Initials> {
  loading ??= load();
  return loading;
}

/** Finds nothing by letters: for searches that have none. */
export const NO_INITIALS: Initials = () => 0;

async function load(): Promise<Initials> {
  const { pinyin } = await import('pinyin-pro');
  const known = new Map<string, number>();
  return (character) => {
    const found = known.get(character);
    if (found !== undefined) return found;
    let mask = 0;
    if (HAN.test(character)) {
      const readings = pinyin(character, {
        pattern: 'first',
        toneType: 'none',
        multiple: true,
        type: 'array',
      });
      for (const first of readings) if (/^[a-z]$/.test(first)) mask |= letterMask(first);
    }
    known.set(character, mask);
    return mask;
  };
}
