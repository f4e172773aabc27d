// What was chosen as people and programs see it: in its order, with ids and the metadata fields that were asked
// for, and the account of how the answer came about.

import { genders, unknown8, unknown32 } from '../base/products.ts';
import type { Columns } from '../catalog/columns.ts';
import type { PolicyDocument } from '../policy/document.ts';
import type { Artifact } from './artifact.ts';
import type { Filled, ProductFacts, RecommendItem, Source } from './recommender.ts';
import { type Field, fieldNames } from './request.ts';
import type { Selection } from './select.ts';

/** A row that the answer holds. */
export interface Chosen {
  readonly row: number;
  /** With what the ranking added. */
  readonly score: number;
  readonly source: Source;
  /** Of a pinned product: where it stands, from 1, in a long enough answer. */
  readonly position?: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Facts = Omit<ProductFacts, 'id'>;

/** Of a score, four decimals: what it is good for, and the same however its sum was ordered. */
export const tenThousandthsOf = (score: number): number => Math.round(score * 1e4) + 0;
export const rounded = (score: number): number => tenThousandthsOf(score) / 1e4;

const readers: Record<Field, (artifact: Artifact, row: number) => Facts> = {
  title: ({ catalog }, row) => {
    const title = catalog.titles.at(row);
    return title === '' ? {} : { title };
  },
  price: ({ catalog, manifest }, row) => {
    const price = catalog.columns.price[row] as number;
    if (price === unknown32) return {};
    return manifest.currency === null ? { price } : { price, currency: manifest.currency };
  },
  category: ({ catalog }, row) => {
    const category = catalog.columns.category[row] as number;
    return category === unknown32 ? {} : { category: catalog.categories.at(category) };
  },
  brand: ({ catalog }, row) => {
    const brand = catalog.columns.brand[row] as number;
    return brand === unknown32 ? {} : { brand: catalog.brands.at(brand) };
  },
  gender: ({ catalog }, row) => {
    const gender = genders[catalog.columns.gender[row] as number];
    return gender === undefined ? {} : { gender };
  },
  inStock: ({ catalog }, row) => {
    const stock = catalog.columns.stock[row] as number;
    return stock === unknown8 ? {} : { inStock: stock === 1 };
  },
  image: ({ catalog }, row) => {
    const image = catalog.images.at(row);
    return image === '' ? {} : { image };
  },
};

/** The asked fields of a row that are known, in the order of `fieldNames`. */
export function facts(artifact: Artifact, row: number, fields: readonly Field[]): Facts {
  return Object.assign({}, ...fields.map((field) => readers[field](artifact, row))) as Facts;
}

/** Everything known of a product. */
export function productFacts(artifact: Artifact, row: number): ProductFacts {
  return { id: artifact.catalog.ids.id(row), ...facts(artifact, row, fieldNames) };
}

/** The item of a chosen row, with the asked fields. */
export function presentItem(artifact: Artifact, chosen: Chosen, fields: readonly Field[]): RecommendItem {
  const item = {
    id: artifact.catalog.ids.id(chosen.row),
    score: rounded(chosen.score),
    source: chosen.source,
  };
  return fields.length === 0 ? item : { ...item, ...facts(artifact, chosen.row, fields) };
}

/** Orders chosen items for showing; what a product lacks puts it last, and equals keep their order. */
export function sorted(
  { price, orders, released }: Columns,
  chosen: readonly Chosen[],
  by: PolicyDocument['sort'],
): readonly Chosen[] {
  if (by === 'score') return chosen;
  const keys: Record<Exclude<typeof by, 'score'>, (row: number) => number> = {
    price: (row) => price[row] as number,
    popularity: (row) => -(orders[row] as number),
    newest: (row) => -(released[row] as number),
  };
  return chosen.toSorted((a, b) => keys[by](a.row) - keys[by](b.row));
}

/** Puts pinned items, by rising position, at their positions; at the end of an answer that is too short. */
export function withPins(
  chosen: readonly Chosen[],
  pins: readonly (Chosen & { position: number })[],
): readonly Chosen[] {
  if (pins.length === 0) return chosen;
  const all = [...chosen];
  for (const pin of pins) all.splice(pin.position - 1, 0, pin);
  return all;
}

/** The account of an answer; `others` are the products beside the query's. */
export function filledOf(
  selection: Selection,
  chosen: readonly Chosen[],
  wanted: number,
  others: number,
): Filled {
  const { considered, isClosed } = selection;
  const from: Partial<Record<Source, number>> = {};
  for (let i = 0; i < chosen.length; i++) {
    const { source } = chosen[i] as Chosen;
    from[source] = (from[source] ?? 0) + 1;
  }
  const filled: Mutable<Filled> = { wanted, returned: chosen.length, missing: wanted - chosen.length, from };
  const filteredBy = selection.droppedBy();
  if (filteredBy !== undefined) filled.filteredBy = filteredBy;
  const outside = isClosed ? others - considered : 0;
  if (outside > 0) filled.outside = outside;
  if (isClosed || considered >= others) filled.exhausted = true;
  return filled;
}
