// One request's choice in the making: which rows were looked at, which rule dropped which, what is kept.
// One object a thread, begun anew for each request; looking at a candidate allocates nothing.

import { limits } from '../base/limits.ts';
import { firstDrop, type Rule } from '../policy/compile.ts';
import type { Value } from '../policy/conditions.ts';
import type { Source } from './recommender.ts';

export interface Chosen {
  readonly row: number;
  readonly score: number;
  readonly source: Source;
}

export interface DroppedRow {
  readonly row: number;
  readonly score: number;
  readonly candidate: Value;
  readonly against: Value;
}

export interface Selection {
  readonly chosen: readonly Chosen[];
  /** Rows looked at, the dropped ones included. */
  readonly considered: number;
  /** Begins a request. `examples`: whether dropped rows are noted for explain. */
  begin(options: { row: number; limit: number; rules: readonly Rule[]; examples: boolean }): void;
  isFull(): boolean;
  isSeen(row: number): boolean;
  /** Whether dropped rows are noted, with their scores. */
  readonly explains: boolean;
  /** Looks at a row unless it was looked at before; true where it passes every rule. */
  passes(row: number, score: number): boolean;
  keep(row: number, score: number, source: Source): void;
  /** Orders what `source` gave by score, ties by row. */
  settle(source: Source): void;
  /** Each rule that dropped something, in the order of the rules. */
  dropped(): { rule: string; count: number; examples: readonly DroppedRow[] }[];
}

/** Makes the selection of one thread over `products` rows. */
export function createSelection(products: number): Selection {
  const seen = new Uint32Array(products);
  let epoch = 0;
  let considered = 0;
  let limit = 0;
  let rules: readonly Rule[] = [];
  let counts = new Uint32Array(16);
  let examples: DroppedRow[][] | undefined;
  let chosen: Chosen[] = [];

  const note = (rule: number, row: number, score: number): void => {
    if (examples === undefined) return;
    examples[rule] ??= [];
    const noted = examples[rule];
    if (noted.length < limits.explainExamples.max)
      noted.push({ row, score, ...(rules[rule] as Rule).compared(row) });
  };

  return {
    get chosen() {
      return chosen;
    },
    get considered() {
      return considered;
    },
    begin(options) {
      ({ limit, rules } = options);
      chosen = [];
      considered = 0;
      examples = options.examples ? [] : undefined;
      if (counts.length < rules.length) counts = new Uint32Array(2 * rules.length);
      counts.fill(0);
      if (++epoch > 0xffff_ffff) {
        seen.fill(0);
        epoch = 1;
      }
      if (options.row >= 0) seen[options.row] = epoch;
    },
    get explains() {
      return examples !== undefined;
    },
    isFull: () => chosen.length >= limit,
    isSeen: (row) => seen[row] === epoch,
    passes(row, score) {
      if (seen[row] === epoch) return false;
      seen[row] = epoch;
      considered++;
      const rule = firstDrop(rules, row);
      if (rule < 0) return true;
      counts[rule] = (counts[rule] as number) + 1;
      note(rule, row, score);
      return false;
    },
    keep: (row, score, source) => {
      chosen.push({ row, score, source });
    },
    settle(source) {
      const first = chosen.findIndex((item) => item.source === source);
      if (first < 0) return;
      const own = chosen.splice(first);
      own.sort((a, b) => b.score - a.score || a.row - b.row);
      chosen.push(...own);
    },
    dropped: () =>
      rules.flatMap((rule, i) =>
        counts[i] === 0
          ? []
          : [{ rule: rule.name, count: counts[i] as number, examples: examples?.[i] ?? [] }],
      ),
  };
}
