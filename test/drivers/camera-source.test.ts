import { join } from 'node:path';
import test from 'ava';
import { shownValue } from '../../config/problems.js';
import { parseCameraSource, withoutCredentials } from '../../drivers/camera.js';

/** Any file will do: none is opened. */
const FILE = import.meta.filename;
const FOLDER = import.meta.dirname;

test('a camera is named by a word, a URL, a device or a file', (t) => {
  t.deepEqual(parseCameraSource('synthetic'), { kind: 'synthetic' });
  const url = 'rtsps://officer:p%40ss@10.0.0.7:322/stream?channel=1';
  t.deepEqual(parseCameraSource(url), { kind: 'rtsp', url });
  t.deepEqual(parseCameraSource('/dev/video2'), { kind: 'v4l2', device: '/dev/video2' });
  t.deepEqual(parseCameraSource(FILE), { kind: 'file', path: FILE });
});

test('what is no camera is refused with what would be one, and without its password', (t) => {
  for (const text of [
    '',
    ' ',
    'http://host/a.mp4',
    '/dev/ttyS0',
    '/dev/video',
    'rtsp://',
    'rtsp:///a',
    'rtsp://h /a',
    'a\0b',
  ]) {
    const error = t.throws(() => parseCameraSource(text), { code: 'LIUHEN_USAGE' }, text);
    t.regex((error as { next?: string }).next ?? '', /synthetic.*rtsp.*\/dev\/videoN.*file/);
  }
  t.throws(() => parseCameraSource(join(FOLDER, 'missing.mp4')), {
    code: 'LIUHEN_CAMERA',
    message: /no such file/,
  });
  t.throws(() => parseCameraSource(FOLDER), { code: 'LIUHEN_CAMERA', message: /not a file/ });
  const error = t.throws(() => parseCameraSource('http://officer:secret@host/'), { code: 'LIUHEN_USAGE' });
  t.false(error?.message.includes('secret'));
});

test('credentials leave a text also where the password is badly escaped', (t) => {
  const url = 'rtsp://officer:a/b@c@host/live';
  t.is(withoutCredentials(`${url}: not found`, url), 'rtsp://***@host/live: not found');
  t.is(withoutCredentials('see http://a:b@h/x and https://h/x@y'), 'see http://***@h/x and https://h/x@y');
});

test('a password in the path of a camera, where many take it, leaves a text as well', (t) => {
  t.is(
    withoutCredentials('rtsp://10.0.0.9/user=admin&password=hunter22&channel=1.sdp: 401'),
    'rtsp://10.0.0.9/user=admin&password=***&channel=1.sdp: 401',
  );
  t.is(withoutCredentials('/live?usr=a&Pwd=hunter22#x'), '/live?usr=a&Pwd=***#x');
  t.is(shownValue('rtsp://10.0.0.9/password=hunter22&x'), '"rtsp://10.0.0.9/password=…&x"');
});
