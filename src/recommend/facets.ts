// What there is to choose from: categories, brands and genders with how many products each has, and the numeric fields with how
// their values lie. Counted as the artifact was built; what came or went by deltas has no part in it.

import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { genders } from '../base/products.ts';
import { fieldNames, openField } from '../policy/fields.ts';
import type { Artifact } from './artifact.ts';
import { type Gradual, gradually } from './gradual.ts';
import type { FacetField, Facets, FacetsRequest } from './recommender.ts';
import { type Names, nameHas, namesOf, wordsOf } from './words.ts';

const rowsAStep = 2048;

/** Names of one kind with how many products each has. */
interface Counted {
  readonly names: Names;
  readonly products: Uint32Array;
  /** Numbers of the names, most products first. */
  readonly order: Float64Array;
}

interface FacetTable {
  readonly categories: Counted;
  readonly brands: Counted;
  readonly genders: Uint32Array;
  readonly fields: readonly FacetField[];
}

/** How many rows have each value; values of at least `values` are unknown. */
function* countOf(column: Uint32Array | Uint8Array, values: number): Generator<void, Uint32Array> {
  const counts = new Uint32Array(values);
  for (let row = 0; row < column.length; row++) {
    if (row % rowsAStep === rowsAStep - 1) yield;
    const value = column[row] as number;
    if (value < values) counts[value] = (counts[value] as number) + 1;
  }
  return counts;
}

/** Numbers by falling counts, equals in the order of their names. */
function orderOf(products: Uint32Array): Float64Array {
  const { length } = products;
  // One number holds both, so that sorting compares nothing else.
  const keys = Float64Array.from(products, (count, number) => (0xffff_ffff - count) * 2 ** 20 + number);
  if (length >= 2 ** 20)
    return Float64Array.from(keys.keys()).sort(
      (a, b) => (products[b] as number) - (products[a] as number) || a - b,
    );
  return keys.sort().map((key) => key % 2 ** 20);
}

/** Welford 1962: one pass, and no difference of large sums. */
function* fieldOf({ catalog }: Artifact, name: string): Generator<void, FacetField | undefined> {
  const field = openField(catalog, name);
  let [products, mean, squares] = [0, 0, 0];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = 0; field !== undefined && row < catalog.products; row++) {
    if (row % rowsAStep === rowsAStep - 1) yield;
    const value = field.value(row);
    if (Number.isNaN(value)) continue;
    const step = value - mean;
    mean += step / ++products;
    squares += step * (value - mean);
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (field === undefined || products === 0) return undefined;
  const rounded = (value: number): number => Number(value.toPrecision(7));
  return {
    ...{ field: name, products, min: field.shown(min), max: field.shown(max) },
    ...{ mean: rounded(mean), deviation: rounded(Math.sqrt(squares / products)) },
  };
}

function* facetsOf(artifact: Artifact): Generator<void, FacetTable> {
  const { columns, categories, brands } = artifact.catalog;
  const ofCategory = yield* countOf(columns.category, categories.length);
  // Numbers of what is above are lower, so that below is added up first.
  for (let number = categories.length - 1; number > 0; number--) {
    const above = categories.parent[number] as number;
    if (above < number) ofCategory[above] = (ofCategory[above] as number) + (ofCategory[number] as number);
  }
  const ofBrand = yield* countOf(columns.brand, brands.length);
  const fields: FacetField[] = [];
  for (const name of fieldNames(artifact.catalog)) {
    const field = yield* fieldOf(artifact, name);
    if (field !== undefined) fields.push(field);
  }
  return {
    categories: { names: yield* namesOf(categories), products: ofCategory, order: orderOf(ofCategory) },
    brands: { names: yield* namesOf(brands), products: ofBrand, order: orderOf(ofBrand) },
    genders: yield* countOf(columns.gender, genders.length),
    fields,
  };
}

const tables = new WeakMap<Artifact, Gradual<FacetTable>>();

export interface FacetList {
  /** Throws `option_invalid` for a limit beyond that of facets. */
  facets(request: FacetsRequest): Facets;
  /** See `Gradual`. */
  advance(untilMs: number): boolean;
}

/** The facets of an artifact, as it was built; their table is made once, whatever deltas lie over it. */
export function facetListOf(artifact: Artifact): FacetList {
  const { catalog, manifest } = artifact;
  const table = tables.get(artifact) ?? gradually(() => facetsOf(artifact));
  tables.set(artifact, table);

  /** Numbers of the names with words that begin so, most products first. */
  function* chosen({ names, products, order }: Counted, prefixes: readonly string[]): Generator<number> {
    for (const number of order) {
      // A category may be there for what is below it alone; a name without any product is none to choose.
      if (products[number] === 0) return;
      if (prefixes.every((prefix) => nameHas(names, number, prefix))) yield number;
    }
  }

  function listed(counted: Counted, prefixes: readonly string[], limit: number): [number, number][] {
    const found: [number, number][] = [];
    for (const number of chosen(counted, prefixes)) {
      if (found.length === limit) break;
      found.push([number, counted.products[number] as number]);
    }
    return found;
  }

  return {
    facets({ q = '', limit = limits.facetsListed.default }) {
      const { max } = limits.facetsListed;
      if (limit > max) throw new SepetError('option_invalid', `limit must be at most ${max}, not ${limit}.`);
      const { categories, brands, genders: ofGender, fields } = table.get();
      const prefixes = wordsOf(q);
      const isNone = q !== '' && prefixes.length === 0;
      const list = (counted: Counted) => (isNone ? [] : listed(counted, prefixes, limit));
      return {
        categories: list(categories).map(([number, products]) => ({
          category: catalog.categories.at(number),
          products,
        })),
        brands: list(brands).map(([number, products]) => ({ brand: catalog.brands.at(number), products })),
        fields,
        genders: Object.fromEntries(
          genders.flatMap((gender, code) => (ofGender[code] ? [[gender, ofGender[code]]] : [])),
        ),
        currency: manifest.currency,
      };
    },
    advance: table.advance,
  };
}
