// Compiles a policy against a catalogue, once, into functions over its columns. A compiled policy holds the
// facts of one query product at a time, so it belongs to one thread.

import { SepetError } from '../base/errors.ts';
import { type CompiledCandidates, candidatesOf, type PolicyHoldings, plainHoldings } from './candidates.ts';
import { calendarOf } from './days.ts';
import { type PolicyDocument, policyLabel, type RuleDocument } from './document.ts';
import { bindFacts, noFacts, type PolicyCatalog } from './facts.ts';
import { masksOf } from './masks.ts';
import { errorOf, mistake, type PolicyMistake } from './mistakes.ts';
import type { Makings } from './pair.ts';
import { compileRank, type Ranking } from './rank.ts';
import { type Report, resolver } from './resolve.ts';
import { compileRule, type Rule } from './rules.ts';

export type { CompiledCandidates, PolicyHoldings } from './candidates.ts';
export type { PolicyCatalog } from './facts.ts';
export { type Diversity, type Explore, type Ranking, type Share, slotsOf } from './rank.ts';
export { firstDrop, type Rule, sieve } from './rules.ts';

export interface CompiledPolicy {
  readonly document: PolicyDocument;
  /** Its candidates as this artifact has them. */
  readonly candidates: CompiledCandidates;
  /** `name@revision`. */
  readonly label: string;
  /** Compiles further rules, for one request. A name that the catalogue lacks is `option_invalid`. */
  narrow(rules: readonly RuleDocument[]): Rule[];
  /**
   * Takes the query product (-1: nothing is known of it), the request's own rules and the time; returns the rules
   * that may drop something, in an array that the next call reuses.
   */
  bind(row: number, extra: readonly Rule[], nowMs?: number): readonly Rule[];
  /** The re-ranking for the query product bound last, at a time (ms since 1970). Valid until the next `bind`. */
  rank(nowMs: number): Ranking;
  /**
   * The rows that pass all of these rules that are fixed, on the day of the last `bind`: bit `row & 31` of word `row >> 5`. Remembered, so not to be
   * written to.
   */
  fixedMask(rules: readonly Rule[]): Uint32Array;
}

interface Parts {
  readonly candidates: CompiledCandidates;
  readonly makings: Makings;
  readonly rules: readonly Rule[];
  readonly rank: () => Ranking;
}

/** Compiles everything that names something of the catalogue; what it lacks goes to `report`. */
function compileParts(
  document: PolicyDocument,
  catalog: PolicyCatalog,
  holdings: PolicyHoldings,
  report: Report,
): Parts {
  const makings: Makings = { catalog, query: noFacts(), resolve: resolver(catalog, report) };
  const candidates = candidatesOf(document, holdings, report);
  const blocks: RuleDocument = {
    name: 'blocks',
    drop: { ids: document.blocks },
    unknown: 'keep',
    mandatory: true,
  };
  const rules = [
    ...(document.blocks.length > 0 ? [compileRule(blocks, makings, ['blocks'])] : []),
    ...document.filters.map((rule, i) => compileRule(rule, makings, ['filters', i])),
  ];
  return { candidates, makings, rules, rank: compileRank(document, makings) };
}

/**
 * Compiles a policy against a catalogue and what else the artifact holds. Throws `policy_invalid` naming a category, brand or
 * field that the catalogue lacks, with its line and the nearest that exists, or a source that is not there.
 */
export function compilePolicy(
  document: PolicyDocument,
  catalog: PolicyCatalog,
  holdings: PolicyHoldings = plainHoldings,
): CompiledPolicy {
  const { candidates, makings, rules, rank } = compileParts(document, catalog, holdings, (path, said) => {
    throw errorOf([mistake(document.origin, path, said)]);
  });
  const { query } = makings;
  const asked: Makings = {
    ...makings,
    resolve: resolver(catalog, (_, said) => {
      throw new SepetError('option_invalid', `The request ${said}`);
    }),
  };
  const calendar = calendarOf(document.timeZone);
  const masks = masksOf(catalog);
  const active: Rule[] = [];
  return {
    document,
    candidates,
    label: policyLabel(document),
    narrow: (extra) => extra.map((rule) => compileRule(rule, asked, [rule.name])),
    bind(row, extra, nowMs = Date.now()) {
      bindFacts(query, catalog, row);
      query.day = calendar(nowMs);
      active.length = 0;
      for (let i = 0; i < rules.length; i++) {
        const rule = rules[i] as Rule;
        if (rule.applies() && rule.bind()) active.push(rule);
      }
      for (let i = 0; i < extra.length; i++) if ((extra[i] as Rule).bind()) active.push(extra[i] as Rule);
      return active;
    },
    rank(nowMs) {
      query.day = calendar(nowMs);
      return rank();
    },
    fixedMask: (fixed) => masks.fixed(fixed, query.day),
  };
}

/** Everything that the policy names and the artifact lacks. */
export function catalogMistakes(
  document: PolicyDocument,
  catalog: PolicyCatalog,
  holdings: PolicyHoldings = plainHoldings,
): PolicyMistake[] {
  const mistakes: PolicyMistake[] = [];
  compileParts(document, catalog, holdings, (path, said) => {
    mistakes.push(mistake(document.origin, path, said));
  });
  return mistakes;
}
