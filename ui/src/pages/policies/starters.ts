// What a new policy begins with, and the text of one that the server tells without its text.

import { Document } from 'yaml';
import { isSame } from '../../kit/rules/overrides.ts';
import { type Draft, defaults, policyKeys } from './draft.ts';
import { reconcile } from './reconcile.ts';
import { written } from './yaml-text.ts';

/** The text of a policy as the server tells it: what it says, without what is so by default. */
export function textOf(document: object): string {
  const given = document as Draft;
  const pairs = policyKeys.flatMap((key): [string, unknown][] => {
    const value = given[key];
    const isDefault = key !== 'revision' && isSame(value, (defaults as Draft)[key]);
    return value === undefined || isDefault ? [] : [[key, brief(key, value)]];
  });
  const yaml = new Document({});
  yaml.contents = reconcile(yaml, yaml.contents, Object.fromEntries(pairs)) as typeof yaml.contents;
  return written(yaml);
}

type Fields = Readonly<Record<string, unknown>>;

function brief(key: string, value: unknown): unknown {
  if (key === 'filters' && Array.isArray(value)) return value.map(briefRule);
  if (key !== 'candidates') return value;
  const parts = Object.entries(value as Fields).filter(
    ([name, part]) => !isSame(part, (defaults.candidates as unknown as Fields)[name]),
  );
  return Object.fromEntries(parts);
}

function briefRule(rule: Fields): Fields {
  const { name, when, keep, drop, unknown, mandatory } = rule;
  const inOrder = { name, when, keep, drop, unknown: unknown === 'drop' ? unknown : undefined, mandatory };
  return Object.fromEntries(Object.entries(inOrder).filter(([, part]) => part !== undefined));
}

export interface Starter {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  text(name: string): string;
}

export const starters: readonly Starter[] = [
  {
    id: 'product-page',
    title: 'Product page',
    about: 'What goes with a product: in stock, nothing of the same kind, not much dearer, mixed brands.',
    text: (name) => `name: ${name}
revision: 1
placement: [product-page]
limit: 8
filters:
  - { name: stock, keep: { inStock: true } }
  - { name: gender, keep: { gender: same-or-unisex } }
  # Whoever looks at a kettle does not need a second one.
  - { name: same-kind, drop: { category: same-leaf } }
  - { name: variants, drop: { group: same } }
  - { name: price, keep: { priceRatio: { max: 1.5 } } }
diversity: { max: { brand: 3, category: 3 } }
`,
  },
  {
    id: 'cart',
    title: 'Cart',
    about: 'Small things to add: in stock, at most as dear as the product, the cheapest first.',
    text: (name) => `name: ${name}
revision: 1
placement: [cart]
limit: 6
filters:
  - { name: stock, keep: { inStock: true } }
  - { name: same-kind, drop: { category: same-leaf } }
  # A small extra, not a second purchase.
  - { name: price, keep: { priceRatio: { max: 1 } } }
sort: price
`,
  },
  {
    id: 'campaign',
    title: 'Campaign',
    about: 'New products are shown more, and a tenth of the places is kept for them.',
    text: (name) => `name: ${name}
revision: 1
filters:
  - { name: stock, keep: { inStock: true } }
  - { name: same-kind, drop: { category: same-leaf } }
rank:
  - { name: new-ones, match: { newerThanDays: 60 }, boost: 1.3 }
  - { name: fresh, share: 0.1, newerThanDays: 30 }
`,
  },
  {
    id: 'empty',
    title: 'Empty',
    about: 'No rules at all: candidates as they come.',
    text: (name) => `name: ${name}
revision: 1
limit: 10
`,
  },
];

export const starterOf = (id: string | null): Starter | undefined => starters.find((one) => one.id === id);

/** The text of a starter; a placement that another policy has already is left out, as only one can have it. */
export const begun = (starter: Starter, name: string, taken: readonly string[]): string =>
  starter
    .text(name)
    .replace(/^placement: \[(.*)\]\n/m, (line, placement: string) => (taken.includes(placement) ? '' : line));
