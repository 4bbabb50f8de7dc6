import test from 'ava';

import { type Attack, attackTests, change, footage, on, text } from '../support/attack.js';
import { smallBundle } from '../support/bundle.js';

const evenPieces = { takes: [[20, 20, 20, 20]] };

const attacks: Attack[] = [
  {
    title: 'two fragments of one size swapped',
    files: on(
      () => smallBundle(evenPieces),
      footage(([init, a, b, c, d]) => [init, a, c, b, d] as Buffer[]),
    ),
    verdict: 'altered',
    finds: { kind: 'footage-moved', file: 'recording.mp4', entry: 6, mediaSec: 1 },
  },
  {
    title: 'two fragments of different sizes swapped',
    files: footage(([init, a, b, c]) => [init, b, a, c] as Buffer[]),
    verdict: 'altered',
    finds: { kind: 'footage-moved', entry: 4, mediaSec: 0 },
  },
  {
    title: 'a fragment replayed over the next one',
    files: on(
      () => smallBundle(evenPieces),
      footage(([init, a, , c, d]) => [init, a, a, c, d] as Buffer[]),
    ),
    verdict: 'altered',
    finds: { kind: 'footage-moved', entry: 6, mediaSec: 1 },
  },
  {
    title: 'a fragment replayed behind the last one',
    files: footage((pieces) => [...pieces, pieces[1] as Buffer]),
    verdict: 'altered',
    finds: {
      kind: 'footage-extra',
      file: 'recording.mp4',
      entry: 8,
      expected: '84 bytes, up to the end of fragment 2 of take 0',
    },
  },
  {
    title: 'the last fragment cut off',
    files: footage((pieces) => pieces.slice(0, -1)),
    verdict: 'altered',
    finds: { kind: 'footage-short', entry: 8, mediaSec: 2, actual: 'the file ends at byte 56' },
  },
  {
    title: 'a fragment cut out of the middle',
    files: footage(([init, a, , c]) => [init, a, c] as Buffer[]),
    verdict: 'altered',
    finds: { kind: 'footage-moved', entry: 6, mediaSec: 1 },
  },
  {
    title: 'a fragment cut out of the middle and the file padded',
    files: footage(([init, a, b, c]) => [init, a, c, b?.subarray(0, 24)] as Buffer[]),
    verdict: 'altered',
    finds: { kind: 'footage-moved', entry: 6, mediaSec: 1 },
  },
  {
    title: 'bytes before the init segment',
    files: footage((pieces) => [Buffer.from('x'), ...pieces]),
    verdict: 'altered',
    finds: { kind: 'footage-hash', entry: 3, mediaSec: 0 },
  },
  {
    title: 'all of the footage emptied',
    files: footage(() => []),
    verdict: 'altered',
    finds: { kind: 'footage-short', entry: 3, actual: 'the file ends at byte 0' },
  },
  {
    title: 'a second mp4 that the journal does not name',
    files: ({ files }) => new Map(files).set('recording-2.mp4', Buffer.from('more')),
    verdict: 'altered',
    finds: { kind: 'extra-file', file: 'recording-2.mp4' },
  },
  {
    title: 'an mp4 with a name like that of a take',
    files: ({ files }) => new Map(files).set('recording (1).mp4', Buffer.from('more')),
    verdict: 'altered',
    finds: { kind: 'extra-file', file: 'recording (1).mp4' },
  },
  {
    title: 'a tile that the manifest does not list',
    files: ({ files }) => new Map(files).set('tile/0/001', Buffer.alloc(8192)),
    verdict: 'altered',
    finds: { kind: 'extra-file', file: 'tile/0/001' },
  },
  {
    title: 'a manifest that names another device',
    files: text('manifest.json', '"device": "r"', '"device": "s"'),
    verdict: 'altered',
    finds: { kind: 'manifest', expected: 'line 3: "device": "r",' },
  },
  {
    title: 'a manifest that names other software',
    files: text('manifest.json', '"software": "t"', '"software": "u"'),
    verdict: 'altered',
    finds: { kind: 'manifest', actual: '"software": "u",' },
  },
  {
    title: 'a manifest that ends the recording early',
    files: text('manifest.json', '"to": 10', '"to": 7'),
    verdict: 'altered',
    finds: { kind: 'manifest' },
  },
  {
    title: 'a manifest that declares absent what is there',
    files: text('manifest.json', '"absent": []', '"absent": [{"from": 1, "to": 2}]'),
    verdict: 'altered',
    finds: { kind: 'footage-extra' },
  },
  {
    title: 'a manifest that declares absent more than there can be',
    files: text('manifest.json', '"absent": []', `"absent": [{"from": 0, "to": ${Number.MAX_SAFE_INTEGER}}]`),
    verdict: 'altered',
    finds: { kind: 'footage-extra' },
  },
  {
    title: 'a manifest with two spellings of one thing',
    files: change('manifest.json', (bytes) => JSON.stringify(JSON.parse(bytes.toString()))),
    verdict: 'altered',
    finds: { kind: 'manifest' },
  },
  {
    title: 'a manifest with sizes that nobody could allocate',
    files: change('manifest.json', (bytes) =>
      bytes.toString().replaceAll(/"bytes": \d+/g, `"bytes": ${Number.MAX_SAFE_INTEGER}`),
    ),
    verdict: 'altered',
    finds: { kind: 'manifest' },
  },
];

attackTests(test, attacks);
