import { spawn } from 'node:child_process';

const FFMPEG_MS = 5000;
const MAX_JPEG_BYTES = 4 * 1024 * 1024;
const ARGUMENTS = [
  ...['-v', 'error', '-f', 'mp4', '-i', 'pipe:0', '-an', '-frames:v', '1'],
  ...['-vf', "scale='min(iw,960)':-2", '-c:v', 'mjpeg', '-q:v', '5', '-f', 'image2pipe', 'pipe:1'],
];

/** The first picture of fragmented MP4 as JPEG, by ffmpeg; undefined where there is none. */
export function pictureOf(mp4: Buffer, ffmpegPath = 'ffmpeg'): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const ffmpeg = spawn(ffmpegPath, ARGUMENTS, { stdio: ['pipe', 'pipe', 'ignore'], timeout: FFMPEG_MS });
    const chunks: Buffer[] = [];
    let bytes = 0;
    ffmpeg.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_JPEG_BYTES) ffmpeg.kill('SIGKILL');
      else chunks.push(chunk);
    });
    ffmpeg.once('error', () => resolve(undefined));
    ffmpeg.once('close', (status) => resolve(status === 0 && bytes > 0 ? Buffer.concat(chunks) : undefined));
    // It reads no further than the first picture.
    ffmpeg.stdin.on('error', () => {});
    ffmpeg.stdin.end(mp4);
  });
}
