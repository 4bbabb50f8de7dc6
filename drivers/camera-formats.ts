import { execFile } from 'node:child_process';

const TIMEOUT_MS = 5_000;
/** Up to this size USB 2 carries raw pictures at a good rate; above it webcams give them a few times a second at most. */
const LARGEST_RAW_PIXELS = 640 * 480;

/** A format that a v4l2 camera offers, by ffmpeg's name of it. */
export interface V4l2Format {
  name: string;
  compressed: boolean;
  /** The sizes it comes in; empty where the driver gives ranges, or none. */
  sizes: readonly string[];
}

export interface FormatWish {
  copy: boolean;
  width: number;
  height: number;
}

/** Whether it matters what the camera offers. For small pictures it does not: ffmpeg tries raw formats first by itself. */
export function formatMatters({ copy, width, height }: FormatWish): boolean {
  return copy || width * height > LARGEST_RAW_PIXELS;
}

/** What to ask the camera for: `undefined` leaves it to ffmpeg; a refusal says what is offered instead. */
export type FormatChoice = { format: string | undefined } | { refusal: string };

const LINE = /\] (Raw|Compressed)\s*:\s*(\S+) :.*? : ?(.*)$/;

/** The formats named in what `ffmpeg -list_formats all` says. Those that ffmpeg cannot read are left out. */
export function formatsOf(listing: string): V4l2Format[] {
  const formats: V4l2Format[] = [];
  for (const line of listing.split('\n', 200)) {
    const [, kind, name, sizes = ''] = LINE.exec(line) ?? [];
    if (name === undefined || name === 'Unsupported') continue;
    formats.push({ name, compressed: kind === 'Compressed', sizes: sizes.match(/\b\d+x\d+\b/g) ?? [] });
  }
  return formats;
}

/**
 * H.264 where it is kept as it is. Else raw, which loses nothing, as long as it comes fast enough, and Motion-JPEG for larger
 * pictures; a format that has the size wanted comes before one that has not.
 */
export function chooseFormat(formats: readonly V4l2Format[], wish: FormatWish): FormatChoice {
  const named = (name: string) => formats.find((format) => format.name === name);
  const offered = formats.map(({ name }) => name).join(', ');
  // Nothing is known of it: ffmpeg will say what is wrong with the device.
  if (formats.length === 0) return { format: wish.copy ? 'h264' : undefined };
  if (wish.copy) {
    if (named('h264') !== undefined) return { format: 'h264' };
    return { refusal: `expected a camera that gives h264, which copying takes, found ${offered}` };
  }
  const fits = ({ sizes }: V4l2Format) =>
    sizes.length === 0 || sizes.includes(`${wish.width}x${wish.height}`);
  const raw = formats.filter(({ compressed }) => !compressed);
  const compressed = ['mjpeg', 'h264'].flatMap((name) => named(name) ?? []);
  const inOrder = formatMatters(wish) ? [...compressed, ...raw] : [...raw, ...compressed];
  const chosen = inOrder.find(fits) ?? inOrder[0];
  if (chosen === undefined)
    return { refusal: `expected raw pictures, mjpeg or h264 of the camera, found ${offered}` };
  // Between raw formats ffmpeg chooses better: it knows which needs least conversion.
  return { format: chosen.compressed ? chosen.name : undefined };
}

/** Asks the camera what it offers; empty when it cannot be asked. */
export function v4l2Formats(ffmpegPath: string, device: string): Promise<V4l2Format[]> {
  const args = ['-hide_banner', '-nostdin', '-loglevel', 'info', '-f', 'v4l2', '-list_formats', 'all'];
  const options = { timeout: TIMEOUT_MS, killSignal: 'SIGKILL' as const };
  return new Promise((resolve) => {
    execFile(ffmpegPath, [...args, '-i', device], options, (_, __, stderr) => resolve(formatsOf(stderr)));
  });
}
