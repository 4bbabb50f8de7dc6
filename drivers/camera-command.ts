import ffmpeg from 'fluent-ffmpeg';
import { type Drawing, drawtextFilters } from './camera-display.js';
import { addInputs, type InputFindings } from './camera-inputs.js';
import type { CameraOptions } from './camera-port.js';

/** What was found out before ffmpeg starts, and what it said when it started before. */
export interface Findings extends InputFindings {
  /** The source's sound does not fit into MP4 as it is, so it is encoded even where the picture is copied. */
  encodeAudio: boolean;
  /** What is drawn into the picture, and how; absent: nothing. */
  drawing?: Drawing | undefined;
}

export const DEFAULT_STILL_EVERY_MS = 10_000;

/** Whether ffmpeg's last words say that the source's sound (G.711 of many network cameras) cannot be copied to MP4. */
export function saysAudioDoesNotFit(words: string): boolean {
  return /could not find tag for codec (pcm|adpcm|g7)/i.test(words);
}

/**
 * The arguments of the one ffmpeg process that reads the source and writes fragmented MP4 to stdout. Nothing in them takes a
 * time from the wall clock: media times come from the file, the network camera, the kernel's monotonic clock or a count of samples.
 *
 * fluent-ffmpeg only composes them: its own run() starts two more processes to ask for codecs, keeps stderr without a
 * bound, and throws from an event listener when the process cannot be started.
 */
export function ffmpegArguments(options: CameraOptions, findings: Findings): string[] {
  const command = ffmpeg();
  const { picture, sound } = addInputs(command, options, findings);
  command.output('pipe:1');
  for (const stream of [picture, sound]) if (stream !== undefined) command.outputOptions(['-map', stream]);
  const copy = options.copy && options.source.kind !== 'synthetic';
  if (copy) command.outputOptions(['-c', 'copy']);
  else if (picture !== undefined) addPictureEncoding(command, options, findings.drawing);
  if (sound !== undefined) addSoundEncoding(command, options, copy && !findings.encodeAudio);
  command.outputOptions(fragmenting(options));
  return (command as unknown as { _getArguments(): string[] })._getArguments();
}

function addSoundEncoding(command: ffmpeg.FfmpegCommand, { microphone }: CameraOptions, copy: boolean): void {
  if (copy && microphone === undefined) return;
  // ffmpeg takes the time of ALSA's samples from the wall clock, which jumps; counting them does not.
  if (microphone !== undefined) command.audioFilters('asetpts=N/SR/TB');
  command.outputOptions(['-c:a', 'aac', '-b:a', '96k']);
}

function addPictureEncoding(
  command: ffmpeg.FfmpegCommand,
  options: CameraOptions,
  drawing: Drawing | undefined,
): void {
  const { width, height, mode = 'video', stillEveryMs = DEFAULT_STILL_EVERY_MS } = options;
  const scale = `scale=w='min(iw,${width})':h='min(ih,${height})':force_original_aspect_ratio=decrease:force_divisible_by=2`;
  command
    .videoFilters([
      ...(mode === 'still' ? [`select='${pairs(stillEveryMs / 1000)}'`] : []),
      scale,
      ...(drawing === undefined ? [] : drawtextFilters(drawing)),
    ])
    .outputOptions(['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'])
    .outputOptions(mode === 'still' ? stillEncoding() : movingEncoding(options));
}

function movingEncoding({ framesPerSecond, fragmentMs, bitrateBitsPerSecond }: CameraOptions): string[] {
  const seconds = fragmentMs / 1000;
  return [
    ...['-r', String(framesPerSecond)],
    ...['-b:v', String(bitrateBitsPerSecond), '-maxrate', String(bitrateBitsPerSecond)],
    ...['-bufsize', String(bitrateBitsPerSecond)],
    // The preset adds no key frames, hence no fragments, at scene cuts.
    ...['-g', String(Math.ceil(framesPerSecond * seconds))],
    ...['-force_key_frames', `expr:gte(t,n_forced*${seconds})`],
  ];
}

/** Every picture by itself, of one quality whatever the time between them, and at the time at which it was taken. */
function stillEncoding(): string[] {
  return ['-fps_mode', 'passthrough', '-g', '1', '-crf', '20'];
}

/**
 * The first picture of each interval, and the one right after it. ffmpeg closes a fragment when the next picture is there:
 * without the second one the first would wait in its memory for a whole interval, and be lost in a power cut.
 */
function pairs(seconds: number): string {
  const begins = `isnan(prev_t)+gt(floor(t/${seconds}),floor(prev_t/${seconds}))`;
  return `if(${begins},st(0,1),if(ld(0),st(0,0)+1,0))`;
}

/**
 * Fragments are cut at key frames. The duration is a second bound, for a source without pictures, where nothing is a
 * key frame, and for a copied one whose key frames stay away: ffmpeg holds a fragment in memory until it is complete.
 */
function fragmenting({ copy, fragmentMs, mode = 'video' }: CameraOptions): string[] {
  const longestMs = { video: copy ? Math.max(10_000, 2 * fragmentMs) : 1.5 * fragmentMs, audio: fragmentMs };
  return [
    ...['-f', 'mp4', '-movflags', '+frag_keyframe+empty_moov+default_base_moof+skip_trailer'],
    ...(mode === 'still' ? [] : ['-frag_duration', String(Math.round(longestMs[mode] * 1000))]),
    // A track that falls silent must not hold back the other, nor a finished fragment wait for the next write.
    ...['-max_interleave_delta', '1000000', '-flush_packets', '1'],
  ];
}
