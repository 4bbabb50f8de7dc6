import { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';

/** `manifest.json` of a bundle that proves a display. Not signed, like that of a recording: the verifier compares it with what is. */
const count = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const NOTICE_FORMAT = 'liuhen/notice/1';
/** The envelope, byte for byte as the kiosk received it. */
export const NOTICE_FILE = 'notice.json';

const noticeManifestSchema = z.strictObject({
  format: z.literal(NOTICE_FORMAT),
  device: z.string().max(64),
  origin: z.string().max(320),
  /** What hung, and on which screen, as the `displayed` entry names it. */
  notice: z.strictObject({
    kind: z.string().max(64),
    id: z.string().max(64),
    revision: count,
    sha256,
    screen: z.string().max(64),
  }),
  /** From the `displayed` entry with which it began to behind the one with which it ceased (the checkpoint's size while it has not). */
  journal: z.strictObject({ from: count, to: count }),
  /** Size and SHA-256 of every other file, README.txt excepted; sorted by path. */
  files: z.array(z.strictObject({ path: z.string().max(200), bytes: count, sha256 })).max(100_000),
});

export type NoticeManifest = z.infer<typeof noticeManifestSchema>;

export function renderNoticeManifest(manifest: NoticeManifest): string {
  return `${JSON.stringify(noticeManifestSchema.parse(manifest), null, 2)}\n`;
}

/** Whether a manifest's text says that it is one of a display. */
export function isNoticeManifest(text: string): boolean {
  return text.slice(0, 200).includes(`"format": "${NOTICE_FORMAT}"`);
}

/** Throws LIUHEN_BUNDLE. */
export function parseNoticeManifest(text: string): NoticeManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new LiuhenError('LIUHEN_BUNDLE', 'manifest.json: expected JSON');
  }
  const parsed = noticeManifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw new LiuhenError('LIUHEN_BUNDLE', `manifest.json: ${first?.path.join('.')}: ${first?.message}`);
}
