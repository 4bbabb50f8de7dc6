import { LiuhenError } from '../../config/errors.js';
import type { RecorderState } from './recorder-parts.js';

/** LIUHEN_STATE: what the recorder is asked for is not for the state that it is in. */
export function refusedOrder(
  cannot: `cannot ${'start' | 'stop' | 'mark'}`,
  state: RecorderState,
): LiuhenError {
  return new LiuhenError('LIUHEN_STATE', `${cannot}: the recorder is ${state}`, {
    next: nextIn(state),
  });
}

/** LIUHEN_STORAGE_IO: the disk failed between the first entry of a recording and its start. */
export function endedAsItBegan(recording: number, state: RecorderState): LiuhenError {
  return new LiuhenError('LIUHEN_STORAGE_IO', `recording ${recording} ended as it began: ${state}`, {
    next: 'start again once the disk takes footage: liuhen status shows it, liuhen doctor measures the disk',
  });
}

/** LIUHEN_STORAGE_IO: what was to be stopped has ended already, because of the disk. */
export function endedBefore(recording: number, state: RecorderState): LiuhenError {
  return new LiuhenError(
    'LIUHEN_STORAGE_IO',
    `recording ${recording} ended before, with what is sealed: ${state}`,
    {
      next: 'liuhen recordings shows what is sealed; nothing is left to stop',
    },
  );
}

/** LIUHEN_STATE: what was to be stopped is closed. */
export function closedAlready(): LiuhenError {
  return new LiuhenError('LIUHEN_STATE', 'the recording is closed already', {
    next: 'liuhen recordings shows what is sealed; nothing is left to stop',
  });
}

function nextIn(state: RecorderState): string {
  switch (state) {
    case 'idle':
      return 'start a recording first: liuhen start, or a short press';
    case 'recording':
      return 'stop the recording that runs first';
    case 'starting':
    case 'stopping':
      return 'try again once it has: liuhen status shows it';
    case 'storage-full':
      return 'free space on the disk; a recording that was cut off by it goes on by itself';
    case 'fault':
      return 'check the disk (dmesg, smartctl)';
    case 'closed':
      return 'liuhen status says whether it still runs';
  }
}
