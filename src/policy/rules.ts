// Filters as compiled rules.

import { compileConditions } from './conditions.ts';
import type { RuleDocument } from './document.ts';
import { compileSide, type Makings } from './pair.ts';
import {
  type Codes,
  type Condition,
  type Numbers,
  no,
  type Span,
  type Spans,
  unknown,
  type Value,
  type Verdict,
  verdictOfCode,
  verdictOfSpan,
  yes,
} from './verdict.ts';

export interface Rule {
  readonly name: string;
  /** Whether a request's overrides may not switch it off. */
  readonly mandatory: boolean;
  /** Whether its verdict on a row is the same for every query product to which it applies. */
  readonly isFixed: boolean;
  /** Whether it applies to the bound query product. */
  applies(): boolean;
  drops(row: number): boolean;
  /** For a row it drops: the values of the condition that decided. */
  compared(row: number): { candidate: Value; against: Value };
  /**
   * Lists that hold every row which passes the rule for the bound query product. Undefined where the rule cannot say, and maybe
   * where they are more than `most` rows.
   */
  postings(most?: number): readonly Uint32Array[] | undefined;
  /** Whether they hold no others. */
  readonly isListedWhole: boolean;
  /** Takes over the query product's side; false where the rule then drops nothing at all. `CompiledPolicy.bind` calls it. */
  bind(): boolean;
  /** Of a rule with one condition that can be had as data: that, as bound last, and the verdicts that drop, a bit each. */
  readonly span: Span | undefined;
  readonly spans: Spans | undefined;
  readonly codes: Codes | undefined;
  readonly numbers: Numbers | undefined;
  readonly against: number;
  /** Whether its verdict changes with the day. */
  readonly byDay: boolean;
  /** Of fixed rules, over one catalogue: equal only for those that drop the same rows. */
  readonly key: string;
}

const totalRows = (lists: readonly Uint32Array[]): number =>
  lists.reduce((sum, { length }) => sum + length, 0);

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Compiles a filter. `path` is its place in the document. */
export function compileRule(rule: RuleDocument, makings: Makings, path: readonly PropertyKey[]): Rule {
  const side = rule.keep === undefined ? 'drop' : 'keep';
  const conditions = compileConditions(rule[side] ?? {}, makings, [...path, side]);
  const asked = rule.when && compileSide(rule.when, makings, [...path, 'when']);
  const dropsUnknown = rule.unknown === 'drop';
  // The verdicts on which a condition speaks for dropping, one bit each: a keep rule needs one such, a drop rule all.
  const against = (1 << (side === 'keep' ? no : yes)) | (dropsUnknown ? 1 << unknown : 0);
  const speaks = ({ test }: Condition, row: number): boolean => isAgainst(test(row));
  const [only] = conditions as [Condition];
  const { test } = only;
  const decides = (row: number): Condition =>
    side === 'drop' ? only : (conditions.find((condition) => speaks(condition, row)) ?? only);
  const isAgainst = (so: Verdict): boolean => ((against >> so) & 1) === 1;
  const isSimple = conditions.length === 1;
  const depends = (on: Condition['depends']): boolean => conditions.some((one) => one.depends === on);
  // Every rule has these keys in this order, and data only where it may be used: the loop over rules stays fast.
  const compiled: Mutable<Rule> = {
    name: rule.name,
    mandatory: rule.mandatory === true,
    isFixed: !depends('query'),
    byDay: depends('day'),
    key: JSON.stringify([rule.keep, rule.drop, rule.unknown]),
    span: undefined,
    spans: undefined,
    codes: undefined,
    numbers: undefined,
    against,
    applies: () => asked === undefined || asked.asked() === yes,
    bind() {
      let decided = 0;
      let open = 0;
      for (let i = 0; i < conditions.length; i++) {
        const so = (conditions[i] as Condition).bind?.();
        if (so === undefined) open++;
        else if (isAgainst(so)) decided++;
      }
      const data = isSimple && open === 1 ? only : undefined;
      compiled.span = data?.span;
      compiled.spans = data?.spans;
      compiled.codes = data?.codes;
      compiled.numbers = data?.numbers;
      return side === 'keep' ? decided + open > 0 : decided + open === conditions.length;
    },
    drops: isSimple
      ? (row) => isAgainst(test(row))
      : (row) => {
          for (const condition of conditions)
            if (speaks(condition, row) !== (side === 'drop')) return side === 'keep';
          return side === 'drop';
        },
    compared: (row) => decides(row).compared(row),
    isListedWhole: isSimple,
    postings(most = Number.POSITIVE_INFINITY) {
      if (side === 'drop') return undefined;
      let best: readonly Uint32Array[] | undefined;
      for (const condition of conditions) {
        const lists = condition.postings?.(!dropsUnknown, most);
        if (lists !== undefined && (best === undefined || totalRows(lists) < totalRows(best))) best = lists;
      }
      return best;
    },
  };
  return compiled;
}

/** The position of the first rule that drops `row`, or -1. Allocates nothing; most rules cost no call. */
export function firstDrop(rules: readonly Rule[], row: number): number {
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i] as Rule;
    let so: Verdict;
    if (rule.span !== undefined) so = verdictOfSpan(rule.span, row);
    else if (rule.codes !== undefined) so = verdictOfCode(rule.codes, row);
    else if (rule.drops(row)) return i;
    else continue;
    if (((rule.against >> so) & 1) === 1) return i;
  }
  return -1;
}

/**
 * Of the first `count` rows and the places that belong to them, keeps those that the rule does not drop, in their order;
 * returns how many. What is not there as data is sieved so, a call a row.
 */
export function sieve(rule: Rule, rows: Uint32Array, places: Uint32Array, count: number): number {
  let left = 0;
  for (let i = 0; i < count; i++) {
    const row = rows[i] as number;
    rows[left] = row;
    places[left] = places[i] as number;
    if (!rule.drops(row)) left++;
  }
  return left;
}
