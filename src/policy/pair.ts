// Membership in named categories, brands and genders, of candidates and of the query product alike, and the
// condition made of two such sides.

import { type Gender, genders, unknown8, unknown32 } from '../base/products.ts';
import type { Conditions, PairSide } from './document.ts';
import type { PolicyCatalog, QueryFacts } from './facts.ts';
import { type Inverted, postingsOf } from './postings.ts';
import type { Resolver } from './resolve.ts';
import { both, type Condition, either, no, unknown, type Verdict, verdict, yes } from './verdict.ts';

/** What conditions are made from. */
export interface Makings {
  readonly catalog: PolicyCatalog;
  readonly query: QueryFacts;
  readonly resolve: Resolver;
}

type Path = readonly PropertyKey[];
type Member = Pick<Condition, 'test' | 'span' | 'spans'> & {
  postings(unknowns: boolean): readonly Uint32Array[];
  /** The verdict on a value of the column, such as the query product's. */
  of(value: number): Verdict;
};

/** The lists of some values of a column, looked up when they are first asked for. */
function listsOf(inverted: () => Inverted, values: () => Iterable<number>): Member['postings'] {
  const made: (readonly Uint32Array[] | undefined)[] = [];
  return (unknowns) => {
    const which = Number(unknowns);
    made[which] ??= [
      ...Array.from(new Set(values()), inverted().rows),
      ...(unknowns ? [inverted().unknown] : []),
    ];
    return made[which];
  };
}

/** Whether a row's category lies in one of these subtrees. */
export function categoryIn(
  names: string | readonly string[],
  { catalog, resolve }: Makings,
  path: Path,
): Member {
  const ranges = resolve.categories(names, path);
  const column = catalog.columns.category;
  const of = (value: number): Verdict => {
    if (value === unknown32) return unknown;
    for (let i = 0; i < ranges.length; i++) {
      const range = ranges[i] as [number, number];
      if (value >= range[0] && value < range[1]) return yes;
    }
    return no;
  };
  const [only] = ranges;
  return {
    of,
    test: (row) => of(column[row] as number),
    ...(only && ranges.length === 1 && { span: { column, low: only[0], high: only[1] - 1 } }),
    ...(ranges.length > 1 && {
      spans: { column, spans: ranges.map(([start, end]) => ({ low: start, high: end - 1 })) },
    }),
    postings: listsOf(
      () => postingsOf(catalog).category,
      () => ranges.flatMap(([start, end]) => Array.from({ length: end - start }, (_, i) => start + i)),
    ),
  };
}

/** Whether a row is of one of these brands. */
export function brandIn(
  names: string | readonly string[],
  { catalog, resolve }: Makings,
  path: Path,
): Member {
  const numbers = resolve.brands(names, path);
  const column = catalog.columns.brand;
  const of = (value: number): Verdict => (value === unknown32 ? unknown : verdict(numbers.has(value)));
  const [only] = numbers;
  return {
    of,
    test: (row) => of(column[row] as number),
    ...(only !== undefined && numbers.size === 1 && { span: { column, low: only, high: only } }),
    ...(numbers.size > 1 && {
      spans: { column, spans: Array.from(numbers, (number) => ({ low: number, high: number })) },
    }),
    postings: listsOf(
      () => postingsOf(catalog).brand,
      () => numbers,
    ),
  };
}

interface Side {
  /** The verdict on a candidate. */
  test(row: number): Verdict;
  /** The same as data, where it asks for one column's values. */
  readonly member?: Pick<Member, 'span' | 'spans'> | undefined;
  /** The verdict on the query product. */
  asked(): Verdict;
}

/** A side of a pair, or a `when`: all that it names. */
export function compileSide(side: PairSide, makings: Makings, path: Path): Side {
  const { query, catalog } = makings;
  const tests: Side['test'][] = [];
  const asks: Side['asked'][] = [];
  const members: Side['member'][] = [];
  if (side.category !== undefined) {
    const member = categoryIn(side.category, makings, [...path, 'category']);
    tests.push(member.test);
    members.push(member);
    asks.push(() => member.of(query.category));
  }
  if (side.brand !== undefined) {
    const member = brandIn(side.brand, makings, [...path, 'brand']);
    tests.push(member.test);
    members.push(member);
    asks.push(() => member.of(query.brand));
  }
  if (side.gender !== undefined) {
    const wanted = [side.gender].flat() as Gender[];
    const of = (code: number): Verdict =>
      code === unknown8 ? unknown : verdict(wanted.includes(genders[code] as Gender));
    const column = catalog.columns.gender;
    tests.push((row) => of(column[row] as number));
    asks.push(() => of(query.gender));
  }
  const [only] = tests as [Side['test']];
  return {
    member: tests.length === 1 ? members[0] : undefined,
    asked() {
      let so: Verdict = yes;
      for (let i = 0; i < asks.length; i++) so = both(so, (asks[i] as Side['asked'])());
      return so;
    },
    test:
      tests.length === 1
        ? only
        : (row) => {
            let so: Verdict = yes;
            for (const test of tests) so = both(so, test(row));
            return so;
          },
  };
}

const words = (side: PairSide): string =>
  Object.entries(side)
    .map(([key, names]) => `${key} ${[names].flat().join(' or ')}`)
    .join(' and ');

/** Query product and candidate on the two sides, either way round. */
export function pair(wanted: NonNullable<Conditions['pair']>, makings: Makings, path: Path): Condition {
  const [left, right] = wanted.map((side, i) => compileSide(side, makings, [...path, i])) as [Side, Side];
  let askedLeft: Verdict = unknown;
  let askedRight: Verdict = unknown;
  const { columns, categories, brands } = makings.catalog;
  const names: Record<keyof PairSide, (row: number) => string> = {
    category: (row) =>
      columns.category[row] === unknown32 ? '' : categories.at(columns.category[row] as number),
    brand: (row) => (columns.brand[row] === unknown32 ? '' : brands.at(columns.brand[row] as number)),
    gender: (row) => genders[columns.gender[row] as number] ?? '',
  };
  const keys = [...new Set(wanted.flatMap((side) => Object.keys(side)))] as (keyof PairSide)[];
  let open: Side['member'];
  return {
    depends: 'query',
    get span() {
      return open?.span;
    },
    get spans() {
      return open?.spans;
    },
    bind() {
      askedLeft = left.asked();
      askedRight = right.asked();
      // Known to stand on one side alone, the query product leaves the other one to ask.
      if (askedLeft === yes && askedRight === no) open = right.member;
      else open = askedRight === yes && askedLeft === no ? left.member : undefined;
      return askedLeft === no && askedRight === no ? no : undefined;
    },
    test(row) {
      // Most query products stand on neither side: then nothing of the candidate is read.
      const one = askedLeft === no ? no : both(askedLeft, right.test(row));
      return askedRight === no ? one : either(one, both(askedRight, left.test(row)));
    },
    compared: (row) => {
      const own = keys.map((key) => names[key](row)).filter((name) => name !== '');
      const candidate = own.length === 0 ? null : own.join(', ');
      return { candidate, against: `${words(wanted[0])} with ${words(wanted[1])}` };
    },
  };
}
