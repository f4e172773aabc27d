// The set of products that a request's rules let pass, where looking at candidates by score found too few. Small
// catalogues are looked at product by product, so that the account knows each drop; in larger ones the set comes from
// inverted lists, or from remembered bits, and what lies outside it is not looked at.

import { limits } from '../base/limits.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { CompiledPolicy, Rule } from '../policy/compile.ts';
import { createMarks, type Marks } from './marks.ts';
import { sourceCodes } from './recommender.ts';
import type { Selection } from './select.ts';

/** Bounds of the ways, for tests and benchmarks; those of the limits where absent. */
export interface EligibleOptions {
  readonly walkedRows?: number;
  readonly scannedRows?: number;
}

export interface EligibleSide {
  /** In whose name rows are looked at; that of the embedding where absent. */
  readonly source?: number;
}

/** The vectors' part of the set: rising rows, or bits where every rule is fixed and the set is not listed. */
export type EligibleSet =
  | { readonly kind: 'rows'; readonly rows: Uint32Array; readonly isWalk: boolean }
  | { readonly kind: 'bits'; readonly bits: Uint32Array };

/** What is wanted, and how many candidates are looked at for it first. */
export interface FirstLook {
  readonly need: number;
  readonly asked: number;
}

export interface Eligible {
  /**
   * Whether a list holds all that can pass and is so short that looking at all of it is quicker than a search in the
   * graph which finds the `need` of it.
   */
  isListed(rules: readonly Rule[], first: FirstLook): boolean;
  /**
   * The rows with a vector that pass and were not looked at yet (with bits: some of them may have been). Looks at each, in
   * the name of `source`; `score` says what explain notes for it. Valid until the next call.
   */
  find(policy: CompiledPolicy, rules: readonly Rule[], score: (row: number) => number): EligibleSet;
  /** All products that can pass, most ordered first, if a short list holds them. */
  popular(rules: readonly Rule[]): Uint32Array | undefined;
}

const total = (lists: readonly Uint32Array[]): number => lists.reduce((sum, { length }) => sum + length, 0);

interface Listed {
  readonly lists: readonly Uint32Array[];
  /** The rule that all of their rows pass. */
  readonly passed?: Rule;
}

/** The shortest lists that hold every row which can pass; those of no rule where none is shorter than `most`. */
function shortest(rules: readonly Rule[], most: number): Listed | undefined {
  let best: Listed | undefined;
  let length = Math.ceil(most) + 1;
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i] as Rule;
    const lists = rule.postings(length - 1);
    if (lists === undefined || total(lists) >= length) continue;
    best = { lists, ...(rule.isListedWhole && { passed: rule }) };
    length = total(lists);
  }
  return best;
}

function isRising(rows: Uint32Array): boolean {
  for (let i = 1; i < rows.length; i++) if ((rows[i] as number) <= (rows[i - 1] as number)) return false;
  return true;
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

/** Some rows that are looked at, in the name of the vectors. */
interface Look {
  readonly start: number;
  readonly end: number;
  /** A rule that they are known to pass. */
  readonly passed?: Rule | undefined;
  /** What explain notes for a row. */
  readonly score: (row: number) => number;
}

const piece = 4096;
/**
 * Rows of a list that are looked at in the time in which a graph finds one candidate more, its beginning anew and twice as
 * wide counted; and those of a set that is remembered as bits. With 16 in place of 40, recall under rules that keep 1 % of a
 * million products fell to .73: what a graph finds of so few is not the best of them.
 */
const rowsPerCandidate = { listed: 40, remembered: 64 } as const;

/**
 * The longest list that is quicker than the graph: of `rows` among `products` a graph has to find about
 * need · products / rows candidates, and at least those that are asked for.
 */
function longestList(rules: readonly Rule[], products: number, { need, asked }: FirstLook): number {
  const rows = rowsPerCandidate[rules.every((rule) => rule.isFixed) ? 'remembered' : 'listed'];
  return Math.max(rows * asked, Math.sqrt(rows * need * products));
}

const noScores = new Float32Array(0);

/** Makes the finder of one thread; `trained` products have vectors. */
export function createEligible(
  { products, columns: { orders } }: Catalog,
  trained: number,
  selection: Selection,
  options: EligibleOptions & EligibleSide = {},
): Eligible {
  const { walkedRows = limits.walkedRows.default, scannedRows = limits.scannedRows.default } = options;
  const { source = sourceCodes.embedding } = options;
  const walks = products <= walkedRows;
  let found = new Uint32Array(0);
  let everyRow = new Uint32Array(0);
  let size = 0;
  let marks: Marks | undefined;

  const one = new Uint32Array(1);
  const oneScore = new Float64Array(1);

  /** Looks at the rows from `start` to `end` (excluded); those that pass are found. */
  function look(rows: Uint32Array, { start, end, passed, score }: Look): void {
    for (let at = start; at < end && selection.explains; at++) {
      one[0] = rows[at] as number;
      oneScore[0] = score(one[0]);
      if (selection.passes(one, oneScore, 0, source)) found[size++] = one[0];
    }
    // In pieces that the nearest cache holds together with what is read of them.
    for (let at = start; at < end && !selection.explains; at += piece) {
      const count = Math.min(piece, end - at);
      const passing = selection.sift(rows, noScores, { start: at, count, passed }, source);
      const { sifted } = selection;
      for (let i = 0; i < passing; i++) found[size++] = rows[sifted[i] as number] as number;
    }
  }

  function lookAtBits(bits: Uint32Array, score: Look['score']): void {
    const rows = new Uint32Array(piece);
    let end = 0;
    for (let word = 0; word < bits.length; word++) {
      for (let left = bits[word] as number; left !== 0; left &= left - 1)
        rows[end++] = 32 * word + 31 - Math.clz32(left & -left);
      if (end <= piece - 32 && word < bits.length - 1) continue;
      look(rows, { start: 0, end, score });
      end = 0;
    }
  }

  /** The rows of the lists, rising and each once. */
  function merged(lists: readonly Uint32Array[]): Uint32Array {
    const [only] = lists;
    if (only !== undefined && lists.length === 1 && isRising(only)) return only;
    marks ??= createMarks(products);
    marks.clear();
    for (const list of lists) for (let i = 0; i < list.length; i++) marks.add(list[i] as number);
    const rows = new Uint32Array(total(lists));
    return rows.subarray(0, marks.list(rows, products));
  }

  /** Closes the selection where the lists hold nothing that has no vector. */
  function lookAtLists({ lists, passed }: Listed, score: Look['score']): void {
    const rows = merged(lists);
    let unseen = 0;
    let end = rows.length;
    for (; end > 0 && (rows[end - 1] as number) >= trained; end--)
      if (!selection.isSeen(rows[end - 1] as number)) unseen++;
    look(rows, { start: 0, end, passed, score });
    if (unseen === 0) selection.close();
  }

  return {
    isListed: (rules, first) =>
      !walks && shortest(rules, Math.min(scannedRows, longestList(rules, products, first))) !== undefined,
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
        if (everyRow.length === 0) everyRow = Uint32Array.from({ length: trained }, (_, row) => row);
        look(everyRow, { start: 0, end: trained, score });
      }
      return { kind: 'rows', rows: found.subarray(0, size), isWalk: walks };
    },
    popular(rules) {
      const listed = walks ? undefined : shortest(rules, scannedRows);
      if (listed === undefined) return undefined;
      const rows = merged(listed.lists).filter((row) => !selection.isSeen(row));
      return rows.sort((a, b) => (orders[b] as number) - (orders[a] as number) || a - b);
    },
  };
}
