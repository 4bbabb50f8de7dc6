import type { Finding } from '../evidence/verify/verdict.js';

/** What a kind of finding means, for a person who has to decide something on it. */
const MEANING: Record<string, string> = {
  'pinned-key': 'The bundle is of a device whose key your trust file does not pin; ask the authority for it.',
  'key-chain': 'No unbroken chain of keys leads from the pinned key to this checkpoint.',
  'checkpoint-signer': 'The checkpoint is not signed by a key that the pinned key leads to.',
  'checkpoint-signature': 'The checkpoint was changed after the device signed it.',
  'old-key':
    'A key that the device had already erased signed this: it was kept or copied, and can have signed anything.',
  'key-rotated': 'The journal names another key than the chain of key notes does.',
  cosignature: "A witness's signature was forged or damaged.",
  quorum: 'The device alone vouches for its journal; your trust file demands that a witness saw it.',
  'tree-root':
    'The hashes here are not those of the journal that the checkpoint signs, so they prove nothing.',
  'tile-hash': 'A file of hashes was changed; the entries themselves still lead to the checkpoint.',
  'tile-name': 'A file of hashes belongs to another state of the journal than the checkpoint.',
  'entry-hash': 'An entry of the journal was changed after the device signed it.',
  'malformed-entry': 'The device signed something that is no entry of this format.',
  'entry-order': 'The device signed entries that contradict each other.',
  totals: 'The end of the recording counts other footage than the journal holds.',
  range: 'The bundle claims another beginning or end of the recording than the journal shows.',
  witnessed: 'A checkpoint noted in the journal contradicts the journal: there may be two versions of it.',
  'footage-hash': 'These bytes of the footage are not what the device recorded.',
  'footage-moved': 'Genuine footage stands in a place that is not its own.',
  'footage-short': 'Footage was cut from the file.',
  'footage-extra': 'The file holds bytes that the device did not record.',
  'unproven-footage': 'There is footage here of which nothing shows where it comes from.',
  'missing-file': 'The file was left out or removed.',
  'not-a-file': 'Something stands in the place of a file and was not followed.',
  'extra-file': 'A file poses as evidence that nothing accounts for.',
  'file-hash': 'The file was changed after the bundle was written.',
  'policy-log': "The bundle's own policy would make its reader trust another key.",
  manifest: 'The manifest says something else than the journal and the files do.',
  malformed: 'The file is damaged or was never what it claims to be.',
  'too-large': 'The file is larger than any file of that kind can be.',
  'too-many-files': 'The folder holds more than a bundle can.',
  receipt: "The archive's receipt is for something else, or was forged.",
  'receipt-signer': 'The receipt is signed by an archive that your trust file does not name.',
  absent: 'The device or archive that exported this no longer had, or not yet had, this footage.',
  gap: 'The device itself says that it recorded nothing here.',
  'media-jump': 'Time is missing in the footage, and the device does not say why.',
  'not-stopped': 'The recording went on when this was exported; export again after it has stopped.',
  interrupted: 'The device lost power or crashed; what it had sealed until then is here.',
  'storage-full': 'The device had no room left to record.',
  'stopped-early': 'The recording did not end by anybody’s wish.',
};

const GENERAL: Record<Finding['verdict'], string> = {
  incomplete: 'Something is missing; what is here is authentic.',
  altered: 'Something here is not what the device signed.',
  untrusted: 'This does not lead back to a key that was pinned.',
};

export function meaningOf({ kind, verdict }: Finding): string {
  return MEANING[kind] ?? GENERAL[verdict];
}
