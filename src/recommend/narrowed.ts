// Searching and drawing look at products of some categories and brands only: which rows those are.

import { type CompiledPolicy, compilePolicy, firstDrop, type Rule } from '../policy/compile.ts';
import { checkPolicy } from '../policy/parse.ts';
import type { Artifact } from './artifact.ts';
import { createMarks, type Marks } from './marks.ts';
import { narrowingRules } from './narrow.ts';

export interface Narrow {
  /** Paths; each takes its whole subtree. */
  readonly category?: readonly string[] | undefined;
  readonly brand?: readonly string[] | undefined;
}

export interface Narrowed {
  /** Whether the product is there and of those categories and brands. */
  passes(row: number): boolean;
  /** The shortest lists that hold every row which passes, each row in one of them; undefined where none is of at most `most` rows. */
  lists(most: number): readonly Uint32Array[] | undefined;
}

/** Makes what narrows the searches of one thread. It throws `option_invalid` for a category or brand that is not there. */
export function createNarrowing({ catalog }: Artifact): (narrow: Narrow) => Narrowed {
  let policy: CompiledPolicy | undefined;
  let gone: Marks | undefined;
  return ({ category, brand }) => {
    policy ??= compilePolicy(checkPolicy({ name: 'search' }), catalog);
    gone ??= createMarks(catalog.products, catalog.removed);
    const { has } = gone;
    const rules = policy.bind(
      -1,
      policy.narrow(narrowingRules({ ...(category && { category }), ...(brand && { brand }) })),
    );
    return {
      passes: (row) => row < catalog.products && !has(row) && firstDrop(rules, row) < 0,
      lists: (most) => shortest(rules, most),
    };
  };
}

function shortest(rules: readonly Rule[], most: number): readonly Uint32Array[] | undefined {
  let best: readonly Uint32Array[] | undefined;
  let length = most + 1;
  for (const rule of rules) {
    const lists = rule.postings();
    const total = lists?.reduce((sum, list) => sum + list.length, 0) ?? length;
    if (total < length) [best, length] = [lists, total];
  }
  return best;
}
