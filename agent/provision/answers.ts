import { parseDocument } from 'yaml';
import { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';
import { readConfigText } from '../../config/file.js';
import { LINE_PIECES, PORT_PIECES } from '../../config/hardware.js';
import { AUTHORITY_EXPECTED, DEVICE_ID_EXPECTED, isAuthority, isDeviceId } from '../../config/identity.js';
import { isBrokerUrl, isCameraSource, isVkey } from '../../config/shapes.js';
import { parsePortName } from '../../drivers/serial-port.js';
import { profileText, type Value, withSetting } from './config-text.js';

const id = z.string().refine(isDeviceId, DEVICE_ID_EXPECTED);
const line = z.strictObject({
  chip: z.string().min(1),
  line: z.int().min(0).max(1023),
  activeLow: z.boolean().optional(),
});
const port = z.strictObject({
  port: z.string().refine((text) => {
    try {
      return parsePortName(text) !== undefined;
    } catch {
      return false;
    }
  }, 'expected a serial port such as /dev/serial/by-id/… or usb:10c4:ea60'),
  baudRate: z.int().min(1200).max(4_000_000).optional(),
});

const PROFILES = ['recorder', 'kiosk'] as const;
export type DeviceProfile = (typeof PROFILES)[number];

/** Throws LIUHEN_USAGE for what is no device. */
export function deviceProfile(profile: string): DeviceProfile {
  const found = PROFILES.find((each) => each === profile);
  if (found !== undefined) return found;
  if (profile !== 'archive') {
    throw new LiuhenError(
      'LIUHEN_USAGE',
      `profile: expected recorder or kiosk, got ${JSON.stringify(profile.slice(0, 80))}`,
    );
  }
  throw new LiuhenError(
    'LIUHEN_USAGE',
    'an archive is no device: it enrols nowhere, and devices enrol with its authority',
    {
      next: 'liuhen archive init --data FOLDER --name DOMAIN/archive, then liuhen authority init --domain DOMAIN --archive FOLDER, which writes its configuration',
    },
  );
}

const answersSchema = z.strictObject({
  profile: z.enum(PROFILES, 'expected recorder or kiosk; an archive is made by liuhen archive init'),
  device: id,
  authority: z.string().refine(isAuthority, AUTHORITY_EXPECTED),
  /** The hall of a kiosk; the unit that carries a recorder. */
  unit: id.optional(),
  data: z.string().min(1).max(1024).optional(),
  camera: z
    .string()
    .refine(isCameraSource, 'expected /dev/videoN, rtsp://…, a file, or synthetic')
    .optional(),
  microphone: z.string().optional(),
  broker: z.string().refine(isBrokerUrl, 'expected mqtts://host:port').optional(),
  witness: z.string().refine(isVkey, "expected the archive's vkey").optional(),
  /** SHA-256 of the CA's certificate: an answer of another CA is refused. */
  caSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected 64 hex digits')
    .optional(),
  /** File with a one-time token, relative to the working directory. */
  tokenFile: z.string().optional(),
  lines: z.strictObject(Object.fromEntries(LINE_PIECES.map((name) => [name, line.optional()]))).optional(),
  ports: z.strictObject(Object.fromEntries(PORT_PIECES.map((name) => [name, port.optional()]))).optional(),
  /** Further settings by their dotted key, such as `recording.preRecord: 10s`. */
  settings: z
    .record(z.string().regex(/^[A-Za-z]+(\.[A-Za-z]+)?$/), z.union([z.string(), z.number(), z.boolean()]))
    .optional(),
});

/** What has to be known of a device to provision it: asked for, or read from a file. */
export type Answers = z.infer<typeof answersSchema>;

/** Reads a YAML file of answers. Throws LIUHEN_NOT_FOUND, and LIUHEN_CONFIG that names each wrong key. */
export function readAnswers(path: string): Answers {
  const document = parseDocument(readConfigText(path), { schema: 'core', prettyErrors: false });
  const [broken] = [...document.errors, ...document.warnings];
  if (broken !== undefined) throw wrong(path, [`not valid YAML: ${broken.message.split(/[:\n]/, 1)[0]}`]);
  // Aliases are for people who write much; here they could only make much of little.
  return checkAnswers(document.toJS({ maxAliasCount: 0 }), path);
}

export function checkAnswers(value: unknown, from: string): Answers {
  const parsed = answersSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw wrong(
    from,
    parsed.error.issues.slice(0, 20).map(({ path, message }) => `${path.join('.') || 'answers'}: ${message}`),
  );
}

/** The configuration that the answers make of the profile. */
export function configTextOf(answers: Answers): string {
  const { profile, device, authority, unit, data, camera, microphone, broker, witness } = answers;
  const settings: [string, Value | undefined][] = [
    ['device.id', device],
    ['device.authority', authority],
    ['data', data],
    ['camera.source', camera],
    ['camera.microphone', microphone],
    ['uplink.broker', broker],
    ['uplink.witness', witness],
    ['disclosure.hall', profile === 'kiosk' ? unit : undefined],
  ];
  for (const pieces of [answers.lines, answers.ports]) {
    for (const [name, piece] of Object.entries(pieces ?? {})) {
      if (piece !== undefined) settings.push([`hardware.${name}`, defined(piece)]);
    }
  }
  settings.push(...Object.entries(answers.settings ?? {}));
  let text = profileText(profile).replace(
    'Copy this file, fill in the device, and start with',
    'Written by liuhen provision; start with',
  );
  for (const [key, value] of settings) if (value !== undefined) text = withSetting(text, key, value);
  return text;
}

function defined(piece: object): { [key: string]: string | number | boolean } {
  return Object.fromEntries(Object.entries(piece).filter(([, value]) => value !== undefined));
}

function wrong(path: string, problems: readonly string[]): LiuhenError {
  return new LiuhenError('LIUHEN_CONFIG', `${path}: ${problems.join(`\n${path}: `)}`, {
    next: 'liuhen provision --help shows an example of an answers file',
  });
}
