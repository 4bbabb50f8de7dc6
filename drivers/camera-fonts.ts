import { execFile } from 'node:child_process';
import { systemCodeOf } from '../config/errors.js';
import { drawtext } from './camera-display.js';
import { QUIETLY } from './camera-inputs.js';

const TIMEOUT_MS = 5_000;

/** How this machine draws text into a picture. */
export type TextDrawing =
  | { works: true; font: string | undefined; chinese: boolean }
  | { works: false; reason: string };

const answers = new Map<string, Promise<TextDrawing>>();

/**
 * Whether this ffmpeg can draw text, which takes the drawtext filter and a font, and in which font: drawtext uses one font for
 * all characters, so one that has Chinese is preferred. Asked until it works once for each path: a machine that has just started may be too slow to answer.
 */
export function textDrawing(ffmpegPath: string): Promise<TextDrawing> {
  let answer = answers.get(ffmpegPath);
  if (answer === undefined) {
    answer = ask(ffmpegPath);
    answers.set(ffmpegPath, answer);
    void answer.then(({ works }) => {
      if (!works) answers.delete(ffmpegPath);
    });
  }
  return answer;
}

async function ask(ffmpegPath: string): Promise<TextDrawing> {
  const font = await chineseFont();
  if (font !== undefined && (await drawingProblem(ffmpegPath, font)) === undefined) {
    return { works: true, font, chinese: true };
  }
  const reason = await drawingProblem(ffmpegPath, undefined);
  return reason === undefined ? { works: true, font: undefined, chinese: false } : { works: false, reason };
}

/** The fontconfig family that suits simplified Chinese best; undefined where fontconfig knows none. */
async function chineseFont(): Promise<string | undefined> {
  const { stdout } = await run('fc-match', ['-f', '%{family[0]}\n%{lang}', 'sans:lang=zh-cn']);
  const [family = '', languages = ''] = stdout.split('\n');
  return family !== '' && languages.split('|').includes('zh-cn') ? family : undefined;
}

async function drawingProblem(ffmpegPath: string, font: string | undefined): Promise<string | undefined> {
  const text = drawtext({ text: '%{localtime}', ...(font === undefined ? {} : { font }) });
  const source = ['-f', 'lavfi', '-i', `color=size=64x64:rate=1,${text}`];
  const { error, stderr } = await run(ffmpegPath, [
    ...QUIETLY,
    ...source,
    ...['-frames:v', '1', '-f', 'null', '-'],
  ]);
  if (error === undefined) return undefined;
  const first = stderr.split('\n').find((line) => line.trim() !== '');
  return (first ?? systemCodeOf(error) ?? error.message).trim().slice(0, 200);
}

function run(
  path: string,
  args: readonly string[],
): Promise<{ error: Error | undefined; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(path, args, { timeout: TIMEOUT_MS, killSignal: 'SIGKILL' }, (error, stdout, stderr) =>
      resolve({ error: error ?? undefined, stdout, stderr }),
    );
  });
}
