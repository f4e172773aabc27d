// The small JSON documents of a store: labels, records, policy sets. They are checked whenever they are read, as
// anybody with the bucket's key may have written them.

import { z } from 'zod';
import { SepetError } from '../base/errors.ts';

/** `sha256:` and 64 hexadecimal digits. */
export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
export const moment = z.iso.datetime();
export const revisionNumber = z.number().int().positive();

/** Pretty, since people look into buckets. */
export function encodeDocument(document: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(document, null, 2)}\n`);
}

/** Throws `manifest_invalid` naming the key and what is wrong with the document. */
export function decodeDocument<T extends z.ZodType>(schema: T, bytes: Uint8Array, key: string): z.output<T> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new SepetError('manifest_invalid', `${key} in the store is not JSON.`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new SepetError(
    'manifest_invalid',
    `${key} in the store: its ${where} is not right: ${issue?.message}`,
  );
}
