import { stripVTControlCharacters } from 'node:util';
import {
  confirm,
  isCancel,
  log,
  SELECT_INSTRUCTIONS,
  select,
  spinner,
  text,
  updateSettings,
} from '@clack/prompts';
import { LiuhenError } from '../../config/errors.js';
import { LINE_PIECES, PORT_PIECES } from '../../config/hardware.js';
import { AUTHORITY_EXPECTED, DEVICE_ID_EXPECTED, isAuthority, isDeviceId } from '../../config/identity.js';
import { defaultConfig } from '../../config/load.js';
import { isCameraSource } from '../../config/shapes.js';
import { sysfsGpio } from '../../drivers/gpio.js';
import { terminalLanguage } from '../words/language.js';
import { named, spoken } from '../words/spoken.js';
import { type Answers, checkAnswers, type DeviceProfile, deviceProfile } from './answers.js';
import { DRIVEN, pieceText, type Tried, tryCamera, tryLine, tryPort } from './live-test.js';
import type { Found } from './probe.js';

/** Questions go to stderr: stdout is for results. */
const output = process.stderr;
const BAUD_RATES = { gnss: 9600, cardReader: 9600, board: 115_200 } as const;
/** How long a person has to press a button or open a door. */
const TOUCH_MS = 10_000;

interface Wanted {
  usualData: string;
  /** Asked for where it is not known. */
  profile: DeviceProfile | undefined;
  /** Whether each piece of hardware that is chosen is tried. */
  tests: boolean;
}

/** Asks a person at the terminal for everything. Throws LIUHEN_USAGE when they stop. */
export async function askAnswers(found: Found, { usualData, tests, ...known }: Wanted): Promise<Answers> {
  if (terminalLanguage() !== 'en') speakOfKeys();
  const profile = known.profile ?? (await askProfile());
  const device = await line('Its id', `${profile}-0001`, (value) =>
    isDeviceId(value) ? undefined : DEVICE_ID_EXPECTED,
  );
  const authority = await line('Domain of the authority that answers for it', 'liuhen.example', (value) =>
    isAuthority(value) ? undefined : AUTHORITY_EXPECTED,
  );
  const unit = await line(
    profile === 'kiosk' ? 'Its hall' : 'Unit that carries it (empty: none)',
    profile === 'kiosk' ? 'hall-1' : '',
    (value) =>
      isDeviceId(value) || (value === '' && profile === 'recorder') ? undefined : DEVICE_ID_EXPECTED,
  );
  const data = await line('Folder for journal, footage and keys', usualData, (value) =>
    value === '' ? 'expected a folder' : undefined,
  );
  const base = { profile, device, authority, ...(unit === '' ? {} : { unit }), data };
  if (profile === 'kiosk') {
    const window = await line('The window that it stands at, as it is written above it', '1', (value) =>
      value === '' ? 'expected a window such as 3 or A12' : undefined,
    );
    return checkAnswers({ ...base, settings: { 'kiosk.window': window } }, 'answers');
  }
  const keep = tests ? kept : async () => true;
  const camera = await askCamera(found, keep);
  const ports = await askPorts(found, keep);
  return checkAnswers({ ...base, camera, ports, lines: await askLines(found, keep) }, 'answers');
}

async function askProfile(): Promise<DeviceProfile> {
  const chosen = await asked(
    select({
      message: spoken('What is this device?'),
      options: [
        { value: 'recorder', label: spoken('recorder'), hint: spoken('an officer wears it') },
        { value: 'kiosk', label: spoken('kiosk'), hint: spoken('it stands in a service hall') },
        { value: 'archive', label: spoken('archive'), hint: spoken('it receives from the others') },
      ],
      output,
    }),
  );
  return deviceProfile(chosen);
}

async function askCamera({ cameras }: Found, keep: typeof kept): Promise<string> {
  for (;;) {
    const chosen = await asked(
      select({
        message: spoken(
          cameras.length === 0
            ? 'No camera is plugged in. Where does the picture come from?'
            : 'Which camera?',
        ),
        options: [
          ...cameras.map(({ path, name }) => ({ value: path, label: path, hint: name })),
          {
            value: 'other',
            label: spoken('another'),
            hint: spoken('rtsp://…, a file, a device that is not there yet'),
          },
          {
            value: 'synthetic',
            label: spoken('synthetic'),
            hint: spoken('a test picture: proves nothing'),
          },
        ],
        output,
      }),
    );
    const camera =
      chosen === 'other'
        ? await line('Its source', '/dev/video0', (value) =>
            isCameraSource(value) && value !== ''
              ? undefined
              : 'expected /dev/videoN, rtsp://… without a password, or a file',
          )
        : chosen;
    if (await keep(() => tryCamera(defaultConfig({ camera: { source: camera } })))) return camera;
  }
}

async function askPorts({ ports }: Found, keep: typeof kept): Promise<Record<string, object>> {
  const chosen: Record<string, object> = {};
  for (const piece of PORT_PIECES) {
    if (ports.length === 0) break;
    const port = await asked(
      select({
        message: spoken(`Serial port of the ${pieceText(piece)}`),
        options: [
          { value: '', label: spoken('none') },
          ...ports.map(({ name, path, usb }) => ({
            value: name,
            label: name,
            hint: [path, usb?.description].filter(Boolean).join(', '),
          })),
        ],
        output,
      }),
    );
    if (port === '') continue;
    const settings = { port, baudRate: BAUD_RATES[piece] };
    if (await keep(() => tryPort(piece, settings))) chosen[piece] = settings;
  }
  return chosen;
}

async function askLines({ chips, gpioProblem }: Found, keep: typeof kept): Promise<Record<string, object>> {
  if (gpioProblem !== undefined) log.info(spoken(gpioProblem), { output });
  const chosen: Record<string, object> = {};
  for (const piece of LINE_PIECES) {
    if (chips.length === 0) break;
    const chip = await asked(
      select({
        message: spoken(`GPIO chip of the ${pieceText(piece)}`),
        options: [
          { value: '', label: spoken('none') },
          ...chips.map(({ label, lines }) => ({ value: label, label, hint: spoken(`${lines} lines`) })),
        ],
        output,
      }),
    );
    if (chip === '') continue;
    const most = chips.find(({ label }) => label === chip)?.lines ?? 1024;
    const number = await line('Its line', '0', (value) =>
      /^\d{1,4}$/.test(value) && Number(value) < most ? undefined : `expected 0 to ${most - 1}`,
    );
    const activeLow = await yes('Is it active when its voltage is low?', false);
    const settings = { chip, line: Number(number), activeLow };
    if (await keep(() => tryLine(sysfsGpio(), piece, settings, TOUCH_MS), piece)) chosen[piece] = settings;
  }
  return chosen;
}

/** Tries a piece, and asks whether to keep one that does not work. */
async function kept(attempt: () => Promise<Tried>, line?: string): Promise<boolean> {
  const turning = spinner({ output });
  turning.start(
    spoken(line === undefined || DRIVEN.includes(line) ? 'trying it' : `touch it now: ${pieceText(line)}`),
  );
  const { result, detail } = await attempt();
  turning.stop(named(result, detail));
  return result === 'works' || (await yes('Take it all the same?', result === 'silent'));
}

function yes(message: string, initialValue: boolean): Promise<boolean> {
  const words = { message: spoken(message), active: spoken('Yes'), inactive: spoken('No') };
  return asked(confirm({ ...words, initialValue, output }));
}

function line(
  message: string,
  initial: string,
  fault: (value: string) => string | undefined,
): Promise<string> {
  const validate = (value: string | undefined) => {
    const wrong = fault((value ?? '').trim());
    return wrong === undefined ? undefined : spoken(wrong);
  };
  return asked(text({ message: spoken(message), initialValue: initial, validate, output })).then((value) =>
    value.trim(),
  );
}

async function asked<T>(answer: Promise<T>): Promise<Exclude<T, symbol>> {
  const value = await answer;
  if (!isCancel(value)) return value as Exclude<T, symbol>;
  throw new LiuhenError('LIUHEN_USAGE', 'stopped before all was answered; nothing was made', {
    next: 'liuhen provision asks again',
  });
}

/** What the prompts themselves say. */
function speakOfKeys(): void {
  const said = SELECT_INSTRUCTIONS.map((text) => spoken(stripVTControlCharacters(text)));
  SELECT_INSTRUCTIONS.splice(0, SELECT_INSTRUCTIONS.length, ...said);
  updateSettings({ messages: { cancel: spoken('Canceled'), error: spoken('Something went wrong') } });
}
