// Rules in words that a merchandiser reads without help.

import { formatNumber, formatPrice } from '../money.ts';
import type { Bounds, Conditions, OneOrMore, Rank, RuleBody, When } from '../policy-types.ts';

export const list = (value: OneOrMore | undefined): readonly string[] => [value ?? []].flat();

const either = (names: readonly string[]): string => {
  const some = names.slice(0, 3).map((name) => name.replace(/\/\*\*$/, ''));
  const more = names.length - some.length;
  return more > 0 ? `${some.join(', ')} or ${more} more` : some.join(' or ');
};

function between({ min, max }: Bounds, word: (value: number) => string): string {
  if (min === undefined) return max === undefined ? 'anything' : `at most ${word(max)}`;
  return max === undefined ? `at least ${word(min)}` : `${word(min)} to ${word(max)}`;
}

/** What a side of a pair, or a `when`, asks for. */
export function whenWords({ category, brand, gender }: When): string {
  const parts = [
    category !== undefined && `in ${either(list(category))}`,
    brand !== undefined && `of ${either(list(brand))}`,
    gender !== undefined && `for ${either(list(gender))}`,
  ];
  return parts.filter(Boolean).join(', ');
}

const asPrice = (currency: string | undefined) => (minor: number) => formatPrice(minor, currency);
const isWord = (value: OneOrMore, ...words: string[]): value is string =>
  typeof value === 'string' && words.includes(value);

const kinds: {
  readonly [K in keyof Conditions]-?: (value: NonNullable<Conditions[K]>, currency?: string) => string;
} = {
  inStock: (value) => (value ? 'in stock' : 'out of stock'),
  gender: (value) =>
    isWord(value, 'same')
      ? "of the product's gender"
      : isWord(value, 'same-or-unisex')
        ? "of the product's gender, or unisex"
        : `for ${either(list(value))}`,
  price: (value, currency) => `price ${between(value, asPrice(currency))}`,
  priceRatio: (value) => `price ${between(value, (ratio) => `${formatNumber(ratio)} ×`)} the product's`,
  priceBand: ({ within }) =>
    within === 0 ? 'in the same price band' : `at most ${within} price band${within === 1 ? '' : 's'} away`,
  brand: (value) => (isWord(value, 'same') ? "of the product's brand" : `of ${either(list(value))}`),
  category: (value) =>
    isWord(value, 'same-leaf')
      ? "in the product's own category"
      : isWord(value, 'same-parent')
        ? "below the parent of the product's category"
        : `in ${either(list(value))}`,
  group: () => 'a variant of the same model',
  newerThanDays: (days) => `released in the last ${days} days`,
  field: ({ name, ...bounds }) => `${name} ${between(bounds, (value) => formatNumber(value, 3))}`,
  pair: ([a, b]) => `the one ${whenWords(a)}, the other ${whenWords(b)}`,
  ids: (ids) => `${ids.length} named product${ids.length === 1 ? '' : 's'}`,
};

export function conditionWords(conditions: Conditions, currency?: string): string {
  const words = Object.entries(conditions).map(([kind, value]) => {
    const word = kinds[kind as keyof Conditions] as
      | ((value: unknown, currency?: string) => string)
      | undefined;
    return word === undefined ? kind : word(value, currency);
  });
  return words.join(' and ');
}

/** `Keeps what is in stock`, `Drops what is in the product's own category`. */
export function ruleWords({ when, keep, drop }: RuleBody, currency?: string): string {
  const what = `${keep === undefined ? 'Drops what is' : 'Keeps only'}: ${conditionWords(keep ?? drop ?? {}, currency)}`;
  return when === undefined ? what : `${what}. Only for products ${whenWords(when)}`;
}

export function rankWords(rank: Rank, currency?: string): string {
  const { when, between: days, match, boost, field, weight, share, newerThanDays, seed } = rank;
  const who =
    match !== undefined
      ? conditionWords(match, currency)
      : newerThanDays !== undefined
        ? `released in the last ${newerThanDays} days`
        : undefined;
  const parts: string[] = [];
  if (boost !== undefined)
    parts.push(`${boost >= 1 ? 'Raises' : 'Lowers'} what is: ${who ?? 'like the product'}`);
  if (field !== undefined) parts.push(`Prefers ${(weight ?? 0) >= 0 ? 'high' : 'low'} ${field}`);
  if (share !== undefined)
    parts.push(
      seed !== undefined
        ? 'Gives slots by lot to products that would not be shown'
        : `Keeps slots for what is: ${who}`,
    );
  if (days !== undefined) parts.push(`From ${days[0]} to ${days[1]}`);
  if (when !== undefined) parts.push(`Only for products ${whenWords(when)}`);
  return parts.join('. ');
}
