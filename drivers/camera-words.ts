const MAX_LINES = 8;
const MAX_LINE_CHARACTERS = 300;

export interface LastLines {
  add(chunk: Buffer): void;
  /** The last lines, joined; an unfinished one included. */
  text(): string;
}

/** Keeps the last few lines of a process's messages, each cut at a bound, and hands every line on as it completes. */
export function lastLines(onLine: (line: string) => void): LastLines {
  const lines: string[] = [];
  let open = '';
  return {
    add(chunk) {
      const parts = (open + chunk.toString('utf8')).split(/\r\n|\r|\n/);
      open = (parts.pop() ?? '').slice(0, MAX_LINE_CHARACTERS);
      for (const part of parts) {
        const line = part.trim().slice(0, MAX_LINE_CHARACTERS);
        if (line === '') continue;
        lines.push(line);
        if (lines.length > MAX_LINES) lines.shift();
        onLine(line);
      }
    },
    text: () => [...lines, open.trim()].filter((line) => line !== '').join(' | '),
  };
}
