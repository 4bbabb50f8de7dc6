/** Shapes of text that a setting may have to have. Shape only: nothing here looks at disks, networks or keys. */

const VKEY = /^[^\s+]{1,320}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{1,512}={0,2}$/;
const HOST = /^[A-Za-z0-9.:_-]{1,253}$/;
const ALSA_DEVICE = /^[A-Za-z0-9_][A-Za-z0-9_:,=.-]{0,127}$/;
const URL_SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/** A verifier key, C2SP signed-note: `<name>+<key id>+<base64>`. Whether it is a usable key shows when it is used. */
export function isVkey(text: string): boolean {
  return VKEY.test(text) && !text.startsWith('PRIVATE+KEY+');
}

/** A host name or an IP address. */
export function isHost(text: string): boolean {
  return HOST.test(text);
}

/** `mqtt://` or `mqtts://` with a host, without credentials. */
export function isBrokerUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'mqtt:' && url?.protocol !== 'mqtts:') return false;
  return url.hostname !== '' && !hasCredentials(url) && url.search === '' && url.hash === '';
}

/** Whether a camera source is a URL and not `synthetic` or something on this machine. */
export function isUrl(text: string): boolean {
  return URL_SCHEME.test(text);
}

/** `synthetic`, an `rtsp://` or `rtsps://` URL without credentials, or a path. */
export function isCameraSource(text: string): boolean {
  if (!isUrl(text)) return !text.startsWith('-');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'rtsp:' && url?.protocol !== 'rtsps:') return false;
  return url.hostname !== '' && !hasCredentials(url);
}

/** An ALSA capture device by its name: `default`, `hw:1,0`, `plughw:CARD=Device,DEV=0`. */
export function isAlsaDevice(text: string): boolean {
  return ALSA_DEVICE.test(text);
}

const DISPLAY_ITEMS = ['time', 'device', 'officer'] as const;
export type DisplayItem = (typeof DISPLAY_ITEMS)[number];

/** What a picture shall show: all for `true`, nothing for `false`, or a list such as `time, officer`; undefined for other text. */
export function displayItems(text: string): DisplayItem[] | undefined {
  if (text === 'true') return [...DISPLAY_ITEMS];
  if (text === 'false') return [];
  const named = text.split(',').map((item) => item.trim());
  const known = DISPLAY_ITEMS.filter((item) => named.includes(item));
  return known.length === named.length ? known : undefined;
}

/** `url` with a user name and a password in it, for the one program that takes them no other way: keep it out of logs. */
export function withCredentials(url: string, username: string, password: string): string {
  const complete = new URL(url);
  complete.username = encodeURIComponent(username);
  complete.password = encodeURIComponent(password);
  return complete.href;
}

/** A text with `mark` for each password in the path or query of a URL, where many cameras take it: `rtsp://host/user=admin&password=…`. */
export function withoutNamedSecrets(text: string, mark: string): string {
  return text.replace(/((?:pass(?:word|wd|phrase)?|pwd|secret|token)=)[^\s&;,?#"'\\]+/gi, `$1${mark}`);
}

function hasCredentials(url: URL): boolean {
  return url.username !== '' || url.password !== '';
}
