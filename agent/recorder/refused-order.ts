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
