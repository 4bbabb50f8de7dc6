import type ffmpeg from 'fluent-ffmpeg';
import type { CameraOptions, CameraSource } from './camera-port.js';

/** The file descriptor on which ffmpeg reports progress, apart from footage and from its messages. */
export const PROGRESS_FD = 3;

/** The file descriptor on which ffmpeg reads the address of a network camera. */
export const ADDRESS_FD = 4;

/** What was found out about this ffmpeg, this source and this microphone. */
export interface InputFindings {
  /** The test picture can carry a clock. */
  clock: boolean;
  /** The format to ask a v4l2 camera for; absent: ffmpeg's own choice. */
  v4l2Format?: string | undefined;
  /** The microphone has one channel only. */
  monoMicrophone: boolean;
}

/** Which stream of which input is recorded, as ffmpeg's -map takes them. */
export interface Streams {
  picture: string | undefined;
  sound: string | undefined;
}

const RTSP_TIMEOUT_MS = 10_000;
export const QUIETLY = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'warning'];
const PROGRESS = ['-progress', `pipe:${PROGRESS_FD}`, '-stats_period', '0.5'];
/** A camera's stream needs no long look before it starts, and must not wait in a buffer. */
const LIVE = ['-fflags', '+nobuffer+genpts', '-analyzeduration', '2000000', '-probesize', '1000000'];
/** Two devices are read by two threads; one that is held up must not lose what the other gives. */
const QUEUE = ['-thread_queue_size', '1024'];

/** Whether the source is where the sound comes from; else it is the microphone, or there is none. */
function hasOwnSound({ source, microphone }: CameraOptions): boolean {
  return microphone === undefined && source.kind !== 'v4l2';
}

/** Adds what is to be read, and says what is to be recorded of it. An input of which nothing is recorded is not opened. */
export function addInputs(
  command: ffmpeg.FfmpegCommand,
  options: CameraOptions,
  findings: InputFindings,
): Streams {
  const { source, mode = 'video', microphone } = options;
  const pace = options.realtime === false ? [] : ['-re'];
  const wantsSound = mode === 'audio' || (mode === 'video' && options.audio);
  const ownSound = wantsSound && hasOwnSound(options);
  let inputs = 0;
  const add = (input: string, inputOptions: readonly string[]): number => {
    const global = inputs === 0 ? [...QUIETLY, ...PROGRESS] : [];
    command.input(input).inputOptions([...global, ...inputOptions]);
    return inputs++;
  };
  let picture: string | undefined;
  let sound: string | undefined;
  if (source.kind === 'synthetic') {
    const lavfi = [...pace, '-f', 'lavfi'];
    if (mode !== 'audio') picture = `${add(testPicture(options, findings.clock), lavfi)}:v:0`;
    if (ownSound) sound = `${add('sine=frequency=440:sample_rate=48000', lavfi)}:a:0`;
  } else if (mode !== 'audio' || ownSound) {
    const index = add(...sourceInput(source, options, findings, pace));
    // What may have no picture, such as a file of sound alone, is recorded all the same.
    if (mode !== 'audio') picture = `${index}:v:0${mode === 'still' ? '' : '?'}`;
    if (ownSound) sound = `${index}:a:0${mode === 'audio' ? '' : '?'}`;
  }
  if (wantsSound && microphone !== undefined) {
    const channels = findings.monoMicrophone ? '1' : '2';
    const alsa = ['-f', 'alsa', '-sample_rate', '48000', '-channels', channels];
    sound = `${add(microphone, [...QUEUE, ...alsa])}:a:0`;
  }
  return { picture, sound };
}

function sourceInput(
  source: Exclude<CameraSource, { kind: 'synthetic' }>,
  { width, height, framesPerSecond }: CameraOptions,
  { v4l2Format }: InputFindings,
  pace: readonly string[],
): [input: string, options: string[]] {
  switch (source.kind) {
    case 'file':
      // The prefix and the list keep a path a path: not an option, not a URL, and no playlist that leads to one.
      return [`file:${source.path}`, [...pace, '-protocol_whitelist', 'file']];
    case 'rtsp':
      return [
        `pipe:${ADDRESS_FD}`,
        [...LIVE, ...['-f', 'concat', '-safe', '0', '-protocol_whitelist', 'pipe,rtsp,rtsps,rtp,tcp,tls']],
      ];
    case 'v4l2':
      return [
        source.device,
        [
          ...[...LIVE, ...QUEUE, '-f', 'v4l2'],
          // The kernel's own times, which are monotonic; the other choices convert them to the wall clock.
          ...['-timestamps', 'default'],
          ...(v4l2Format === undefined ? [] : ['-input_format', v4l2Format]),
          ...['-framerate', String(framesPerSecond), '-video_size', `${width}x${height}`],
        ],
      ];
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
