import { createHash } from 'node:crypto';
import { LiuhenError } from '../../config/errors.js';
import { NOTICE_FILE, NOTICE_FORMAT, renderNoticeManifest } from '../journal/notice-manifest.js';
import { BundleFolder, type WrittenFile } from './bundle-folder.js';
import { renderPolicy } from './bundle-policy.js';
import { writeTiles } from './bundle-tiles.js';
import type { ExportJournal } from './export.js';
import { findNotice, type NoticeRange, type NoticeWanted } from './notice-range.js';
import type { EvidenceSource } from './source.js';

export interface NoticeRequest extends NoticeWanted {
  source: EvidenceSource;
  /** The envelope of one revision, as it was received; undefined when it is not here. */
  envelopeOf(kind: string, id: string, revision: number): Promise<Buffer | undefined>;
  /** The folder to write; must not exist yet or be empty. */
  out: string;
  who: string;
  why: string;
  /** A running device's journal. Without one the export leaves no entry. */
  journal?: ExportJournal;
}

export interface NoticeSummary {
  folder: string;
  device: string;
  origin: string;
  rootVkey: string;
  notice: { kind: string; id: string; revision: number; sha256: string; screen: string };
  /** Wall time at which it began, RFC 3339. */
  began: string;
  ceased: boolean;
  journal: { from: number; to: number; size: number };
}

/**
 * Writes the proof that content hung on a screen: the journal from where it began to where it ceased, and the envelope. When this resolves the bundle is whole
 * and on disk; when it rejects there is none. Throws LIUHEN_NOT_FOUND, LIUHEN_BUNDLE, LIUHEN_STORAGE_FULL.
 */
export async function exportNotice(request: NoticeRequest): Promise<NoticeSummary> {
  const { source, out, journal } = request;
  const range = await findNotice(source, request);
  const { kind, id, revision, sha256, screen = '' } = range.began;
  const envelope = await request.envelopeOf(kind, id, revision);
  const expected = range.began.envelope;
  if (envelope === undefined || (expected !== undefined && hashOf(envelope) !== expected)) {
    const actual = envelope === undefined ? 'none' : `one with sha256 ${hashOf(envelope)}`;
    throw new LiuhenError(
      'LIUHEN_NOT_FOUND',
      `${kind}/${id} revision ${revision}: expected its envelope${expected === undefined ? '' : ` with sha256 ${expected}`}, got ${actual}`,
    );
  }
  const notice = { kind, id, revision, sha256, screen };
  const bundle = await BundleFolder.create(out);
  try {
    const files = await writeFiles(source, range, envelope, bundle);
    await bundle.write('README.txt', readme(source, range));
    const manifest = renderNoticeManifest({
      format: NOTICE_FORMAT,
      device: source.device,
      origin: source.origin,
      notice,
      journal: { from: range.from, to: range.to },
      files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
    });
    await bundle.write('manifest.json', manifest);
    const what = `display of ${kind}/${id} revision ${revision}, entries ${range.from} to ${range.to - 1}, to ${out}`;
    await journal?.append({
      type: 'exported',
      who: request.who.slice(0, 500),
      what: what.slice(0, 1000),
      why: request.why.slice(0, 500),
    });
    await bundle.publish();
  } catch (error) {
    await bundle.discard();
    throw error;
  }
  const { from, to, checkpoint, began, ceased } = range;
  const { device, origin, rootVkey } = source;
  const facts = { folder: out, device, origin, rootVkey, notice, began: began.at.wall, ceased };
  return { ...facts, journal: { from, to, size: checkpoint.size } };
}

async function writeFiles(
  source: EvidenceSource,
  range: NoticeRange,
  envelope: Buffer,
  bundle: BundleFolder,
): Promise<WrittenFile[]> {
  const files = await writeTiles(source, range, bundle);
  files.push(await bundle.write('checkpoint', range.checkpointText));
  files.push(await bundle.write('keys', range.keyNotes.join('')));
  files.push(await bundle.write('policy', renderPolicy(source.rootVkey, source.witnesses)));
  files.push(await bundle.write(NOTICE_FILE, envelope));
  return files;
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function readme(source: EvidenceSource, { from, to, checkpoint, began }: NoticeRange): string {
  return `LIUHEN PROOF OF DISPLAY / 留痕展示证明
======================================

device  / 设备      ${source.device}
journal / 日志账本  ${source.origin}
content / 内容      ${began.kind}/${began.id} revision ${began.revision}
began   / 开始      ${began.at.wall}, entry ${from}
entries / 条目      ${from} to ${to - 1} of ${checkpoint.size}

notice.json is what hung, in the signed envelope (DSSE) in which the kiosk received it. The kiosk wrote into its
append-only journal when a page on its screen began to show it and when it ceased; the journal between is in tile/,
so that nothing of it can have been left out. checkpoint, keys and policy are those of a recording's bundle.

notice.json 是展示的内容及其签名信封。公示屏在页面开始和停止展示时各写一个日志条目，其间的全部条目都在 tile/ 中。

    liuhen verify . --trust YOUR-POLICY

YOUR-POLICY names the device's root key, which you have from the authority and not from this folder. The exporter
says that it is ${source.rootVkey}
您的策略文件应写明从主管机关取得的设备根密钥，不要取自本文件夹。
`;
}
