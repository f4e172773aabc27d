// Rows as people and programs see them: ids, and the metadata fields that were asked for.

import { genders, unknown8, unknown32 } from '../base/products.ts';
import type { Artifact } from './artifact.ts';
import type { ProductFacts, RecommendItem } from './recommender.ts';
import { type Field, fieldNames } from './request.ts';
import type { Chosen } from './select.ts';

type Facts = Omit<ProductFacts, 'id'>;

/** Four decimals: what a score is good for, and the same however its sum was ordered. */
export function rounded(score: number): number {
  return Math.round(score * 1e4) / 1e4 + 0;
}

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
function facts(artifact: Artifact, row: number, fields: readonly Field[]): Facts {
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
