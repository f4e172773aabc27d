// What a search reads of every product, 16 bytes: 96 bits that say with which first letter, two, three and five letters the words of its
// title begin, and numbers of its brand and category, in the order of popularity. They never say no to a product that matches; where they
// say yes the title itself is looked at. No strings are kept but the names of brands and categories.

import type { StringTable } from '../catalog/strings.ts';
import type { Artifact } from './artifact.ts';
import { addBytes, addText, type Names, namesOf, noWords, type Words } from './words.ts';

/** 32-bit words a product: one for first letters, two for what words begin with, one for brand and category. */
export const width = 4;
const rowsAStep = 256;
/** Titles beyond are looked at in the slower way, which tells what is damaged. */
const usualBytes = 65_536;

/** Letters with a bit of their own. The others share what is left of 32, and have a second bit among what words begin with. */
const ownLetters = 26;
const sharedBits = 32 - ownLetters;
const shared = 255;
const sampledProducts = 65_536;

/** Of a brand or a category, what there is room for. */
export const bucketOf = (number: number): number => number & 0xffff;

export interface WordBits {
  /** `width` × products, most ordered product first. */
  readonly bits: Uint32Array;
  /** The bit of each first letter. */
  readonly letters: Uint8Array;
  readonly brands: Names;
  readonly categories: Names;
  /** Of the first three bytes of all ids, as bits by `idStart`. */
  readonly idStarts: Uint32Array;
}

const mix = (h: number, unit: number): number => Math.imul((h ^ unit) + 0x9e3779b9, 0x85ebca6b);

/** Adds the bits of the words' beginnings to the three words of `bits` from `at` on. */
export function addWords(letters: Uint8Array, words: Words, bits: Uint32Array, at: number): void {
  const { units, length } = words;
  // The high bits choose one of 64.
  const add = (h: number): void => {
    const word = at + 1 + (h >>> 31);
    bits[word] = (bits[word] as number) | (1 << ((h >>> 26) & 31));
  };
  for (let i = 0; i < length; i++) {
    let unit = units[i] as number;
    const own = letters[unit] as number;
    let h = mix(1, unit);
    if (own === shared) add(h);
    bits[at] = (bits[at] as number) | (1 << (own === shared ? ownLetters + (unit % sharedBits) : own));
    for (let count = 2; count <= 5; count++) {
      unit = units[++i] as number;
      if (unit === 0) break;
      h = mix(h, unit);
      if (count !== 4) add(h);
    }
    while (units[i] !== 0) i++;
  }
}

/** Where string `index` lies; undefined where that cannot be, or it is longer than titles are. */
export function placeOf(
  { offsets, bytes }: StringTable,
  index: number,
): { bytes: Uint8Array; start: number; stop: number } | undefined {
  const [start, stop] = [offsets[index] as number, offsets[index + 1] as number];
  const isPlace = start <= stop && stop <= bytes.length && stop - start <= usualBytes;
  return isPlace ? { bytes, start, stop } : undefined;
}

/** Adds the words of string `index`. Throws `file_damaged` where that lies nowhere. */
export function addString(table: StringTable, index: number, into: Words): void {
  const place = placeOf(table, index);
  if (place === undefined) addText(table.at(index), into);
  else addBytes(place.bytes, place.start, place.stop, into);
}

/** Bits for the letters that words begin with, the most frequent ones first, by a sample of the titles. */
function* lettersOf({ titles, products }: Artifact['catalog']): Generator<void, Uint8Array> {
  const counts = new Uint32Array(65_536);
  const words = noWords();
  const step = Math.max(1, Math.floor(products / sampledProducts));
  for (let row = 0, taken = 1; row < products; row += step, taken++) {
    if (taken % rowsAStep === 0) yield;
    words.length = 0;
    addString(titles, row, words);
    const { units, length } = words;
    for (let i = 0; i < length; i++) {
      counts[units[i] as number] = (counts[units[i] as number] as number) + 1;
      while (units[i] !== 0) i++;
    }
  }
  const met = [...counts.keys()].filter((letter) => counts[letter] !== 0);
  const frequent = met.sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b);
  const letters = new Uint8Array(65_536).fill(shared);
  for (const [bit, letter] of frequent.slice(0, ownLetters).entries()) letters[letter] = bit;
  return letters;
}

/** ASCII letters are alike in either case; undefined for less than three bytes. */
export function idStart(bytes: Uint8Array, start: number, stop: number): number | undefined {
  if (stop - start < 3) return undefined;
  let h = 1;
  for (let i = start; i < start + 3; i++) h = mix(h, lowered(bytes[i] as number));
  return h >>> 20;
}

export const lowered = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte);

/** Which of the 4096 values of `idStart` there are. */
function* idStartsOf({ ids, products }: Artifact['catalog']): Generator<void, Uint32Array> {
  const starts = new Uint32Array(128);
  const { offsets, bytes } = ids.strings;
  for (let row = 0; row < products; row++) {
    if (row % 4096 === 4095) yield;
    const found = idStart(bytes, offsets[row] as number, offsets[row + 1] as number);
    if (found !== undefined) starts[found >>> 5] = (starts[found >>> 5] as number) | (1 << (found & 31));
  }
  return starts;
}

/** The bits of all products, as they were built; to be made gradually. */
export function* wordBitsOf({ catalog, popularity }: Artifact): Generator<void, WordBits> {
  const { titles, products, columns } = catalog;
  const letters = yield* lettersOf(catalog);
  const brands = yield* namesOf(catalog.brands);
  const categories = yield* namesOf(catalog.categories);
  const idStarts = yield* idStartsOf(catalog);
  const { all } = popularity;
  const bits = new Uint32Array(width * all.length);
  const ranks = new Uint32Array(products);
  for (let rank = 0; rank < all.length; rank++) {
    if (rank % 4096 === 4095) yield;
    ranks[all[rank] as number] = rank;
  }
  const words = noWords();
  // Titles are read as they lie in the file.
  for (let row = 0; row < products; row++) {
    if (row % rowsAStep === rowsAStep - 1) yield;
    const at = width * (ranks[row] as number);
    words.length = 0;
    addString(titles, row, words);
    addWords(letters, words, bits, at);
    const [brand, category] = [columns.brand[row] as number, columns.category[row] as number];
    bits[at + 3] = (bucketOf(brand) << 16) | bucketOf(category);
  }
  return { bits, letters, brands, categories, idStarts };
}
