import test from 'ava';
import { hardwareRows } from '../../agent/cli/hardware-text.js';
import { LANGUAGES, words } from '../../agent/words/words.js';
import { PORT_PIECES } from '../../config/hardware.js';

test('status calls each piece of hardware as the doctor does, in the language it is asked for', (t) => {
  for (const language of LANGUAGES) {
    const { status, doctor } = words(language);
    const [gnss, reader, board] = PORT_PIECES;
    const rows = hardwareRows(
      {
        pieces: {
          [gnss]: { state: 'works', detail: '/dev/ttyS1' },
          [reader]: { state: 'absent', detail: '/dev/ttyS2' },
          [board]: { state: 'not configured' },
        },
        ...{ light: 'ready', fix: null, officer: null, battery: null, temperatureCelsius: null },
        ...{ openDoors: ['storageDoor'], batteryLow: false },
      } as never,
      status,
    );
    for (const [row, value] of [
      [status.row.hardware, doctor.title.gnss],
      [status.row.absent, `${doctor.title.cardReader}: /dev/ttyS2`],
      [status.row.notThere, doctor.title.board],
      [status.alarm['door-open'], doctor.title.storageDoor],
    ] as const) {
      t.deepEqual(
        rows.filter(([name]) => name === row),
        [[row, value]],
      );
    }
  }
});
