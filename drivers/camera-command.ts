import { execFile } from 'node:child_process';
import ffmpeg from 'fluent-ffmpeg';
import type { CameraOptions } from './camera-port.js';

/** The file descriptor on which ffmpeg reports progress, apart from footage and from its messages. */
export const PROGRESS_FD = 3;

/** The file descriptor on which ffmpeg reads the address of a network camera. */
export const ADDRESS_FD = 4;

const RTSP_TIMEOUT_MS = 10_000;
const PROBE_TIMEOUT_MS = 5_000;
const GLOBAL = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'warning'];
const PROGRESS = ['-progress', `pipe:${PROGRESS_FD}`, '-stats_period', '0.5'];
/** A camera's stream needs no long look before it starts, and must not wait in a buffer. */
const LIVE = ['-fflags', '+nobuffer+genpts', '-analyzeduration', '2000000', '-probesize', '1000000'];

/** What was found out about this ffmpeg and this source. */
export interface Findings {
  /** The text filter works, so the test picture can carry a clock. */
  clock: boolean;
  /** The source's sound does not fit into MP4 as it is, so it is encoded even where the picture is copied. */
  encodeAudio: boolean;
}

/** Whether ffmpeg's last words say that the source's sound (G.711 of many network cameras) cannot be copied to MP4. */
export function saysAudioDoesNotFit(words: string): boolean {
  return /could not find tag for codec (pcm|adpcm|g7)/i.test(words);
}

/**
 * The arguments of the one ffmpeg process that reads the source and writes fragmented MP4 to stdout.
 *
 * fluent-ffmpeg only composes them: its own run() starts two more processes to ask for codecs, keeps stderr without a
 * bound, and throws from an event listener when the process cannot be started.
 */
export function ffmpegArguments(options: CameraOptions, findings: Findings): string[] {
  const command = ffmpeg();
  addInputs(command, options, findings.clock);
  command.output('pipe:1').outputOptions(['-map', '0:v:0?']);
  if (options.audio)
    command.outputOptions(['-map', options.source.kind === 'synthetic' ? '1:a:0' : '0:a:0?']);
  const copy = options.copy && options.source.kind !== 'synthetic';
  if (copy) command.outputOptions(['-c', 'copy']);
  else addPictureEncoding(command, options);
  if (options.audio && (!copy || findings.encodeAudio)) command.outputOptions(['-c:a', 'aac', '-b:a', '96k']);
  command.outputOptions(fragmenting(options));
  return (command as unknown as { _getArguments(): string[] })._getArguments();
}

function addInputs(command: ffmpeg.FfmpegCommand, options: CameraOptions, clock: boolean): void {
  const { source, width, height, framesPerSecond } = options;
  const pace = options.realtime === false ? [] : ['-re'];
  const size = `${width}x${height}`;
  switch (source.kind) {
    case 'synthetic':
      command
        .input(testPicture(options, clock))
        .inputOptions([...GLOBAL, ...PROGRESS, ...pace, '-f', 'lavfi']);
      if (options.audio) {
        command.input('sine=frequency=440:sample_rate=48000').inputOptions([...pace, '-f', 'lavfi']);
      }
      return;
    case 'file':
      // The prefix and the list keep a path a path: not an option, not a URL, and no playlist that leads to one.
      command
        .input(`file:${source.path}`)
        .inputOptions([...GLOBAL, ...PROGRESS, ...pace, '-protocol_whitelist', 'file']);
      return;
    case 'rtsp':
      command
        .input(`pipe:${ADDRESS_FD}`)
        .inputOptions([...GLOBAL, ...PROGRESS, ...LIVE, '-f', 'concat', '-safe', '0'])
        .inputOptions(['-protocol_whitelist', 'pipe,rtsp,rtsps,rtp,tcp,tls']);
      return;
    case 'v4l2':
      command
        .input(source.device)
        .inputOptions([
          ...GLOBAL,
          ...PROGRESS,
          ...LIVE,
          '-f',
          'v4l2',
          ...(options.copy ? ['-input_format', 'h264'] : []),
        ])
        .inputOptions(['-framerate', String(framesPerSecond), '-video_size', size]);
  }
}

/**
 * A playlist of one entry (ffmpeg's concat format). As an argument the address, and the password in it, would stand in the list of
 * processes for everybody on the machine.
 */
export function addressList(url: string): string {
  const quoted = `'${url.replaceAll("'", "'\\''")}'`;
  return `ffconcat version 1.0\nfile ${quoted}\noption rtsp_transport tcp\noption timeout ${RTSP_TIMEOUT_MS * 1000}\n`;
}

function testPicture({ width, height, framesPerSecond }: CameraOptions, clock: boolean): string {
  const picture = `testsrc2=size=${width}x${height}:rate=${framesPerSecond}`;
  if (!clock) return picture;
  const style = `fontsize=${Math.max(12, Math.round(height / 12))}:fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=4`;
  return `${picture},drawtext=text='%{localtime}':${style}:x=(w-text_w)/2:y=h-2*text_h`;
}

function addPictureEncoding(command: ffmpeg.FfmpegCommand, options: CameraOptions): void {
  const { width, height, framesPerSecond, fragmentMs, bitrateBitsPerSecond } = options;
  const seconds = fragmentMs / 1000;
  command
    .videoFilters(
      `scale=w='min(iw,${width})':h='min(ih,${height})':force_original_aspect_ratio=decrease:force_divisible_by=2`,
    )
    .outputOptions(['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'])
    .outputOptions(['-r', String(framesPerSecond)])
    .outputOptions(['-b:v', String(bitrateBitsPerSecond), '-maxrate', String(bitrateBitsPerSecond)])
    .outputOptions(['-bufsize', String(bitrateBitsPerSecond)])
    // The preset adds no key frames, hence no fragments, at scene cuts.
    .outputOptions(['-g', String(Math.ceil(framesPerSecond * seconds))])
    .outputOptions(['-force_key_frames', `expr:gte(t,n_forced*${seconds})`]);
}

/**
 * Fragments are cut at key frames. The duration is a second bound, for a source without pictures, where nothing is a
 * key frame, and for a copied one whose key frames stay away: ffmpeg holds a fragment in memory until it is complete.
 */
function fragmenting({ copy, fragmentMs }: CameraOptions): string[] {
  const longestMs = copy ? Math.max(10_000, 2 * fragmentMs) : 1.5 * fragmentMs;
  return [
    ...['-f', 'mp4', '-movflags', '+frag_keyframe+empty_moov+default_base_moof+skip_trailer'],
    ...['-frag_duration', String(Math.round(longestMs * 1000))],
    // A track that falls silent must not hold back the other, nor a finished fragment wait for the next write.
    ...['-max_interleave_delta', '1000000', '-flush_packets', '1'],
  ];
}

const clockProbes = new Map<string, Promise<boolean>>();

/** Whether this ffmpeg can draw text: it needs the filter and a font. Asked once for each path. */
export function canDrawClock(ffmpegPath: string): Promise<boolean> {
  let probe = clockProbes.get(ffmpegPath);
  if (probe === undefined) {
    probe = new Promise((resolve) => {
      const picture = "color=size=64x64:rate=1,drawtext=text='%{localtime}'";
      const args = [...GLOBAL, '-f', 'lavfi', '-i', picture, '-frames:v', '1', '-f', 'null', '-'];
      execFile(ffmpegPath, args, { timeout: PROBE_TIMEOUT_MS, killSignal: 'SIGKILL' }, (error) =>
        resolve(!error),
      );
    });
    clockProbes.set(ffmpegPath, probe);
  }
  return probe;
}
