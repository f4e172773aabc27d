// Which keys a store takes. They come from labels and hashes: none may leave the folder or the prefix.

import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';

const name = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/** S3 takes 1024 bytes with the prefix; file systems 255 a name. */
const keyLength = 512;
const nameLength = 200;

/** Whether every name of the path is a plain one. The last may be empty or begun where it is a prefix. */
function plain(path: string, isPrefix: boolean): boolean {
  if (path.length > keyLength) return false;
  const names = path.split('/');
  return names.every((part, i) => {
    if (isPrefix && i === names.length - 1 && part === '') return true;
    return part.length <= nameLength && name.test(part);
  });
}

/** Throws `argument_invalid` where it cannot be a key. */
export function checkKey(key: string): void {
  if (!plain(key, false))
    throw new SepetError('argument_invalid', `${JSON.stringify(key)} cannot be a key of a store.`);
}

/** Throws `argument_invalid` where no key can begin so. An empty prefix is every key's. */
export function checkPrefix(prefix: string): void {
  if (!plain(prefix, true))
    throw new SepetError('argument_invalid', `${JSON.stringify(prefix)} cannot begin a key of a store.`);
}

/** Throws `argument_invalid` where a document is longer than `documentBytes`. */
export function checkDocument(key: string, bytes: number): void {
  const { max } = limits.documentBytes;
  if (bytes > max)
    throw new SepetError('argument_invalid', `${key} has ${bytes} bytes; a document has at most ${max}.`);
}
