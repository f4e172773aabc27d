// Signatures of what a store holds, Ed25519 (RFC 8032). Signed is the name of the thing, which is the SHA-256 of its
// bytes, with its kind: who may write into the store can then still not put a file of their own in its place.

import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { SepetError } from '../base/errors.ts';

export const signatureSchema = z.object({
  /** The first 16 hex digits of the SHA-256 of the public key (SPKI, DER). */
  keyId: z.string(),
  /** Base64 of the 64 bytes. */
  value: z.string(),
});

export type Signature = z.output<typeof signatureSchema>;

/** What is signed: `sepet artifact sha256:…`, so that a signature of one kind is worth nothing for another. */
export function subjectOf(kind: 'artifact' | 'policies' | 'delta', name: string): string {
  return `sepet ${kind} ${name}`;
}

function ed25519(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new SepetError(
    'key_invalid',
    `The key is ${key.asymmetricKeyType ?? 'symmetric'}, not Ed25519. ${howTo}`,
  );
}

const howTo =
  'Make one with: openssl genpkey -algorithm ed25519 -out key.pem; openssl pkey -in key.pem -pubout -out pub.pem';

function keyIdOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 16);
}

/** Signs with a private key in PEM form (PKCS #8). Throws `key_invalid`. */
export function signSubject(privateKeyPem: string, subject: string): Signature {
  const key = ed25519(readKey(() => createPrivateKey(privateKeyPem), 'private'));
  const value = sign(null, Buffer.from(subject), key).toString('base64');
  return { keyId: keyIdOf(createPublicKey(key)), value };
}

function readKey(read: () => KeyObject, kind: 'private' | 'public'): KeyObject {
  try {
    return read();
  } catch (cause) {
    throw new SepetError('key_invalid', `Not a ${kind} key in PEM form. ${howTo}`, { cause });
  }
}

/** The keys of a PEM file, which may hold several, so that one can follow another. Throws `key_invalid`. */
function publicKeys(pem: string): KeyObject[] {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem))
    throw new SepetError('key_invalid', `This is the private key, which stays with who signs. ${howTo}`);
  const blocks = pem.match(/-----BEGIN PUBLIC KEY-----[^-]*-----END PUBLIC KEY-----/g) ?? [pem];
  return blocks.map((block) => ed25519(readKey(() => createPublicKey(block), 'public')));
}

/**
 * Checks a signature of `subject` against the trusted keys in `publicKeyPem`.
 * Throws `signature_missing`, `signature_invalid` or `key_invalid`.
 */
export function checkSignature(
  publicKeyPem: string,
  subject: string,
  signature: Signature | undefined,
): void {
  const keys = publicKeys(publicKeyPem);
  if (signature === undefined)
    throw new SepetError(
      'signature_missing',
      `There is no signature of "${subject}". Publish it again with --sign-key.`,
    );
  const value = Buffer.from(signature.value, 'base64');
  if (keys.some((key) => verify(null, Buffer.from(subject), key, value))) return;
  const known = keys.some((key) => keyIdOf(key) === signature.keyId);
  const why = known
    ? 'it was altered, or is of something else'
    : `it was made with the key ${signature.keyId}`;
  throw new SepetError('signature_invalid', `The signature of "${subject}" fits no trusted key: ${why}.`);
}
