// Bytes that are read by position: a file that is too large to hold, or memory.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { SepetError } from '../../base/errors.ts';

export interface ByteSource {
  /** How messages call it. */
  readonly name: string;
  readonly bytes: number;
  /** Fills `into` with the bytes from `at` on. Throws `vectors_invalid` where there are not so many. */
  read(at: number, into: Uint8Array): void;
  close(): void;
}

const tooShort = (name: string): SepetError =>
  new SepetError('vectors_invalid', `${name} is shorter than its header says: it was cut off.`);

export function bytesOf(name: string, data: Uint8Array): ByteSource {
  return {
    name,
    bytes: data.length,
    read(at, into) {
      if (at + into.length > data.length) throw tooShort(name);
      into.set(data.subarray(at, at + into.length));
    },
    close: () => undefined,
  };
}

/** Opens a file. Throws `input_missing`, and `input_unreadable` where it is none. */
export function openBytes(path: string): ByteSource {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    throw new SepetError('input_missing', `${path} does not exist or may not be read.`, { cause });
  }
  const stat = fstatSync(file);
  if (!stat.isFile()) {
    closeSync(file);
    throw new SepetError('input_unreadable', `${path} is not a file.`);
  }
  return {
    name: path,
    bytes: stat.size,
    read(at, into) {
      for (let done = 0; done < into.length; ) {
        const got = readSync(file, into, done, into.length - done, at + done);
        if (got === 0) throw tooShort(path);
        done += got;
      }
    },
    close: () => closeSync(file),
  };
}
