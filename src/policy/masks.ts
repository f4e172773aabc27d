// Which rows pass rules that no query product changes, a bit a row: made once a catalogue, remembered for all of its
// policies and requests, and put together word by word.

import { limits } from '../base/limits.ts';
import type { PolicyCatalog } from './facts.ts';
import type { Rule } from './rules.ts';

export interface Masks {
  /**
   * Bit `row & 31` of word `row >> 5` is set where the row passes all of these rules that are fixed, on a day (since
   * 1970); bits beyond the last row are clear. Not to be written to.
   */
  fixed(rules: readonly Rule[], day: number): Uint32Array;
}

function createMasks(products: number): Masks {
  const made = new Map<string, Uint32Array>();
  const remember = (key: string, make: () => Uint32Array): Uint32Array => {
    const mask = made.get(key) ?? make();
    // A map keeps the order in which keys came: the first is the one not used for longest.
    made.delete(key);
    made.set(key, mask);
    if (made.size > limits.policyMasks.default) made.delete(made.keys().next().value as string);
    return mask;
  };
  const everything = (): Uint32Array => {
    const mask = new Uint32Array(Math.ceil(products / 32)).fill(0xffff_ffff);
    if (products % 32 !== 0) mask[mask.length - 1] = 2 ** (products % 32) - 1;
    return mask;
  };
  const passing = (rule: Rule): Uint32Array => {
    const mask = new Uint32Array(Math.ceil(products / 32));
    for (let row = 0; row < products; row++)
      if (!rule.drops(row)) mask[row >>> 5] = (mask[row >>> 5] as number) | (1 << (row & 31));
    return mask;
  };
  return {
    fixed(rules, day) {
      const keyOf = (rule: Rule): string => (rule.byDay ? `${rule.key}@${day}` : rule.key);
      const fixed = rules.filter(({ isFixed }) => isFixed);
      const [only] = fixed;
      if (only === undefined) return remember('', everything);
      if (fixed.length === 1) return remember(keyOf(only), () => passing(only));
      return remember(fixed.map(keyOf).join('\n'), () => {
        const all = everything();
        for (const rule of fixed) {
          const mask = remember(keyOf(rule), () => passing(rule));
          for (let word = 0; word < all.length; word++)
            all[word] = (all[word] as number) & (mask[word] as number);
        }
        return all;
      });
    },
  };
}

const ofCatalog = new WeakMap<PolicyCatalog['columns'], Masks>();

/** The masks of a catalogue: one memory for all its policies. */
export function masksOf({ columns, products }: PolicyCatalog): Masks {
  const before = ofCatalog.get(columns);
  if (before !== undefined) return before;
  const masks = createMasks(products);
  ofCatalog.set(columns, masks);
  return masks;
}
