// The rules of docs/policy.md as a reader would apply them: names compared with names, one product at a time.
// The oracle of the compiled rules.

import type { Conditions, RuleDocument } from '../../src/policy/document.ts';

export interface PlainProduct {
  readonly id: string;
  readonly category: string | null;
  readonly brand: string | null;
  readonly gender: string | null;
  readonly price: number | null;
  readonly band: number | null;
  readonly inStock: boolean | null;
}

type Answer = boolean | 'unknown';

const below = (path: string, above: string): boolean => path === above || path.startsWith(`${above}/`);
const parentOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : path);
const withoutStars = (path: string): string => path.replace(/\/\*\*$/, '');

const rules: {
  [K in keyof Conditions]-?: (wanted: NonNullable<Conditions[K]>, c: PlainProduct, q: PlainProduct) => Answer;
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
  ids: (wanted, c) => wanted.includes(c.id),
};

function answers(conditions: Conditions, candidate: PlainProduct, query: PlainProduct): Answer[] {
  return Object.entries(conditions).map(([key, wanted]) =>
    (rules[key as keyof Conditions] as (w: unknown, c: PlainProduct, q: PlainProduct) => Answer)(
      wanted,
      candidate,
      query,
    ),
  );
}

/** Whether a rule drops the candidate of a query product. */
export function dropsPlainly(rule: RuleDocument, candidate: PlainProduct, query: PlainProduct): boolean {
  const paths = rule.when === undefined ? undefined : [rule.when.category].flat().map(withoutStars);
  if (paths && !paths.some((path) => query.category !== null && below(query.category, path))) return false;
  const decided = (side: Conditions, whenUnknown: boolean): boolean[] =>
    answers(side, candidate, query).map((answer) => (answer === 'unknown' ? whenUnknown : answer));
  if (rule.keep !== undefined) return decided(rule.keep, rule.unknown === 'keep').includes(false);
  return decided(rule.drop ?? {}, rule.unknown === 'drop').every((is) => is);
}
