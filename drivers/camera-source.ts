import { statSync } from 'node:fs';
import { LiuhenError } from '../config/errors.js';
import { withoutNamedSecrets } from '../config/shapes.js';
import type { CameraSource } from './camera-port.js';

const ACCEPTED =
  'give synthetic, rtsp://HOST/PATH, rtsps://HOST/PATH, /dev/videoN or the path of a video file';

/**
 * Reads a camera as a person writes it: `synthetic`, an rtsp:// or rtsps:// URL, /dev/videoN, or the path of a file.
 * Throws LIUHEN_USAGE for anything else, LIUHEN_CAMERA for a file that is not there. A device is not looked for: it
 * may be plugged in later.
 */
export function parseCameraSource(text: string): CameraSource {
  if (text === 'synthetic') return { kind: 'synthetic' };
  if (/^rtsps?:\/\//i.test(text)) {
    const host = URL.canParse(text) && !/\s/.test(text) ? new URL(text).hostname : '';
    if (host !== '') return { kind: 'rtsp', url: text };
    throw new LiuhenError(
      'LIUHEN_USAGE',
      `camera: expected an rtsp URL with a host, found ${withoutCredentials(text)}`,
      {
        next: ACCEPTED,
      },
    );
  }
  if (/^\/dev\/video\d{1,3}$/.test(text)) return { kind: 'v4l2', device: text };
  if (
    text.trim() === '' ||
    text.includes('\0') ||
    /^[a-z][a-z0-9+.-]+:\/\//i.test(text) ||
    text.startsWith('/dev/')
  ) {
    const found = withoutCredentials(JSON.stringify(text));
    throw new LiuhenError('LIUHEN_USAGE', `camera: expected a camera, found ${found}`, { next: ACCEPTED });
  }
  const stat = statSync(text, { throwIfNoEntry: false });
  if (stat?.isFile()) return { kind: 'file', path: text };
  const found = stat === undefined ? 'no such file' : 'not a file';
  throw new LiuhenError('LIUHEN_CAMERA', `camera: expected a video file at ${text}, found ${found}`, {
    next: ACCEPTED,
  });
}

/** The text without user and password of every URL in it, nor a password in its path, and without those of `url` even where it is badly escaped. */
export function withoutCredentials(text: string, url?: string): string {
  const secret = url?.match(/^[a-z]+:\/\/(.*)@/is)?.[1];
  const first = secret ? text.replaceAll(secret, '***') : text;
  return withoutNamedSecrets(first, '***').replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#]*@/gi, '$1***@');
}
