import { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';

/**
 * `manifest.json` of a bundle. It is not signed: every field follows from what is (the journal) or from the other files, so a
 * verifier renders it again from what it found and compares byte for byte.
 */
const count = z.int().min(0);
const fileName = z
  .string()
  .max(200)
  .regex(
    /^(checkpoint|keys|archived|policy|tile\/(entries|[0-6])(\/x[0-9]{3})*\/[0-9]{3}(\.p\/[1-9][0-9]{0,2})?)$/,
    'expected checkpoint, keys, archived, policy or a tile path',
  );

const manifestSchema = z.strictObject({
  format: z.literal('liuhen/bundle/1'),
  device: z.string().max(64),
  origin: z.string().max(320),
  /** The journal index of the recording's `recording-started` entry. */
  recording: count,
  /** The journal entries from the recording's first to behind its last (the checkpoint's size while it has not stopped). */
  journal: z.strictObject({ from: count, to: count }),
  /** As the `recording-started` entry names it. */
  software: z.string().max(4096),
  /**
   * One MP4 file a take that the range names, in journal order. `fragments` is how many the journal names for the take. The file is the init
   * segment and then the fragments that the exporter had, in journal order with nothing between; `bytes` is its size. `absent` lists the
   * fragments that it did not have, or had with other bytes than were sealed: indexes within the take, `to` exclusive, ascending and
   * merged. A take whose init segment is absent is absent as a whole: `bytes` 0, every fragment in `absent`, and no file.
   */
  takes: z
    .array(
      z.strictObject({
        file: z.string().regex(/^recording(-[1-9][0-9]{0,6})?\.mp4$/),
        take: count,
        bytes: count,
        fragments: count,
        absent: z.array(z.strictObject({ from: count, to: count })).max(100_000),
      }),
    )
    .max(100_000),
  /** Size and SHA-256 of every other file, README.txt and this one excepted; sorted by path, as ASCII. */
  files: z
    .array(z.strictObject({ path: fileName, bytes: count, sha256: z.string().regex(/^[0-9a-f]{64}$/) }))
    .max(100_000),
});

export type Manifest = z.infer<typeof manifestSchema>;

export const MAX_MANIFEST_BYTES = 32 * 1024 * 1024;

/** The one spelling of a manifest. */
export function renderManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifestSchema.parse(manifest), null, 2)}\n`;
}

/** Parses a manifest's form; what it says is to be checked against the journal. */
export function parseManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new LiuhenError('LIUHEN_BUNDLE', 'manifest.json: expected JSON');
  }
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) {
    const [first] = parsed.error.issues;
    throw new LiuhenError('LIUHEN_BUNDLE', `manifest.json: ${first?.path.join('.')}: ${first?.message}`);
  }
  return parsed.data;
}

/** The file of a take: `recording.mp4`, then `recording-2.mp4` … for the takes after the first. Takes count from 0. */
export function takeFileName(take: number): string {
  return take === 0 ? 'recording.mp4' : `recording-${take + 1}.mp4`;
}
