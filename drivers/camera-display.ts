import type { CameraDisplay } from './camera-port.js';

/** What is drawn into every picture, line by line from the top left corner. */
export interface Drawing {
  /** A fontconfig family; absent: the default of ffmpeg. */
  font: string | undefined;
  /** Of the picture, in pixels, as far as it is known before: the outline of the text grows with it. */
  height: number;
  time: CameraDisplay['time'];
  /** Files with one line of text each, in UTF-8; they may be replaced, never removed, while ffmpeg runs. */
  files: readonly string[];
}

/** Half-width characters in a line: what fits into a 4:3 picture at this size. */
const LINE_HALF_WIDTHS = 48;

/** The text height by which the rest is measured: a 24th of the picture, and never too small to be read at all. */
const HEIGHT = 'max(10,h/24)';

/** strftime formats. The zone stands with the time, so that a picture alone tells which time it is. */
const TIMES = { utc: '%{gmtime:%F %T UTC}', local: '%{localtime:%F %T %z}' };

/** ffmpeg's drawtext filters for it (libavfilter 8.5 or later), one a line. */
export function drawtextFilters({ font, height, time, files }: Drawing): string[] {
  const texts = [
    ...(time === undefined ? [] : [{ text: TIMES[time] }]),
    // Nothing in a file is expanded, so a name may have any characters, and only the path has to be escaped.
    ...files.map((textfile) => ({ textfile, reload: '1', expansion: 'none' })),
  ];
  return texts.map((text, line) =>
    drawtext({ ...text, ...style(font, height), y: `h/36+${line}*1.3*${HEIGHT}` }),
  );
}

/** An outline instead of a box: it is read on any ground, and an empty line leaves the picture alone. */
function style(font: string | undefined, height: number): Record<string, string> {
  return {
    ...(font === undefined ? {} : { font }),
    fontsize: HEIGHT,
    fontcolor: 'white',
    borderw: String(Math.max(1, Math.round(height / 360))),
    bordercolor: 'black@0.8',
    x: 'h/36',
  };
}

/** One drawtext filter with these options, whatever characters their values have. */
export function drawtext(options: Readonly<Record<string, string>>): string {
  const written = Object.entries(options).map(([name, value]) => `${name}=${escaped(value)}`);
  return `drawtext=${written.join(':')}`;
}

/** ffmpeg unescapes twice: the filter graph first, then the list of one filter's options (ffmpeg-filters, Notes on filtergraph escaping). */
function escaped(value: string): string {
  return value.replace(/[\\':]/g, '\\$&').replace(/[\\'[\],;]/g, '\\$&');
}

/** Text as one line that fits the picture, with nothing in it that moves or hides what stands beside it. Never empty. */
export function displayLine(text: string): string {
  const line = text
    .slice(0, 1024)
    .replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  let left = LINE_HALF_WIDTHS;
  let fits = '';
  for (const character of line) {
    left -= character > '\u024f' ? 2 : 1;
    if (left < 0) return `${fits.trimEnd()}…`;
    fits += character;
  }
  return fits === '' ? ' ' : fits;
}
