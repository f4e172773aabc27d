// The ranked lists inside an artifact: popularity (all, by category, by gender), and by product co-occurrence and likeness.
// A group of lists is `<name>.offsets` (u32, one more than lists) into `<name>.rows` (u32, best first).

import { SepetError } from '../base/errors.ts';
import type { Section, SectionSource } from '../base/sections.ts';

export interface Lists {
  readonly offsets: Uint32Array;
  readonly rows: Uint32Array;
}

export interface ScoredLists extends Lists {
  readonly scores: Float32Array;
}

/** Where list `i` stands: `count` rows from `start` on, at most `most`, whatever the offsets say. */
export function listAt({ offsets, rows }: Lists, i: number, most: number): { start: number; count: number } {
  const start = Math.min(offsets[i] ?? 0, rows.length);
  const end = Math.min(offsets[i + 1] ?? 0, rows.length);
  return { start, count: Math.min(Math.max(0, end - start), most) };
}

export interface Popularity {
  /** Every product, most ordered first. */
  readonly all: Uint32Array;
  /** By category number: the most ordered of its whole subtree. */
  readonly category: Lists;
  /** By gender code. */
  readonly gender: Lists;
}

export interface PopularityInput {
  readonly orders: Uint32Array;
  readonly category: Uint32Array;
  readonly categoryParent: Uint32Array;
  readonly gender: Uint8Array;
  readonly genders: number;
  /** Longest list of a category or gender. */
  readonly listLength: number;
}

function pack(name: string, lists: readonly (readonly number[])[]): Section[] {
  const offsets = new Uint32Array(lists.length + 1);
  lists.forEach((list, i) => {
    offsets[i + 1] = (offsets[i] as number) + list.length;
  });
  const rows = new Uint32Array(offsets[lists.length] as number);
  lists.forEach((list, i) => {
    rows.set(list, offsets[i]);
  });
  return [
    { name: `${name}.offsets`, data: offsets },
    { name: `${name}.rows`, data: rows },
  ];
}

/** Ranks products by orders (ties by row) as `pop.all`, `pop.category.*` and `pop.gender.*`. */
export function encodePopularity(input: PopularityInput): Section[] {
  const { orders, category, categoryParent, gender, listLength } = input;
  const all = Uint32Array.from(orders.keys());
  all.sort((a, b) => (orders[b] as number) - (orders[a] as number) || a - b);
  const byCategory = Array.from(categoryParent, (): number[] => []);
  const byGender = Array.from({ length: input.genders }, (): number[] => []);
  for (const row of all) {
    for (let n = category[row] as number; n < byCategory.length; n = categoryParent[n] as number) {
      const list = byCategory[n] as number[];
      if (list.length < listLength) list.push(row);
    }
    const list = byGender[gender[row] as number];
    if (list !== undefined && list.length < listLength) list.push(row);
  }
  return [
    { name: 'pop.all', data: all },
    ...pack('pop.category', byCategory),
    ...pack('pop.gender', byGender),
  ];
}

/** Scored lists by product: `cooc` of those bought together, `similar` of those most like each other. */
export type ScoredName = 'cooc' | 'similar';

/** The sections `<name>.offsets`, `<name>.rows` and `<name>.scores`. */
export function encodeScored(name: ScoredName, { offsets, rows, scores }: ScoredLists): Section[] {
  return [
    { name: `${name}.offsets`, data: offsets },
    { name: `${name}.rows`, data: rows },
    { name: `${name}.scores`, data: scores },
  ];
}

/** The sections `cooc.offsets`, `cooc.rows` and `cooc.scores`. */
export const encodeCooccurrence = (lists: ScoredLists): Section[] => encodeScored('cooc', lists);

function openLists(source: SectionSource, name: string, count: number): Lists {
  const offsets = source.u32(`${name}.offsets`);
  const rows = source.u32(`${name}.rows`);
  if (offsets.length !== count + 1 || offsets[count] !== rows.length)
    throw new SepetError('file_damaged', `The sections of ${name} disagree about their sizes.`);
  return { offsets, rows };
}

/** Opens the popularity lists. Throws `section_missing` or `file_damaged`. */
export function openPopularity(
  source: SectionSource,
  sizes: { products: number; categories: number; genders: number },
): Popularity {
  const all = source.u32('pop.all');
  if (all.length !== sizes.products)
    throw new SepetError('file_damaged', `pop.all has ${all.length} rows for ${sizes.products} products.`);
  return {
    all,
    category: openLists(source, 'pop.category', sizes.categories),
    gender: openLists(source, 'pop.gender', sizes.genders),
  };
}

/** Opens scored lists of `products` rows. Throws `section_missing` or `file_damaged`. */
export function openScored(source: SectionSource, name: ScoredName, products: number): ScoredLists {
  const lists = openLists(source, name, products);
  const scores = source.f32(`${name}.scores`);
  if (scores.length !== lists.rows.length)
    throw new SepetError('file_damaged', `${name}.scores and ${name}.rows have different lengths.`);
  return { ...lists, scores };
}

/** Opens the co-occurrence lists of `products` rows. Throws `section_missing` or `file_damaged`. */
export const openCooccurrence = (source: SectionSource, products: number): ScoredLists =>
  openScored(source, 'cooc', products);

/** Opens the lists of similar products; undefined where the artifact has none. Throws `section_missing` or `file_damaged`. */
export const openSimilar = (source: SectionSource, products: number): ScoredLists | undefined =>
  source.has('similar.offsets') ? openScored(source, 'similar', products) : undefined;
