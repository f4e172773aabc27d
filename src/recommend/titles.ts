// Search for products: by the words of title, brand and category, and by the beginning of the id. It reads 16 bytes a product
// (word-bits.ts), looks at the titles of the few that may match, and stops when it has enough, so that a million products
// take milliseconds.

import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Artifact } from './artifact.ts';
import { type AskedId, askId } from './asked-id.ts';
import { type AskedWords, askWords, prefixesOf } from './asked-words.ts';
import { type Gradual, gradually } from './gradual.ts';
import { createMarks, type Marks } from './marks.ts';
import { createNarrowing, type Narrowed } from './narrowed.ts';
import { productFacts } from './present.ts';
import type { SearchAnswer, SearchRequest } from './recommender.ts';
import { placeOf, type WordBits, wordBitsOf } from './word-bits.ts';
import { bytesHavePrefix } from './words.ts';

/** Lists of fewer rows are gone through product by product, where there is a text. */
const readRows = 4096;
const comparedAStep = 16_384;

const tables = new WeakMap<Artifact, Gradual<WordBits>>();

/** More would keep a thread that answers others waiting. */
export function checkListed(limit: number): void {
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
  /** As it was built: the bits are of its products, whatever deltas lie over it. */
  readonly built: Artifact;
  /** With the deltas. */
  readonly artifact: Artifact;
  /** Rows whose titles they changed. */
  readonly changed?: Uint32Array | undefined;
}

/** Rows that are looked at whatever their bits say. */
interface Also {
  readonly marks: Marks;
  /** Whether no delta changed what the bits are of. */
  readonly isEmpty: boolean;
}

/** Rows whose bits are no longer theirs; they stay in the marks whatever is cleared. */
function* unsureRows({ built, artifact, changed }: TitleSearchParts): Generator<void, Also> {
  const rows = Array.from(changed ?? []);
  for (const name of ['brand', 'category'] as const) {
    const before = built.catalog.columns[name];
    const now = artifact.catalog.columns[name];
    for (let row = 0; now !== before && row < before.length; row++) {
      if (row % comparedAStep === comparedAStep - 1) yield;
      if (before[row] !== now[row]) rows.push(row);
    }
  }
  const { products } = artifact.catalog;
  const always = Uint32Array.from(rows.filter((row) => row < products));
  return { marks: createMarks(products, always), isEmpty: always.length === 0 };
}

interface Asked {
  /** Absent where the text has no words. */
  readonly words?: AskedWords;
  readonly id?: AskedId | undefined;
}

/** Makes the search of one thread. */
export function createTitleSearch(parts: TitleSearchParts): TitleSearch {
  const { built, artifact } = parts;
  const { catalog, popularity } = artifact;
  const table = tables.get(built) ?? gradually(() => wordBitsOf(built));
  tables.set(built, table);
  const unsure = gradually(() => unsureRows(parts));
  const narrow = createNarrowing(artifact);
  const changedTitles = new Set(parts.changed);
  const builtTitles = built.catalog.titles;

  /** Where the title lies, in the file if no delta changed it. */
  function titleOf(row: number): { bytes: Uint8Array; start: number; stop: number } {
    if (row < builtTitles.length && !changedTitles.has(row)) {
      const place = placeOf(builtTitles, row);
      if (place !== undefined) return place;
    }
    const bytes = Buffer.from(catalog.titles.at(row));
    return { bytes, start: 0, stop: bytes.length };
  }

  /** Whether title, brand or category has every prefix, or the id begins so. */
  function fits(row: number, { words: asked, id }: Asked): boolean {
    if (id?.begins(row)) return true;
    if (asked === undefined) return false;
    const lacking = asked.all & ~asked.named(row);
    if (lacking === 0) return true;
    const { bytes, start, stop } = titleOf(row);
    for (let left = lacking; left !== 0; left &= left - 1) {
      const prefix = asked.prefixes[31 - Math.clz32(left & -left)] as Uint16Array;
      if (!bytesHavePrefix(bytes, start, stop, prefix)) return false;
    }
    return true;
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

  /** Whether the product at a rank may fit, by what is quick to look at. */
  function likely({ words: askedWords, id }: Asked): (rank: number, row: number) => boolean {
    const { length: ranks } = built.popularity.all;
    const { marks, isEmpty } = unsure.get();
    marks.clear();
    if (askedWords !== undefined && id === undefined && isEmpty && popularity.all.length === ranks)
      return askedWords.mayFit;
    return (rank, row) => {
      // The beginning of most ids is found soon; that of a few is looked for where ids lie side by side.
      if (rank === readRows) id?.each(marks.add);
      if (rank < readRows && id?.begins(row)) return true;
      // What deltas brought has no bits.
      return rank >= ranks || askedWords?.mayFit(rank) === true || marks.has(row);
    };
  }

  /** Rows that fit, most ordered first. */
  function* fitting(asked: Asked, isFound: (row: number) => boolean): Generator<number> {
    const { all } = popularity;
    const isLikely = likely(asked);
    let rank = 0;
    for (let missed = 0; rank < all.length && missed < readRows; rank++) {
      const row = all[rank] as number;
      if (!isLikely(rank, row)) continue;
      if (isFound(row)) yield row;
      else missed++;
    }
    if (rank === all.length) return;
    // Many only look alike: the rest is read as it lies in the file, several times as quickly, and put in order.
    const left = createMarks(catalog.products);
    let count = 0;
    for (; rank < all.length; rank++) {
      const row = all[rank] as number;
      if (row >= catalog.products || !isLikely(rank, row)) continue;
      left.add(row);
      count++;
    }
    const rows = new Uint32Array(count);
    const { orders } = built.catalog.columns;
    const ordersOf = (row: number): number => orders[row] ?? -1;
    yield* rows
      .subarray(0, left.list(rows, catalog.products))
      .filter(isFound)
      .sort((a, b) => ordersOf(b) - ordersOf(a) || a - b);
  }

  /** Rows of a text, most ordered first; the product of this very id before all others. */
  function* matching(q: string, narrowed: Narrowed): Generator<number> {
    const exact = catalog.ids.row(q.trim());
    if (exact >= 0 && narrowed.passes(exact)) yield exact;
    const prefixes = prefixesOf(q);
    const id = askId(q.trim(), catalog, table.get());
    if (prefixes.length === 0 && id === undefined) return;
    const asked = { ...(prefixes.length > 0 && { words: askWords(table.get(), catalog, prefixes) }), id };
    const isFound = (row: number): boolean => row !== exact && narrowed.passes(row) && fits(row, asked);
    const lists = narrowed.lists(readRows);
    if (lists === undefined) yield* fitting(asked, isFound);
    else yield* listed(lists).filter(isFound);
  }

  /** All rows, most ordered first. */
  function* everything(narrowed: Narrowed): Generator<number> {
    const lists = narrowed.lists(catalog.products);
    for (const row of lists === undefined ? popularity.all : listed(lists))
      if (narrowed.passes(row)) yield row;
  }

  return {
    search({ q = '', category, brand, limit = limits.searchListed.default, offset = 0 }) {
      checkListed(limit);
      const narrowed = narrow({ category, brand });
      const found: number[] = [];
      for (const row of q === '' ? everything(narrowed) : matching(q, narrowed)) {
        found.push(row);
        if (found.length > offset + limit) break;
      }
      return {
        products: found.slice(offset, offset + limit).map((row) => productFacts(artifact, row)),
        more: found.length > offset + limit,
      };
    },
    advance: (untilMs) => [table, unsure].map((one) => one.advance(untilMs)).includes(true),
  };
}
