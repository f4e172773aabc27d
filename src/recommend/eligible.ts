// The set of products that a request's rules let pass, where looking at candidates by score found too few. Small
// catalogues are looked at product by product, so that the account knows each drop; in larger ones the set comes from
// inverted lists, or from remembered bits, and what lies outside it is not looked at.

import { limits } from '../base/limits.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { CompiledPolicy, Rule } from '../policy/compile.ts';
import type { Selection } from './select.ts';

/** Bounds of the ways, for tests and benchmarks; those of the limits where absent. */
export interface EligibleOptions {
  readonly walkedRows?: number;
  readonly scannedRows?: number;
}

/** The vectors' part of the set: rising rows, or bits where every rule is fixed and the set is not listed. */
export type EligibleSet =
  | { readonly kind: 'rows'; readonly rows: Uint32Array; readonly isWalk: boolean }
  | { readonly kind: 'bits'; readonly bits: Uint32Array };

export interface Eligible {
  /** Whether a short list holds all that can pass; then it is searched and nothing else. */
  isListed(rules: readonly Rule[]): boolean;
  /**
   * The rows with a vector that pass and were not looked at yet (with bits: some of them may have been). Looks at each, in
   * the name of `source`; `score` says what explain notes for it. Valid until the next call.
   */
  find(policy: CompiledPolicy, rules: readonly Rule[], score: (row: number) => number): EligibleSet;
  /** All products that can pass, most ordered first, if a short list holds them. */
  popular(rules: readonly Rule[]): Uint32Array | undefined;
}

const total = (lists: readonly Uint32Array[]): number => lists.reduce((sum, { length }) => sum + length, 0);

/** The shortest lists that hold every row which can pass; those of no rule where none is shorter than `most`. */
function shortest(rules: readonly Rule[], most: number): readonly Uint32Array[] | undefined {
  let best: readonly Uint32Array[] | undefined;
  let length = most + 1;
  for (const rule of rules) {
    const lists = rule.postings();
    if (lists === undefined || total(lists) >= length) continue;
    best = lists;
    length = total(lists);
  }
  return best;
}

/** The bits of the rows below `trained`, as the vectors' index takes them. */
function trainedBits(mask: Uint32Array, trained: number): Uint32Array {
  const words = mask.subarray(0, Math.ceil(trained / 32));
  if (trained % 32 === 0) return words;
  const last = (words.at(-1) as number) & (2 ** (trained % 32) - 1);
  if (words.at(-1) === last >>> 0) return words;
  const copy = Uint32Array.from(words);
  copy[copy.length - 1] = last;
  return copy;
}

/** Makes the finder of one thread; `trained` products have vectors. */
export function createEligible(
  { products, columns: { orders } }: Catalog,
  trained: number,
  selection: Selection,
  options: EligibleOptions = {},
): Eligible {
  const { walkedRows = limits.walkedRows.default, scannedRows = limits.scannedRows.default } = options;
  const walks = products <= walkedRows;
  const embedding = 0;
  let found = new Uint32Array(0);
  let size = 0;

  const one = new Uint32Array(1);
  const oneScore = new Float64Array(1);

  const look = (row: number, score: (row: number) => number): void => {
    one[0] = row;
    if (selection.explains) oneScore[0] = score(row);
    if (selection.passes(one, oneScore, 0, embedding)) found[size++] = row;
  };

  function lookAtBits(bits: Uint32Array, score: (row: number) => number): void {
    for (let word = 0; word < bits.length; word++) {
      for (let left = bits[word] as number; left !== 0; left &= left - 1) {
        const row = 32 * word + 31 - Math.clz32(left & -left);
        look(row, score);
      }
    }
  }

  /** Closes the selection where the lists hold nothing that has no vector. */
  function lookAtLists(lists: readonly Uint32Array[], score: (row: number) => number): void {
    let unseen = 0;
    for (const list of lists)
      for (const row of list) {
        if (row < trained) look(row, score);
        else if (!selection.isSeen(row)) unseen++;
      }
    if (unseen === 0) selection.close();
  }

  return {
    isListed: (rules) => !walks && shortest(rules, scannedRows) !== undefined,
    find(policy, rules, score) {
      size = 0;
      const isFixed = rules.every((rule) => rule.isFixed);
      const lists = walks || isFixed ? undefined : shortest(rules, scannedRows);
      const bits = walks || lists ? undefined : trainedBits(policy.fixedMask(rules), trained);
      if (bits !== undefined && isFixed) return { kind: 'bits', bits };
      if (found.length === 0) found = new Uint32Array(trained);
      if (bits !== undefined) lookAtBits(bits, score);
      else if (lists !== undefined) lookAtLists(lists, score);
      else {
        for (let row = 0; row < trained; row++) if (!selection.isSeen(row)) look(row, score);
      }
      const rows = found.subarray(0, size);
      if (lists !== undefined && lists.length > 1) rows.sort();
      return { kind: 'rows', rows, isWalk: walks };
    },
    popular(rules) {
      const lists = walks ? undefined : shortest(rules, scannedRows);
      if (lists === undefined) return undefined;
      const rows = [...new Set(lists.flatMap((list) => [...list]))].filter((row) => !selection.isSeen(row));
      return Uint32Array.from(rows).sort((a, b) => (orders[b] as number) - (orders[a] as number) || a - b);
    },
  };
}
