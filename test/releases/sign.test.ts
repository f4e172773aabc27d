// Signatures: what the right key signed is trusted, and nothing else is.

import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLabel } from '../../src/releases/label.ts';
import { readPolicySet } from '../../src/releases/policy-sets.ts';
import { readRecord } from '../../src/releases/record.ts';
import { checkSignature, type Signature, signSubject, subjectOf } from '../../src/releases/sign.ts';
import { codeOf, makeWorld, policyOf, put, writeArtifact } from './world.ts';

const keys = () =>
  generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
const own = keys();
const other = keys();
const name = `sha256:${'ab'.repeat(32)}`;
const subject = subjectOf('artifact', name);

/** The code of the error that the check ends with. */
function check(publicKey: string, of: string, signature: Signature | undefined): string | undefined {
  try {
    checkSignature(publicKey, of, signature);
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('a signature', () => {
  const signature = signSubject(own.privateKey, subject);
  const bytes = Buffer.from(signature.value, 'base64');

  it('of the trusted key is right, also where several keys are trusted', () => {
    expect(signature.keyId).toMatch(/^[0-9a-f]{16}$/);
    expect(check(own.publicKey, subject, signature)).toBeUndefined();
    expect(check(`${other.publicKey}\n${own.publicKey}`, subject, signature)).toBeUndefined();
  });

  it('of another key, or none, is not', () => {
    expect(check(other.publicKey, subject, signature)).toBe('signature_invalid');
    expect(check(own.publicKey, subject, undefined)).toBe('signature_missing');
    const posing = { ...signSubject(other.privateKey, subject), keyId: signature.keyId };
    expect(check(own.publicKey, subject, posing)).toBe('signature_invalid');
  });

  it('is of this thing and this kind alone', () => {
    expect(check(own.publicKey, subjectOf('policies', name), signature)).toBe('signature_invalid');
    expect(check(own.publicKey, subjectOf('artifact', name.replace('ab', 'ac')), signature)).toBe(
      'signature_invalid',
    );
  });

  it('that was altered in any byte, cut or emptied is not right', () => {
    for (let i = 0; i < bytes.length; i++) {
      const altered = Buffer.from(bytes);
      altered.writeUInt8(altered.readUInt8(i) ^ 1, i);
      const value = altered.toString('base64');
      expect(check(own.publicKey, subject, { ...signature, value })).toBe('signature_invalid');
    }
    for (const value of ['', bytes.subarray(1).toString('base64')])
      expect(check(own.publicKey, subject, { ...signature, value })).toBe('signature_invalid');
  });

  it('needs Ed25519 keys, each in its place', () => {
    const rsa = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    for (const wrong of [rsa.publicKey, own.privateKey, 'no key', ''])
      expect(check(wrong, subject, signature)).toBe('key_invalid');
    for (const wrong of [rsa.privateKey, own.publicKey, 'no key'])
      expect(() => signSubject(wrong, subject)).toThrow(/openssl genpkey/);
  });
});

describe('publish --sign-key', () => {
  const world = makeWorld();
  const { store } = world;
  const file = world.path('a.sepet');
  beforeAll(() => writeArtifact(file));
  afterAll(world.remove);

  it('signs the artifact and the policies', async () => {
    await put(store, 'test', { artifact: file, policies: [policyOf('a')], signKey: own.privateKey });
    const { artifact, policies } = (await readLabel(store, 'test'))?.entry ?? {};
    const record = await readRecord(store, artifact ?? '');
    expect(check(own.publicKey, subjectOf('artifact', artifact ?? ''), record?.signature)).toBeUndefined();
    const set = await readPolicySet(store, policies ?? '');
    expect(
      check(own.publicKey, subjectOf('policies', policies ?? ''), set?.record.signature),
    ).toBeUndefined();
  });

  it('signs what was published without, and a later publish without a key keeps the signature', async () => {
    await writeArtifact(world.path('b.sepet'), { seed: 2 });
    const { entry } = await put(store, 'test', { artifact: world.path('b.sepet') });
    const signature = async () => (await readRecord(store, entry.artifact ?? ''))?.signature;
    expect(await signature()).toBeUndefined();
    const again = await put(store, 'test', { artifact: world.path('b.sepet'), signKey: own.privateKey });
    expect(again.moved).toBe(false);
    expect(
      check(own.publicKey, subjectOf('artifact', entry.artifact ?? ''), await signature()),
    ).toBeUndefined();
    await put(store, 'test', { artifact: world.path('b.sepet') });
    expect(await signature()).toBeDefined();
  });

  it('with a key that is none does nothing', async () => {
    writeFileSync(world.path('key.pem'), 'no key');
    expect(await codeOf(put(store, 'new', { artifact: file, signKey: 'no key' }))).toBe('key_invalid');
    expect(await readLabel(store, 'new')).toBeUndefined();
  });
});
