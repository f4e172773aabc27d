// Search in titles. No strings are indexed: each title has 96 bits that say which first letters, first two and first three its
// words have, in the order of popularity. A search reads these, 12 bytes a product, decodes the few titles that may match,
// and stops when it has enough, so that a million products take milliseconds.

import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { type CompiledPolicy, compilePolicy, firstDrop, type Rule } from '../policy/compile.ts';
import { checkPolicy } from '../policy/parse.ts';
import type { Artifact } from './artifact.ts';
import { type Gradual, gradually } from './gradual.ts';
import { createMarks, type Marks } from './marks.ts';
import { narrowingRules } from './narrow.ts';
import { productFacts } from './present.ts';
import type { SearchAnswer, SearchRequest } from './recommender.ts';
import { foldInto, hasPrefix, noWords, type Words, wordsOf } from './words.ts';

/** 32-bit words of a title's bits: one for first letters, two for what words begin with. */
const width = 3;
const rowsAStep = 256;

const mix = (h: number, unit: number): number => Math.imul((h ^ unit) + 0x9e3779b9, 0x85ebca6b);

/** Adds the bits of the words' beginnings to the three words of `bits` from `at` on. */
function addWords({ units, length }: Words, bits: Uint32Array, at: number): void {
  for (let i = 0; i < length; i++) {
    let unit = units[i] as number;
    bits[at] = (bits[at] as number) | (1 << (unit & 31));
    let h = mix(1, unit);
    for (let letters = 2; letters <= 3; letters++) {
      unit = units[++i] as number;
      if (unit === 0) break;
      h = mix(h, unit);
      // The high bits choose one of 64.
      const word = at + 1 + (h >>> 31);
      bits[word] = (bits[word] as number) | (1 << ((h >>> 26) & 31));
    }
    while (units[i] !== 0) i++;
  }
}

/** The bits of all titles, most ordered product first. */
function* bitsOf({ catalog, popularity }: Artifact): Generator<void, Uint32Array> {
  const { all } = popularity;
  const bits = new Uint32Array(width * all.length);
  const ranks = new Uint32Array(catalog.products);
  for (let rank = 0; rank < all.length; rank++) ranks[all[rank] as number] = rank;
  const words = noWords();
  // Titles are read as they lie in the file.
  for (let row = 0; row < catalog.products; row++) {
    if (row % rowsAStep === rowsAStep - 1) yield;
    foldInto(catalog.titles.at(row), words);
    addWords(words, bits, width * (ranks[row] as number));
  }
  return bits;
}

/** Lists of fewer rows are gone through title by title, where there is a text. */
const readRows = 4096;

/** The shortest lists that hold every row which passes the rules; undefined where that is nothing to start from. */
function shortest(rules: readonly Rule[], most: number): readonly Uint32Array[] | undefined {
  let best: readonly Uint32Array[] | undefined;
  let length = most + 1;
  for (const rule of rules) {
    const lists = rule.postings();
    const total = lists?.reduce((sum, list) => sum + list.length, 0) ?? length;
    if (total < length) [best, length] = [lists, total];
  }
  return best;
}

const tables = new WeakMap<Artifact, Gradual<Uint32Array>>();

/** More would keep a thread that answers others waiting. */
function checkSearch(limit: number): void {
  const { max } = limits.searchListed;
  if (limit > max)
    throw new SepetError('option_invalid', `limit must be at most ${max} in a search, not ${limit}.`);
}

export interface TitleSearch {
  /** Throws `option_invalid` for a category or brand that is not there, and for a limit beyond that of searches. */
  search(request: SearchRequest): SearchAnswer;
  /** See `Gradual`. */
  advance(untilMs: number): boolean;
}

export interface TitleSearchParts {
  /** As it was built: its titles' bits are made once, whatever deltas lie over it. */
  readonly built: Artifact;
  /** With the deltas. */
  readonly artifact: Artifact;
  /** Rows whose titles they changed. */
  readonly changed?: Uint32Array | undefined;
}

/** Makes the search of one thread. */
export function createTitleSearch({ built, artifact, changed }: TitleSearchParts): TitleSearch {
  const { catalog, popularity } = artifact;
  const table = tables.get(built) ?? gradually(() => bitsOf(built));
  tables.set(built, table);
  const words = noWords();
  let policy: CompiledPolicy | undefined;
  let unsure: Marks | undefined;
  let gone: Marks | undefined;

  function prepare(): { unsure: Marks; gone: Marks } {
    unsure ??= createMarks(
      catalog.products,
      changed?.filter((row) => row < catalog.products),
    );
    gone ??= createMarks(catalog.products, catalog.removed);
    return { unsure, gone };
  }

  /** Whether the title of a row has all of the prefixes; its bits did not say no. */
  function matches(row: number, prefixes: readonly string[]): boolean {
    if (prefixes.length === 0) return true;
    foldInto(catalog.titles.at(row), words);
    return prefixes.every((prefix) => hasPrefix(words, prefix));
  }

  /** The rows of lists, each of one value and so in one of them alone, most ordered first. */
  function listed(lists: readonly Uint32Array[]): Uint32Array {
    const { orders } = catalog.columns;
    const rows = new Uint32Array(lists.reduce((sum, list) => sum + list.length, 0));
    let end = 0;
    for (const list of lists) {
      rows.set(list, end);
      end += list.length;
    }
    return rows.sort((a, b) => (orders[b] as number) - (orders[a] as number) || a - b);
  }

  /** Rows whose title may have the prefixes, most ordered first. */
  function* likely(prefixes: readonly string[]): Generator<number> {
    const { all } = popularity;
    const { unsure } = prepare();
    const bits = prefixes.length > 0 ? table.get() : new Uint32Array(0);
    const asked = new Uint32Array(width);
    for (const prefix of prefixes) {
      foldInto(prefix, words);
      addWords(words, asked, 0);
    }
    const [letters = 0, first = 0, second = 0] = asked;
    const built = bits.length / width;
    for (let rank = 0, at = 0; rank < all.length; rank++, at += width) {
      const row = all[rank] as number;
      if (
        rank >= built ||
        // None of the bits asked for is missing.
        ((~(bits[at] as number) & letters) |
          (~(bits[at + 1] as number) & first) |
          (~(bits[at + 2] as number) & second)) ===
          0 ||
        unsure.has(row)
      )
        yield row;
    }
  }

  return {
    search({ q = '', category, brand, limit = limits.searchListed.default, offset = 0 }) {
      checkSearch(limit);
      const prefixes = wordsOf(q);
      policy ??= compilePolicy(checkPolicy({ name: 'search' }), catalog);
      const narrow = { ...(category && { category }), ...(brand && { brand }) };
      const rules = policy.bind(-1, policy.narrow(narrowingRules(narrow)));
      const found: number[] = [];
      if (q !== '' && prefixes.length === 0) return { products: [], more: false };
      const lists = shortest(rules, q === '' ? catalog.products : readRows);
      const { gone } = prepare();
      for (const row of lists === undefined ? likely(prefixes) : listed(lists)) {
        if (row >= catalog.products || gone.has(row) || firstDrop(rules, row) >= 0) continue;
        if (!matches(row, prefixes)) continue;
        found.push(row);
        if (found.length > offset + limit) break;
      }
      return {
        products: found.slice(offset, offset + limit).map((row) => productFacts(artifact, row)),
        more: found.length > offset + limit,
      };
    },
    advance: table.advance,
  };
}
