// Texts as words to search by: without case and accents, and with the four i's of Turkish as one, so that "isik" finds
// "IŞIK" and "Işık".

import type { StringTable } from '../catalog/strings.ts';

const separator = 0;
const space = 0x20;
const nothing = 0xffff;
const notMade = 0xfffe;

/** What each UTF-16 unit becomes: another unit, the end of a word, or nothing at all (an accent). Made as they are met. */
const table = new Uint16Array(65_536).fill(notMade);

/** Letters that have no accent to take off, and yet are searched for without. */
const alike: Readonly<Record<string, string>> = { ı: 'i', ø: 'o', đ: 'd', ł: 'l', ß: 's' };

function make(unit: number): number {
  const text = String.fromCharCode(unit);
  const bare = text.normalize('NFD').toLowerCase().replace(/\p{M}/gu, '');
  let folded = bare === '' ? nothing : separator;
  // Halves of the characters beyond 65,535 are taken as they are.
  if (/[\p{L}\p{N}\p{Cs}]/u.test(bare)) folded = (alike[bare] ?? bare).charCodeAt(0);
  table[unit] = folded;
  return folded;
}

/** Words in one scratch array, each followed by 0; for texts that come by the million. */
export interface Words {
  units: Uint16Array;
  length: number;
}

export const noWords = (): Words => ({ units: new Uint16Array(512), length: 0 });

function makeRoom(into: Words, units: number): void {
  if (into.units.length > into.length + units) return;
  const larger = new Uint16Array(2 * (into.length + units) + 2);
  larger.set(into.units.subarray(0, into.length));
  into.units = larger;
}

/** Adds the words of a text to `into`. */
export function addText(text: string, into: Words): void {
  makeRoom(into, text.length + 1);
  const { length } = into;
  for (let i = 0; i < text.length; i++) push(text.charCodeAt(i), length, into);
  push(space, length, into);
}

/** Adds what a unit becomes to the words that begin at `start`. */
function push(unit: number, start: number, into: Words): void {
  const known = table[unit] as number;
  const folded = known === notMade ? make(unit) : known;
  if (folded === nothing) return;
  const { units, length } = into;
  if (folded === separator && (length === start || units[length - 1] === separator)) return;
  units[length] = folded;
  into.length = length + 1;
}

/**
 * Adds the words of a text in UTF-8, as `addText` does, without making a string of it; several times as quick. What is no UTF-8 gives
 * some words or other.
 */
export function addBytes(bytes: Uint8Array, start: number, stop: number, into: Words): void {
  makeRoom(into, stop - start + 1);
  const { units } = into;
  let { length } = into;
  let isInWord = false;
  for (let i = start; i < stop; ) {
    let code = bytes[i++] as number;
    if (code >= 0x80) {
      const last = i + (code < 0xe0 ? 1 : code < 0xf0 ? 2 : 3);
      code &= code < 0xe0 ? 0x1f : code < 0xf0 ? 0x0f : 0x07;
      while (i < last) code = (code << 6) | ((bytes[i++] as number) & 0x3f);
      if (code > 0xffff) {
        // Both halves are taken as they are.
        units[length++] = 0xd7c0 + (code >> 10);
        code = 0xdc00 | (code & 0x3ff);
      }
    }
    const known = table[code] as number;
    const folded = known === notMade ? make(code) : known;
    if (folded === nothing) continue;
    if (folded !== separator || isInWord) units[length++] = folded;
    isInWord = folded !== separator;
  }
  if (isInWord) units[length++] = separator;
  into.length = length;
}

/**
 * Whether a word of a text in UTF-8 begins with `prefix`, as `hasPrefix` has it of what `addBytes` adds, without keeping anything: for
 * titles by the hundred thousand.
 */
export function bytesHavePrefix(
  bytes: Uint8Array,
  start: number,
  stop: number,
  prefix: Uint16Array,
): boolean {
  const { length } = prefix;
  /** Letters of the word that are as they should be; -1 where one was not. */
  let alike = 0;
  for (let i = start; i < stop; ) {
    let code = bytes[i++] as number;
    if (code >= 0x80) {
      const last = i + (code < 0xe0 ? 1 : code < 0xf0 ? 2 : 3);
      code &= code < 0xe0 ? 0x1f : code < 0xf0 ? 0x0f : 0x07;
      while (i < last) code = (code << 6) | ((bytes[i++] as number) & 0x3f);
      if (code > 0xffff) {
        alike = alike >= 0 && prefix[alike] === 0xd7c0 + (code >> 10) ? alike + 1 : -1;
        if (alike === length) return true;
        code = 0xdc00 | (code & 0x3ff);
      }
    }
    const known = table[code] as number;
    const folded = known === notMade ? make(code) : known;
    if (folded === nothing) continue;
    if (folded === separator) alike = 0;
    else if (alike >= 0) {
      alike = folded === prefix[alike] ? alike + 1 : -1;
      if (alike === length) return true;
    }
  }
  return false;
}

/** A text's UTF-16 units. */
export const unitsOf = (text: string): Uint16Array =>
  Uint16Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));

/** The words of a text, folded. */
export function wordsOf(text: string): string[] {
  const words = noWords();
  addText(text, words);
  return String.fromCharCode(...words.units.subarray(0, words.length))
    .split('\0')
    .slice(0, -1);
}

/** Whether a word begins with `prefix`; of those from `start` to `stop`. */
export function hasPrefix({ units, length }: Words, prefix: string, start = 0, stop = length): boolean {
  for (let from = start; from < stop; ) {
    let at = 0;
    while (at < prefix.length && units[from + at] === prefix.charCodeAt(at)) at++;
    if (at === prefix.length) return true;
    from += at;
    while (units[from] !== separator) from++;
    from++;
  }
  return false;
}

/** The words of many names, one after the other. */
export interface Names {
  readonly words: Words;
  /** Where each name's words begin, and after the last the end. */
  readonly starts: Uint32Array;
}

const namesAStep = 256;

/** The words of all strings of a table; to be made gradually. */
export function* namesOf(table: StringTable): Generator<void, Names> {
  const words = noWords();
  const starts = new Uint32Array(table.length + 1);
  for (let name = 0; name < table.length; name++) {
    if (name % namesAStep === namesAStep - 1) yield;
    addText(table.at(name), words);
    starts[name + 1] = words.length;
  }
  return { words, starts };
}

/** Whether a word of name `number` begins with `prefix`. */
export function nameHas({ words, starts }: Names, number: number, prefix: string): boolean {
  return hasPrefix(words, prefix, starts[number], starts[number + 1]);
}
