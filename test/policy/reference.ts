// The rules of docs/policy.md as a reader would apply them: names compared with names, one product at a time.
// The oracle of the compiled rules.

import type { Conditions, PairSide, PolicyDocument, RuleDocument, When } from '../../src/policy/document.ts';

export interface PlainProduct {
  readonly id: string;
  readonly category: string | null;
  readonly brand: string | null;
  readonly gender: string | null;
  readonly price: number | null;
  readonly band: number | null;
  readonly inStock: boolean | null;
  readonly group: string | null;
  /** Days since 1970. */
  readonly released: number | null;
  /** Numeric fields by name; those of which nothing is known are null or absent. */
  readonly fields: Readonly<Record<string, number | null>>;
}

type Answer = boolean | 'unknown';

const below = (path: string, above: string): boolean => path === above || path.startsWith(`${above}/`);
const parentOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : path);
const withoutStars = (path: string): string => path.replace(/\/\*\*$/, '');

/** Three-valued "and" and "or" over whole lists. */
const all = (answers: readonly Answer[]): Answer =>
  answers.includes(false) ? false : answers.includes('unknown') ? 'unknown' : true;
const any = (answers: readonly Answer[]): Answer =>
  answers.includes(true) ? true : answers.includes('unknown') ? 'unknown' : false;

/** Whether a product is what one side of a pair, or a `when`, names. */
function stands(side: PairSide | When, product: PlainProduct): Answer {
  const { category, brand, gender } = side;
  const answers: Answer[] = [];
  if (category !== undefined) {
    const own = product.category;
    const paths = [category].flat().map(withoutStars);
    answers.push(own === null ? 'unknown' : paths.some((path) => below(own, path)));
  }
  if (brand !== undefined)
    answers.push(product.brand === null ? 'unknown' : [brand].flat().includes(product.brand));
  if (gender !== undefined)
    answers.push(product.gender === null ? 'unknown' : [gender].flat().includes(product.gender as 'kids'));
  return all(answers);
}

const rules: {
  [K in keyof Conditions]-?: (
    wanted: NonNullable<Conditions[K]>,
    c: PlainProduct,
    q: PlainProduct,
    day: number,
  ) => Answer;
} = {
  inStock: (wanted, c) => (c.inStock === null ? 'unknown' : c.inStock === wanted),
  gender(wanted, c, q) {
    if (c.gender === null) return 'unknown';
    if (wanted !== 'same' && wanted !== 'same-or-unisex') return [wanted].flat().includes(c.gender as 'kids');
    if (q.gender === null) return 'unknown';
    return c.gender === q.gender || (wanted === 'same-or-unisex' && [c.gender, q.gender].includes('unisex'));
  },
  price({ min, max }, c) {
    if (c.price === null) return 'unknown';
    return (min === undefined || c.price >= min) && (max === undefined || c.price <= max);
  },
  priceRatio({ min, max }, c, q) {
    if (c.price === null || q.price === null || q.price === 0) return 'unknown';
    return (min === undefined || c.price >= min * q.price) && (max === undefined || c.price <= max * q.price);
  },
  priceBand({ within }, c, q) {
    return c.band === null || q.band === null ? 'unknown' : Math.abs(c.band - q.band) <= within;
  },
  brand(wanted, c, q) {
    if (c.brand === null || (wanted === 'same' && q.brand === null)) return 'unknown';
    return wanted === 'same' ? c.brand === q.brand : [wanted].flat().includes(c.brand);
  },
  category(wanted, c, q) {
    if (c.category === null) return 'unknown';
    const { category } = c;
    if (wanted !== 'same-leaf' && wanted !== 'same-parent')
      return [wanted].flat().some((path) => below(category, withoutStars(path)));
    if (q.category === null) return 'unknown';
    return wanted === 'same-leaf' ? category === q.category : below(category, parentOf(q.category));
  },
  group: (_, c, q) => (c.group === null || q.group === null ? 'unknown' : c.group === q.group),
  newerThanDays: (wanted, c, _, day) => (c.released === null ? 'unknown' : day - c.released < wanted),
  field({ name, min, max }, c) {
    const value = c.fields[name] ?? null;
    if (value === null) return 'unknown';
    return (min === undefined || value >= min) && (max === undefined || value <= max);
  },
  pair: ([left, right], c, q) =>
    any([all([stands(left, q), stands(right, c)]), all([stands(right, q), stands(left, c)])]),
  ids: (wanted, c) => wanted.includes(c.id),
};

function answers(
  conditions: Conditions,
  candidate: PlainProduct,
  query: PlainProduct,
  day: number,
): Answer[] {
  return Object.entries(conditions).map(([key, wanted]) =>
    (rules[key as keyof Conditions] as (w: unknown, c: PlainProduct, q: PlainProduct, day: number) => Answer)(
      wanted,
      candidate,
      query,
      day,
    ),
  );
}

/** Whether a rule's `when` holds for the query product. */
export function appliesPlainly(when: When | undefined, query: PlainProduct): boolean {
  return when === undefined || stands(when, query) === true;
}

/** Whether all conditions are known to hold for the candidate of a query product. */
export function matchesPlainly(
  conditions: Conditions,
  candidate: PlainProduct,
  query: PlainProduct,
  day: number,
): boolean {
  return all(answers(conditions, candidate, query, day)) === true;
}

/** Whether a rule drops the candidate of a query product on a day (since 1970). */
export function dropsPlainly(
  rule: RuleDocument,
  candidate: PlainProduct,
  query: PlainProduct,
  day: number,
): boolean {
  if (!appliesPlainly(rule.when, query)) return false;
  const decided = (side: Conditions, whenUnknown: boolean): boolean[] =>
    answers(side, candidate, query, day).map((answer) => (answer === 'unknown' ? whenUnknown : answer));
  if (rule.keep !== undefined) return decided(rule.keep, rule.unknown === 'keep').includes(false);
  return decided(rule.drop ?? {}, rule.unknown === 'drop').every((is) => is);
}

/** What the rank rules add to a candidate's score, by rule, and which shares it may fill. */
export function rankPlainly(
  document: Pick<PolicyDocument, 'rank'>,
  { candidate, query, day, all: products }: RankCase,
): { added: Record<string, number>; shares: string[] } {
  const added: Record<string, number> = {};
  const shares: string[] = [];
  const date = new Date(day * 86_400_000).toISOString().slice(0, 10);
  for (const rule of document.rank) {
    const { name, when, between, match, boost, field, weight = 0, share, newerThanDays } = rule;
    if (!appliesPlainly(when, query)) continue;
    if (between !== undefined && (date < between[0] || date > between[1])) continue;
    if (match !== undefined && !matchesPlainly(match, candidate, query, day)) continue;
    if (boost !== undefined) {
      if (match === undefined && when !== undefined && stands(when, candidate) !== true) continue;
      added[name] = Math.log(boost);
    } else if (field !== undefined) {
      const values = products.flatMap((product) => product.fields[field] ?? []);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
      const value = candidate.fields[field] ?? null;
      added[name] = value === null || !(deviation > 0) ? 0 : (weight * (value - mean)) / deviation;
    } else if (share !== undefined && rule.seed === undefined) {
      if (newerThanDays !== undefined && !matchesPlainly({ newerThanDays }, candidate, query, day)) continue;
      shares.push(name);
    }
  }
  return { added, shares };
}

interface RankCase {
  readonly candidate: PlainProduct;
  readonly query: PlainProduct;
  readonly day: number;
  /** The whole catalogue. */
  readonly all: readonly PlainProduct[];
}
