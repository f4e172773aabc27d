// Conditions as plain functions over integer columns. A condition says of a candidate row: no, yes, or unknown
// (a value that it compares is not known). Nothing is allocated and no name is looked at per candidate.

import { genders, unknown8, unknown32, unknownDay } from '../base/products.ts';
import type { Conditions } from './document.ts';
import type { Bounds } from './document-rules.ts';
import type { PolicyCatalog } from './facts.ts';
import { brandIn, categoryIn, type Makings, pair } from './pair.ts';
import { postingsOf } from './postings.ts';
import {
  type Codes,
  type Condition,
  no,
  type Span,
  unknown,
  type Verdict,
  verdict,
  verdictOfCode,
  verdictOfSpan,
  yes,
} from './verdict.ts';

export type { Condition, Value } from './verdict.ts';

/** Price bands a category has; their codes are 0 to 4. */
const bandCount = 5;

const listed = (names: string | readonly string[]): string =>
  typeof names === 'string' ? names : names.join(', ');
const bounds = ({ min, max }: Bounds): string =>
  [...(min === undefined ? [] : [`at least ${min}`]), ...(max === undefined ? [] : [`at most ${max}`])].join(
    ', ',
  );

type Maker<K extends keyof Conditions> = (
  wanted: NonNullable<Conditions[K]>,
  makings: Makings,
  path: readonly PropertyKey[],
) => Condition;

/** A condition on a column of codes; 255 is unknown. */
function codedBy(column: Uint8Array): Codes {
  return { column, verdicts: new Uint8Array(256).fill(no).fill(unknown, unknown8) };
}

const inStock: Maker<'inStock'> = (wanted, { catalog }) => {
  const { stock } = catalog.columns;
  const codes = codedBy(stock);
  codes.verdicts[Number(wanted)] = yes;
  const value = (row: number) => (stock[row] === unknown8 ? null : stock[row] === 1);
  return {
    depends: 'nothing',
    codes,
    test: (row) => verdictOfCode(codes, row),
    compared: (row) => ({ candidate: value(row), against: wanted }),
  };
};

const gender: Maker<'gender'> = (wanted, { catalog, query }) => {
  const codes = codedBy(catalog.columns.gender);
  const unisex = genders.indexOf('unisex');
  const relative = wanted === 'same' || wanted === 'same-or-unisex';
  const orUnisex = wanted === 'same-or-unisex';
  const names: readonly string[] = relative ? [] : [wanted].flat();
  for (const [code, name] of genders.entries()) codes.verdicts[code] = verdict(names.includes(name));
  let isAskedKnown = true;
  const bind = (): Verdict | undefined => {
    isAskedKnown = query.gender !== unknown8;
    const isAskedUnisex = orUnisex && query.gender === unisex;
    for (let code = 0; code < genders.length; code++) {
      const holds = code === query.gender || isAskedUnisex || (orUnisex && code === unisex);
      codes.verdicts[code] = isAskedKnown ? verdict(holds) : unknown;
    }
    return isAskedKnown ? undefined : unknown;
  };
  return {
    depends: relative ? 'query' : 'nothing',
    ...(relative && { bind }),
    codes,
    test: (row) => verdictOfCode(codes, row),
    compared: (row) => ({
      candidate: genders[codes.column[row] as number] ?? null,
      against: relative ? (genders[query.gender] ?? null) : listed(wanted),
    }),
    postings(unknowns, most) {
      if (!isAskedKnown) return unknowns ? undefined : [];
      const inverted = postingsOf(catalog).gender;
      let rows = unknowns ? inverted.unknown.length : 0;
      for (let code = 0; code < genders.length; code++)
        if (codes.verdicts[code] === yes) rows += inverted.count(code);
      if (rows > most) return undefined;
      const lists = genders.flatMap((_, code) => (codes.verdicts[code] === yes ? [inverted.rows(code)] : []));
      return unknowns ? [...lists, inverted.unknown] : lists;
    },
  };
};

const price: Maker<'price'> = (wanted, { catalog }) => {
  const { price } = catalog.columns;
  const { min = 0, max = unknown32 } = wanted;
  const span: Span = { column: price, low: min, high: max };
  return {
    depends: 'nothing',
    span,
    test: (row) => verdictOfSpan(span, row),
    compared: (row) => ({ candidate: priceOrNull(price[row]), against: bounds(wanted) }),
    postings: (unknowns, most) => pricedLists(catalog, span, unknowns, most),
  };
};

function pricedLists(
  catalog: PolicyCatalog,
  { low, high }: Span,
  unknowns: boolean,
  most: number,
): Uint32Array[] | undefined {
  const { price } = postingsOf(catalog);
  const run = price.run(low, high, most);
  if (run === undefined) return undefined;
  return unknowns ? [run, price.unknown] : [run];
}

const priceOrNull = (value: number | undefined): number | null =>
  value === undefined || value === unknown32 ? null : value;

/** A condition whose span follows the query product; `isKnown` says whether what it compares with is known. */
function following(
  span: Span,
  isKnown: () => boolean,
  follow: () => void,
  rest: Pick<Condition, 'compared' | 'postings'>,
): Condition {
  return {
    ...rest,
    depends: 'query',
    span,
    bind() {
      if (!isKnown()) return unknown;
      follow();
      return undefined;
    },
    test: (row) => (isKnown() ? verdictOfSpan(span, row) : unknown),
  };
}

const priceRatio: Maker<'priceRatio'> = (wanted, { catalog, query }) => {
  const { price } = catalog.columns;
  const { min = 0, max = Number.POSITIVE_INFINITY } = wanted;
  const span: Span = { column: price, low: 0, high: 0 };
  const follow = (): void => {
    span.low = min * query.price;
    span.high = max * query.price;
  };
  const isKnown = (): boolean => query.price !== unknown32 && query.price !== 0;
  return following(span, isKnown, follow, {
    postings(unknowns, most) {
      if (isKnown()) return pricedLists(catalog, span, unknowns, most);
      return unknowns ? undefined : [];
    },
    compared: (row) => {
      const own = priceOrNull(query.price);
      const against = own === null ? null : `${bounds(wanted)} times ${own}`;
      return { candidate: priceOrNull(price[row]), against };
    },
  });
};

const priceBand: Maker<'priceBand'> = ({ within }, { catalog, query }) => {
  const { band } = catalog.columns;
  const codes = codedBy(band);
  return {
    depends: 'query',
    codes,
    bind() {
      const isKnown = query.band !== unknown8;
      for (let code = 0; code < bandCount; code++)
        codes.verdicts[code] = isKnown ? verdict(Math.abs(code - query.band) <= within) : unknown;
      return isKnown ? undefined : unknown;
    },
    test: (row) => verdictOfCode(codes, row),
    compared: (row) => ({
      candidate: band[row] === unknown8 ? null : (band[row] as number),
      against: query.band === unknown8 ? null : query.band,
    }),
  };
};

/** A condition that holds where a column has the query product's own value. */
function sameAs(
  { catalog, query }: Makings,
  key: 'brand' | 'category' | 'group',
  name: (number: number) => string | null,
): Condition {
  const column = catalog.columns[key];
  const span: Span = { column, low: 0, high: 0 };
  const isKnown = (): boolean => query[key] !== unknown32;
  const follow = (): void => {
    span.low = query[key];
    span.high = query[key];
  };
  return following(span, isKnown, follow, {
    compared: (row) => ({ candidate: name(column[row] as number), against: name(query[key]) }),
    postings(unknowns) {
      if (!isKnown()) return unknowns ? undefined : [];
      const inverted = postingsOf(catalog)[key];
      return unknowns ? [inverted.rows(query[key]), inverted.unknown] : [inverted.rows(query[key])];
    },
  });
}

const nameIn = (names: { at(number: number): string }) => (number: number) =>
  number === unknown32 ? null : names.at(number);

const brand: Maker<'brand'> = (wanted, makings, path) => {
  const name = nameIn(makings.catalog.brands);
  if (wanted === 'same') return sameAs(makings, 'brand', name);
  const column = makings.catalog.columns.brand;
  const compared = (row: number) => ({ candidate: name(column[row] as number), against: listed(wanted) });
  return { depends: 'nothing', compared, ...brandIn(wanted, makings, path) };
};

/** Below the parent of the query product's category. */
function sameParent({ catalog, query }: Makings): Condition {
  const column = catalog.columns.category;
  const name = nameIn(catalog.categories);
  const span: Span = { column, low: 0, high: 0 };
  const isKnown = (): boolean => query.category !== unknown32;
  const follow = (): void => {
    span.low = query.familyStart;
    span.high = query.familyEnd - 1;
  };
  return following(span, isKnown, follow, {
    compared: (row) => ({ candidate: name(column[row] as number), against: name(query.familyStart) }),
    postings(unknowns) {
      if (!isKnown()) return unknowns ? undefined : [];
      const inverted = postingsOf(catalog).category;
      const lists = unknowns ? [inverted.unknown] : [];
      for (let n = query.familyStart; n < query.familyEnd; n++) lists.push(inverted.rows(n));
      return lists;
    },
  });
}

const category: Maker<'category'> = (wanted, makings, path) => {
  const name = nameIn(makings.catalog.categories);
  if (wanted === 'same-leaf') return sameAs(makings, 'category', name);
  if (wanted === 'same-parent') return sameParent(makings);
  const column = makings.catalog.columns.category;
  const compared = (row: number) => ({ candidate: name(column[row] as number), against: listed(wanted) });
  return { depends: 'nothing', compared, ...categoryIn(wanted, makings, path) };
};

const group: Maker<'group'> = (_, makings) => sameAs(makings, 'group', nameIn(makings.catalog.groups));

const newerThanDays: Maker<'newerThanDays'> = (wanted, { catalog, query }) => {
  const { released } = catalog.columns;
  return {
    depends: 'day',
    test: (row) => {
      const day = released[row] as number;
      return day === unknownDay ? unknown : verdict(query.day - day < wanted);
    },
    compared: (row) => {
      const day = released[row] as number;
      const candidate = day === unknownDay ? null : `${query.day - day} days`;
      return { candidate, against: `less than ${wanted} days` };
    },
  };
};

const field: Maker<'field'> = (wanted, { resolve }, path) => {
  const column = resolve.field(wanted.name, [...path, 'name']);
  const min = column.bound(wanted.min ?? Number.NEGATIVE_INFINITY);
  const max = column.bound(wanted.max ?? Number.POSITIVE_INFINITY);
  return {
    depends: 'nothing',
    numbers: column.column && { column: column.column, low: min, high: max },
    test: (row) => {
      const value = column.value(row);
      return Number.isNaN(value) ? unknown : verdict(value >= min && value <= max);
    },
    compared: (row) => {
      const value = column.value(row);
      return {
        candidate: Number.isNaN(value) ? null : column.shown(value),
        against: `${wanted.name} ${bounds(wanted)}`,
      };
    },
  };
};

const ids: Maker<'ids'> = (wanted, { catalog }) => {
  const rows = new Set(wanted.map((id) => catalog.ids.row(id)).filter((row) => row >= 0));
  const lists = [Uint32Array.from(rows).sort()];
  return {
    depends: 'nothing',
    test: (row) => verdict(rows.has(row)),
    compared: (row) => ({ candidate: catalog.ids.id(row), against: 'the listed ids' }),
    postings: () => lists,
  };
};

const makers: { [K in keyof Required<Conditions>]: Maker<K> } = {
  inStock,
  gender,
  price,
  priceRatio,
  priceBand,
  brand,
  category,
  group,
  newerThanDays,
  field,
  pair,
  ids,
};

/** Compiles every condition given, in the order of the schema. */
export function compileConditions(
  conditions: Conditions,
  makings: Makings,
  path: readonly PropertyKey[],
): Condition[] {
  const compileOne = <K extends keyof Conditions>(key: K): Condition[] => {
    const wanted = conditions[key];
    if (wanted === undefined) return [];
    return [makers[key](wanted as NonNullable<Conditions[K]>, makings, [...path, key])];
  };
  return (Object.keys(makers) as (keyof Conditions)[]).flatMap(compileOne);
}
