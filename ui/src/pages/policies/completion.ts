// Which keys and words fit where the cursor stands, by the line and the key above it.

import { policyKeys } from './draft.ts';

const conditions: readonly string[] = [
  ...['inStock', 'gender', 'price', 'priceRatio', 'priceBand', 'brand', 'category', 'group', 'newerThanDays'],
  ...['field', 'pair', 'ids'],
];
const who = ['category', 'brand', 'gender'];
const bounds = ['min', 'max'];

/** Keys within a map, by the key that the map belongs to. */
const within: Readonly<Record<string, readonly string[]>> = {
  filters: ['name', 'when', 'keep', 'drop', 'unknown', 'mandatory'],
  rank: ['name', 'when', 'between', 'match', 'boost', 'field', 'weight', 'share', 'newerThanDays', 'seed'],
  ...{ keep: conditions, drop: conditions, match: conditions, when: who, pair: who },
  ...{ price: bounds, priceRatio: bounds, priceBand: ['within'], field: ['name', ...bounds] },
  candidates: ['count', 'max', 'source', 'blend'],
  blend: ['embedding', 'cooccurrence', 'fm', 'similar'],
  diversity: ['noAdjacentSame', 'max', 'mmr'],
  ...{ max: ['brand', 'category', 'group'], pins: ['id', 'position'] },
};

const genders = ['female', 'male', 'unisex', 'kids'];

/** Words that are values. */
const values: Readonly<Record<string, readonly string[]>> = {
  ...{ inStock: ['true', 'false'], mandatory: ['true'], group: ['same'], brand: ['same'] },
  ...{ gender: ['same', 'same-or-unisex', ...genders], category: ['same-leaf', 'same-parent'] },
  ...{ unknown: ['keep', 'drop'], seed: ['request'], noAdjacentSame: who.slice(0, 2).concat('group') },
  ...{
    sort: ['score', 'price', 'popularity', 'newest'],
    source: ['embedding', 'cooccurrence', 'fm', 'similar'],
  },
  blend: ['fitted', 'if-fitted'],
  fallback: ['category-popular', 'gender-popular', 'popular'],
};

export interface Fitting {
  /** What is typed of the word so far. */
  readonly typed: string;
  readonly words: readonly string[];
  readonly isKey: boolean;
}

/** The key of the innermost brace that is open at the end of `line`; undefined where none is. */
function openKey(line: string): string | undefined {
  const open: (string | undefined)[] = [];
  for (const match of line.matchAll(/(?:([\w-]+):\s*(?:\[\s*)?)?([{}])/g)) {
    if (match[2] === '{') open.push(match[1]);
    else open.pop();
  }
  return open.length === 0 ? undefined : (open.at(-1) ?? '');
}

/** What fits at the end of `before`, the text up to the cursor; undefined where nothing is known. */
export function fittingAt(before: string): Fitting | undefined {
  const lines = before.split('\n');
  const line = lines.at(-1) ?? '';
  const typed = /[\w-]*$/.exec(line)?.[0] ?? '';
  const ahead = line.slice(0, line.length - typed.length);
  if (/(^|\s)#/.test(ahead)) return undefined;
  const value = /([\w-]+):\s+(?:\[[^\]]*)?$/.exec(ahead)?.[1];
  if (value !== undefined) return fitting(typed, values[value], false);
  if (ahead === '') return fitting(typed, policyKeys, true);
  if (!/[{,-]\s*$|^\s+$/.test(ahead)) return undefined;
  const section = lines.findLast((one) => /^[\w-]+:/.test(one))?.split(':')[0] ?? '';
  const key = openKey(ahead);
  const list = /([\w-]+):\s*\[[^\]{]*$/.exec(ahead)?.[1];
  if (list !== undefined) return fitting(typed, values[list], false);
  return fitting(typed, within[key === undefined || key === '' ? section : key], true);
}

const fitting = (typed: string, words: readonly string[] | undefined, isKey: boolean): Fitting | undefined =>
  words === undefined ? undefined : { typed, words, isKey };
