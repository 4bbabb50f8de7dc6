import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import { LiuhenError } from '../../config/errors.js';
import { readFirmwareImage } from '../../firmware-bridge/image.js';
import { parseFirmwareKey, verifyFirmwareImage } from '../../firmware-bridge/image-signature.js';
import { layOutImage } from '../../firmware-bridge/simulator-image.js';
import { firmwareSigner } from '../../scripts/firmware-signer.js';

const CODE = { instanceOf: LiuhenError, code: 'LIUHEN_FIRMWARE_IMAGE' };
const imgtool = JSON.parse(readFileSync('test/vectors/imgtool.json', 'utf8')) as {
  images: { comment: string; version: string; publicKey: string; image: string }[];
};
const signers = [firmwareSigner('ed25519'), firmwareSigner('ecdsa')] as const;

for (const signer of signers) {
  const key = parseFirmwareKey(signer.publicKey);

  test(`an image signed with ${key.kind} is read and verifies, protected TLVs and a larger header included`, (t) => {
    const image = readFirmwareImage(
      signer.image({
        version: '255.254.65535.4294967295',
        payload: randomBytes(5000),
        headerBytes: 512,
        protectedTlvs: [{ type: 0x50, value: Buffer.from([1, 0, 0, 0]) }],
      }),
    );
    verifyFirmwareImage(image, key);
    t.is(image.header.version, '255.254.65535.4294967295');
    t.is(image.header.payloadBytes, 5000);
    t.is(image.header.protectedTlvBytes, 12);
    t.is(image.hash.length, 32);
  });

  test(`every flipped bit of an image signed with ${key.kind} is refused, by its form, hash, key or signature`, (t) => {
    const bytes = signer.image({ version: '1.2.3', payload: randomBytes(64) });
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      t.throws(() => verifyFirmwareImage(readFirmwareImage(flipped), key), CODE, `byte ${at}`);
    }
  });

  test(`an image signed with ${key.kind} is refused when another key signed it, or none`, (t) => {
    const parts = { version: '1.2.3', payload: randomBytes(64) };
    const other = firmwareSigner(key.kind === 'Ed25519' ? 'ed25519' : 'ecdsa');
    t.throws(() => verifyFirmwareImage(readFirmwareImage(other.image(parts)), key), {
      ...CODE,
      message: /expected a signature by key/,
    });
    t.throws(() => verifyFirmwareImage(readFirmwareImage(layOutImage(parts)), key), {
      ...CODE,
      message: /expected a signature, got none/,
    });
  });
}

for (const { comment, version, publicKey, image } of imgtool.images) {
  test(`an image by MCUboot's imgtool is read and verifies: ${comment}`, (t) => {
    const read = readFirmwareImage(Buffer.from(image, 'base64'));
    verifyFirmwareImage(read, parseFirmwareKey(publicKey));
    t.is(read.header.version, version);
    const payload = read.bytes.subarray(read.header.headerBytes).subarray(0, read.header.payloadBytes);
    t.deepEqual([...payload], [...Array(48).keys()]);
  });
}

test('a signature lifted from another image by the same key does not verify', (t) => {
  const [signer] = signers;
  const key = parseFirmwareKey(signer.publicKey);
  const good = readFirmwareImage(signer.image({ version: '1.0.0', payload: Buffer.from('good') }));
  const forged = layOutImage({ version: '1.0.0', payload: Buffer.from('evil') }, () => good.tlvs.slice(1));
  t.throws(() => verifyFirmwareImage(readFirmwareImage(forged), key), {
    ...CODE,
    message: /does not$/,
  });
});

test('an image is refused when it is cut short, longer than it says, encrypted, not bootable, or has two hashes', (t) => {
  const bytes = layOutImage({ version: '1.0.0', payload: randomBytes(100) });
  for (let length = 0; length < bytes.length; length++) {
    t.throws(() => readFirmwareImage(bytes.subarray(0, length)), CODE, `${length} bytes`);
  }
  t.throws(() => readFirmwareImage(Buffer.concat([bytes, Buffer.from([0xff])])), {
    ...CODE,
    message: /expected 172 bytes .* got 173/,
  });
  t.throws(() => readFirmwareImage(layOutImage({ version: '1.0.0', payload: bytes, flags: 0x04 })), {
    ...CODE,
    message: /encrypted/,
  });
  t.throws(() => readFirmwareImage(layOutImage({ version: '1.0.0', payload: bytes, flags: 0x10 })), {
    ...CODE,
    message: /not bootable/,
  });
  const two = layOutImage({ version: '1.0.0', payload: bytes }, (hash) => [{ type: 0x10, value: hash }]);
  t.throws(() => readFirmwareImage(two), { ...CODE, message: /one TLV of type 0x10, got several/ });
  t.throws(() => readFirmwareImage(Buffer.alloc(17 * 1024 * 1024)), { ...CODE, message: /at most/ });
});

test('random bytes behind a valid header never do worse than a refusal', (t) => {
  const header = layOutImage({ version: '1.0.0', payload: Buffer.alloc(8) }).subarray(0, 32);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 0, max: 200 }), (rest, payloadBytes) => {
      const bytes = Buffer.concat([header, rest]);
      bytes.writeUInt32LE(payloadBytes, 12);
      t.throws(() => readFirmwareImage(bytes), CODE);
    }),
    { numRuns: 2000 },
  );
});

test('a firmware key must be public, and Ed25519 or ECDSA P-256', (t) => {
  const refused = [
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    generateKeyPairSync('ec', { namedCurve: 'secp384r1' })
      .publicKey.export({ type: 'spki', format: 'pem' })
      .toString(),
    generateKeyPairSync('x25519').publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    'not a key',
    'x'.repeat(20_000),
  ];
  const reasons = refused.map((pem) => t.throws(() => parseFirmwareKey(pem), CODE)?.message.split('got ')[1]);
  t.deepEqual(reasons, ['a private key', 'ec secp384r1', 'x25519', 'something else', '20000 characters']);
});
