import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { LiuhenError } from '../../config/errors.js';

/** Answers are a few KiB; more is refused before it is parsed. */
export const MAX_ANSWER_BYTES = 32 * 1024;
/** And so are requests, but of a device that has run: that tells how its key has moved on. */
export const MAX_REQUEST_BYTES = 896 * 1024;

/** What is carried from device to authority and back. */
export type Carried = 'request' | 'answer';

/** Where the answer to a request in a file is put: beside it. */
export function answerFileOf(requestFile: string): string {
  return `${requestFile.replace(/(\.request)?\.json$/, '')}.answer.json`;
}

/**
 * A request or an answer as one line, to be pasted or scanned: `liuhen-request:` and base64url of the deflated (RFC 1951) JSON.
 */
export function toLine(kind: Carried, json: string): string {
  return `liuhen-${kind}:${deflateRawSync(json, { level: 9 }).toString('base64url')}`;
}

/** The JSON in a file or in a line. Throws LIUHEN_ENROL. */
export function fromCarrier(kind: Carried, text: string): unknown {
  const wrong = (why: string) =>
    new LiuhenError(
      'LIUHEN_ENROL',
      `expected ${kind === 'request' ? 'a' : 'an'} ${kind} of an enrolment, ${why}`,
      {
        next:
          kind === 'request'
            ? 'liuhen provision writes it on the device: request.json, and the line that begins with liuhen-request:'
            : 'liuhen authority enrol writes it: a file, and the line that begins with liuhen-answer:',
      },
    );
  const maxBytes = kind === 'request' ? MAX_REQUEST_BYTES : MAX_ANSWER_BYTES;
  if (text.length > maxBytes) throw wrong(`got ${text.length} bytes`);
  const line = /^liuhen-(request|answer):([A-Za-z0-9_\-\s]+)$/.exec(text.trim());
  if (line !== null && line[1] !== kind) throw wrong(`got the ${line[1]}`);
  try {
    // A terminal may have broken the line.
    const packed = Buffer.from((line?.[2] ?? '').replace(/\s/g, ''), 'base64url');
    const json = line === null ? text : inflateRawSync(packed, { maxOutputLength: maxBytes });
    return JSON.parse(json.toString());
  } catch {
    throw wrong('got something else, or only a part of it');
  }
}
