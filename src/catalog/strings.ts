// Strings in two flat arrays: `<name>.offsets` (u32, one more than strings) into `<name>.bytes` (UTF-8).
// Opening makes two views; a string is decoded when it is asked for.

import { SepetError } from '../base/errors.ts';
import type { Section, SectionSource } from '../base/sections.ts';

export interface StringTable {
  readonly length: number;
  readonly offsets: Uint32Array;
  readonly bytes: Uint8Array;
  /** The string at `index`; '' where it is out of range. Throws `file_damaged` where its place in the bytes is none. */
  at(index: number): string;
}

const utf8 = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const maxBytes = 0xffff_ffff;
/** Of one string: so a damaged offset cannot ask for a whole section. */
const longest = 1 << 24;

/** Encodes strings as the two sections `<name>.offsets` and `<name>.bytes`. Throws `argument_invalid` where they are too long. */
export function encodeStrings(name: string, strings: readonly string[]): Section[] {
  const offsets = new Uint32Array(strings.length + 1);
  let total = 0;
  strings.forEach((text, i) => {
    const length = Buffer.byteLength(text);
    if (length > longest)
      throw new SepetError(
        'argument_invalid',
        `String ${i} of ${name} takes ${length} bytes; at most ${longest} are allowed.`,
      );
    total += length;
    if (total > maxBytes)
      throw new SepetError('argument_invalid', `The strings of ${name} take more than 4 GB together.`);
    offsets[i + 1] = total;
  });
  const bytes = new Uint8Array(total);
  strings.forEach((text, i) => {
    utf8.encodeInto(text, bytes.subarray(offsets[i], offsets[i + 1]));
  });
  return [
    { name: `${name}.offsets`, data: offsets },
    { name: `${name}.bytes`, data: bytes },
  ];
}

/** Opens the table `<name>` of `length` strings. Throws `section_missing`, or `file_damaged` where sizes disagree. */
export function openStrings(source: SectionSource, name: string, length?: number): StringTable {
  const offsets = source.u32(`${name}.offsets`);
  const bytes = source.u8(`${name}.bytes`);
  const count = offsets.length - 1;
  if (count < 0 || (length !== undefined && count !== length) || offsets[count] !== bytes.length)
    throw new SepetError('file_damaged', `The sections of ${name} disagree about their sizes.`);
  return {
    length: count,
    offsets,
    bytes,
    at(index) {
      if (!(index < count)) return '';
      const start = offsets[index] as number;
      const end = offsets[index + 1] as number;
      if (start > end || end > bytes.length || end - start > longest)
        throw new SepetError(
          'file_damaged',
          `String ${index} of ${name} lies nowhere. Copy or build the file again.`,
        );
      return decoder.decode(bytes.subarray(start, end));
    },
  };
}

/** A sorted list of distinct strings with a number each. */
export interface Dictionary extends StringTable {
  /** The number of `text`, or undefined. By binary search. */
  find(text: string): number | undefined;
  [Symbol.iterator](): Iterator<string>;
}

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Opens a table of strings sorted by `compare` as a dictionary. */
export function openDictionary(source: SectionSource, name: string, compare = byCodeUnit): Dictionary {
  const strings = openStrings(source, name);
  return {
    ...strings,
    find(text) {
      let low = 0;
      let high = strings.length - 1;
      while (low <= high) {
        const middle = (low + high) >>> 1;
        const order = compare(text, strings.at(middle));
        if (order === 0) return middle;
        if (order < 0) high = middle - 1;
        else low = middle + 1;
      }
      return undefined;
    },
    *[Symbol.iterator]() {
      for (let i = 0; i < strings.length; i++) yield strings.at(i);
    },
  };
}
