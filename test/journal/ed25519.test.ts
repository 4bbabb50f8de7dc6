import { createHash, createPrivateKey, createPublicKey, verify as verifyWithNode } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Point, verify as verifyWithNoble } from '@noble/ed25519';
import test from 'ava';
import fc from 'fast-check';
import { newSeed, publicKeyOf, SEED_BYTES, signBytes, verifyBytes } from '../../agent/journal/ed25519.js';

const vectors = JSON.parse(readFileSync('test/vectors/ed25519.json', 'utf8'));
const hex = (text: string) => Buffer.from(text, 'hex');
/** The order of the base point, RFC 8032 §5.1. */
const L = 2n ** 252n + 27742317777372353535851937790883648493n;

function scalarOf(signature: Buffer): bigint {
  return BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`);
}

function withScalar(signature: Buffer, scalar: bigint): Buffer {
  const bytes = hex(scalar.toString(16).padStart(64, '0')).reverse();
  return Buffer.concat([signature.subarray(0, 32), bytes]);
}

for (const { comment, seed, publicKey, message, signature } of vectors.signatures) {
  test(`the published key and signature come out, and verify: ${comment}`, (t) => {
    t.is(publicKeyOf(hex(seed)).toString('hex'), publicKey);
    t.is(signBytes(hex(message), hex(seed)).toString('hex'), signature);
    t.true(verifyBytes(hex(signature), hex(message), hex(publicKey)));
  });

  test(`the published signature has one spelling only: ${comment}`, (t) => {
    const good = hex(signature);
    const claims = (bytes: Uint8Array) => verifyBytes(bytes, hex(message), hex(publicKey));
    for (let scalar = scalarOf(good) + L; scalar < 2n ** 256n; scalar += L) {
      t.false(claims(withScalar(good, scalar)), 'S + L is the same scalar to a careless verifier');
    }
    t.false(claims(withScalar(good, L - (scalarOf(good) % L))), '-S');
    for (const scalar of [0n, 1n, L - 1n, L, L + 1n, 2n ** 252n, 2n ** 255n, 2n ** 256n - 1n]) {
      t.false(claims(withScalar(good, scalar)), `S = ${scalar}`);
    }
    for (let bit = 0; bit < 512; bit += 7) {
      const flipped = Buffer.from(good);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      t.false(claims(flipped), `bit ${bit}`);
    }
  });

  test(`another length, another message or another key does not verify: ${comment}`, (t) => {
    const good = hex(signature);
    t.false(verifyBytes(good, Buffer.concat([hex(message), Buffer.of(0)]), hex(publicKey)));
    t.false(verifyBytes(good, hex(message), publicKeyOf(Buffer.alloc(32, 1))));
    for (const bytes of [
      Buffer.alloc(0),
      good.subarray(0, 32),
      good.subarray(0, 63),
      good.subarray(1),
      Buffer.concat([good, Buffer.of(0)]),
      Buffer.concat([Buffer.of(0), good]),
      Buffer.concat([good, good]),
    ]) {
      t.false(verifyBytes(bytes, hex(message), hex(publicKey)), `${bytes.length} bytes`);
    }
    t.false(verifyBytes(good, hex(message), hex(publicKey).subarray(1)));
    t.false(verifyBytes(good, hex(message), Buffer.alloc(0)));
  });
}

for (const { comment, publicKey } of vectors.smallOrder) {
  test(`a public key for which anybody can sign is refused: ${comment}`, (t) => {
    const message = Buffer.from('a confession\n');
    const anybody = Buffer.concat([hex(`01${'00'.repeat(31)}`), Buffer.alloc(32)]);
    t.true(verifyWithNoble(anybody, message, hex(publicKey)), 'a lenient verifier takes it');
    t.false(verifyBytes(anybody, message, hex(publicKey)));
  });
}

test('a point written in two ways in the signature verifies in neither of them', (t) => {
  const seed = Buffer.alloc(32, 9);
  const publicKey = publicKeyOf(seed);
  const message = Buffer.from('text\n');
  for (const point of vectors.smallOrder) {
    const signature = Buffer.concat([hex(point.publicKey), signBytes(message, seed).subarray(32)]);
    t.false(verifyBytes(signature, message, publicKey), point.comment);
  }
});

test('a signature that only the cofactored equation takes, which the holder of a mixed key can make, is refused', (t) => {
  const numberOf = (bytes: Buffer) => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
  const [secret, nonce] = [1_234_567n, 7_654_321n];
  const torsion = vectors.smallOrder
    .map(({ publicKey }: { publicKey: string }) => Point.fromHex(publicKey, true))
    .find((point: Point) => !point.double().double().is0());
  const publicKey = Buffer.from(Point.BASE.multiply(secret).add(torsion).toBytes());
  const r = Buffer.from(Point.BASE.multiply(nonce).toBytes());
  let refused = 0;
  for (let at = 0; at < 8; at++) {
    const message = Buffer.from(`text ${at}\n`);
    const k = numberOf(createHash('sha512').update(r).update(publicKey).update(message).digest()) % L;
    const signature = withScalar(Buffer.concat([r, Buffer.alloc(32)]), (nonce + k * secret) % L);
    t.true(verifyWithNoble(signature, message, publicKey, { zip215: false }));
    if (!verifyBytes(signature, message, publicKey)) refused++;
    // Where k is a multiple of eight the torsion is gone, and both equations hold.
    t.is(verifyBytes(signature, message, publicKey), k % 8n === 0n, `k = ${k}`);
  }
  t.true(refused > 0);
});

test('what is signed here verifies with the OpenSSL that node carries', (t) => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.uint8Array({ maxLength: 200 }),
      (seed, message) => {
        const pkcs8 = Buffer.concat([hex('302e020100300506032b657004220420'), seed]);
        const key = createPublicKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }));
        const publicKey = publicKeyOf(seed);
        const spki = key.export({ format: 'der', type: 'spki' });
        const signature = signBytes(message, seed);
        return (
          spki.subarray(-32).equals(publicKey) &&
          verifyWithNode(null, message, key, signature) &&
          verifyBytes(signature, message, publicKey)
        );
      },
    ),
    { numRuns: 30 },
  );
  t.pass();
});

test('no bytes make verification throw', (t) => {
  const bytes = fc.uint8Array({ maxLength: 100 });
  fc.assert(
    fc.property(bytes, bytes, bytes, (a, b, c) => verifyBytes(a, b, c) === false),
    { numRuns: 300 },
  );
  t.pass();
});

test('a new seed is 32 bytes and new each time', (t) => {
  t.is(newSeed().length, SEED_BYTES);
  t.notDeepEqual(newSeed(), newSeed());
});
