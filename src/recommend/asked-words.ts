// What is searched for, made ready once a search: words that must begin in a title, a brand or a category, or the whole text as an id.

import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { StringTable } from '../catalog/strings.ts';
import { addWords, bucketOf, type WordBits, width } from './word-bits.ts';
import { addText, hasPrefix, type Names, nameHas, noWords, unitsOf, wordsOf } from './words.ts';

/** The words' beginnings that are asked for; one that another begins with says nothing more. Throws `option_invalid` for too many. */
export function prefixesOf(q: string): string[] {
  const words = [...new Set(wordsOf(q))];
  const prefixes = words.filter((word) => !words.some((other) => other !== word && other.startsWith(word)));
  const { max } = limits.searchWords;
  if (prefixes.length > max)
    throw new SepetError('option_invalid', `q has ${prefixes.length} words; a search takes at most ${max}.`);
  return prefixes;
}

/** Which of the prefixes each name has, a bit each. */
function maskOf(dictionary: StringTable, names: Names, prefixes: readonly string[]): Uint32Array {
  const mask = new Uint32Array(dictionary.length);
  const built = names.starts.length - 1;
  const words = noWords();
  for (let number = 0; number < mask.length; number++) {
    let bits = 0;
    // Deltas bring names that were not there when the others were folded.
    if (number >= built) {
      words.length = 0;
      addText(dictionary.at(number), words);
    }
    for (let i = 0; i < prefixes.length; i++) {
      const prefix = prefixes[i] as string;
      const has = number < built ? nameHas(names, number, prefix) : hasPrefix(words, prefix);
      if (has) bits |= 1 << i;
    }
    mask[number] = bits;
  }
  return mask;
}

function bucketsOf(mask: Uint32Array): Uint32Array {
  const buckets = new Uint32Array(65_536);
  for (let number = 0; number < mask.length; number++) {
    const bucket = bucketOf(number);
    buckets[bucket] = (buckets[bucket] as number) | (mask[number] as number);
  }
  return buckets;
}

export interface AskedWords {
  /** The prefixes' UTF-16 units. */
  readonly prefixes: readonly Uint16Array[];
  /** All prefixes, a bit each. */
  readonly all: number;
  /** Those that the row's brand and category have. */
  named(row: number): number;
  /** Whether the product at a rank may have them all: not sure only of what titles have. */
  mayFit(rank: number): boolean;
}

/** Makes ready what is asked for. */
export function askWords(
  { bits, letters, brands, categories }: WordBits,
  catalog: Catalog,
  prefixes: readonly string[],
): AskedWords {
  const brandMask = maskOf(catalog.brands, brands, prefixes);
  const categoryMask = maskOf(catalog.categories, categories, prefixes);
  const { brand, category } = catalog.columns;
  const [brandBuckets, categoryBuckets] = [bucketsOf(brandMask), bucketsOf(categoryMask)];
  let some = 0;
  for (const mask of [brandBuckets, categoryBuckets]) for (const one of mask) some |= one;
  // What no brand and no category has, titles must have: one look for all of it.
  const must = new Uint32Array(width);
  const may = new Uint32Array(3 * prefixes.length);
  const words = noWords();
  prefixes.forEach((prefix, i) => {
    words.length = 0;
    addText(prefix, words);
    if ((some & (1 << i)) === 0) addWords(letters, words, must, 0);
    else addWords(letters, words, may, 3 * i);
  });
  const [a = 0, b = 0, c = 0] = must;

  function mayFit(rank: number): boolean {
    const at = width * rank;
    const x = ~(bits[at] as number);
    const y = ~(bits[at + 1] as number);
    const z = ~(bits[at + 2] as number);
    // None of the bits asked for is missing.
    if (((x & a) | (y & b) | (z & c)) !== 0) return false;
    if (some === 0) return true;
    const numbers = bits[at + 3] as number;
    const named = (brandBuckets[numbers >>> 16] as number) | (categoryBuckets[numbers & 0xffff] as number);
    for (let left = some & ~named; left !== 0; left &= left - 1) {
      const i = 3 * (31 - Math.clz32(left & -left));
      if (((x & (may[i] as number)) | (y & (may[i + 1] as number)) | (z & (may[i + 2] as number))) !== 0)
        return false;
    }
    return true;
  }

  return {
    prefixes: prefixes.map(unitsOf),
    all: prefixes.length === 32 ? -1 : (1 << prefixes.length) - 1,
    named: (row) =>
      some === 0 ? 0 : (brandMask[brand[row] as number] ?? 0) | (categoryMask[category[row] as number] ?? 0),
    mayFit,
  };
}
