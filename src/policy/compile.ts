// Compiles a policy against a catalogue, once, into functions over its columns. A compiled policy holds the
// facts of one query product at a time, so it belongs to one thread.

import { SepetError } from '../base/errors.ts';
import { suggestion } from '../base/nearest.ts';
import { unknown8, unknown32 } from '../base/products.ts';
import {
  type Condition,
  compileConditions,
  no,
  type PolicyCatalog,
  type QueryFacts,
  type Resolver,
  unknown,
  type Value,
} from './conditions.ts';
import { type PolicyDocument, policyLabel, type RuleDocument } from './document.ts';
import { policyError } from './parse.ts';

export interface Rule {
  readonly name: string;
  /** Whether it applies to the bound query product. */
  applies(): boolean;
  drops(row: number): boolean;
  /** For a row it drops: the values of the condition that decided. */
  compared(row: number): { candidate: Value; against: Value };
}

export interface CompiledPolicy {
  readonly document: PolicyDocument;
  /** `name@revision`. */
  readonly label: string;
  /** Compiles further rules, for one request. A name that the catalogue lacks is `option_invalid`. */
  narrow(rules: readonly RuleDocument[]): Rule[];
  /** Takes the query product (-1: nothing is known of it) and the request's own rules; returns those that apply. */
  bind(row: number, extra: readonly Rule[]): readonly Rule[];
}

/** The position of the first rule that drops `row`, or -1. */
export function firstDrop(rules: readonly Rule[], row: number): number {
  for (let i = 0; i < rules.length; i++) if ((rules[i] as Rule).drops(row)) return i;
  return -1;
}

const subtree = /\/\*\*$/;

/** Looks names up; `fail` makes the error for a name that is not there. */
function resolver(
  catalog: PolicyCatalog,
  fail: (path: readonly PropertyKey[], said: string) => SepetError,
): Resolver {
  const { categories, brands } = catalog;
  const place = (path: readonly PropertyKey[], names: string | readonly string[], i: number) =>
    typeof names === 'string' ? path : [...path, i];
  return {
    categories: (names, path) =>
      [names].flat().map((name, i) => {
        const number = categories.find(name.replace(subtree, ''));
        if (number !== undefined) return [number, categories.end[number] as number];
        const known = ['same-leaf', 'same-parent', ...categories];
        const said = `names the category "${name}", which the artifact lacks.${suggestion(name, known)}`;
        throw fail(place(path, names, i), said);
      }),
    brands: (names, path) =>
      new Set(
        [names].flat().map((name, i) => {
          const number = brands.find(name);
          if (number !== undefined) return number;
          const said = `names the brand "${name}", which the artifact lacks.${suggestion(name, ['same', ...brands])}`;
          throw fail(place(path, names, i), said);
        }),
      ),
  };
}

function keepRule(conditions: readonly Condition[], dropUnknown: boolean): Pick<Rule, 'drops' | 'compared'> {
  const fails = ({ test }: Condition, row: number): boolean => {
    const verdict = test(row);
    return verdict === no || (dropUnknown && verdict === unknown);
  };
  const [only] = conditions as [Condition];
  return {
    drops:
      conditions.length === 1
        ? (row) => fails(only, row)
        : (row) => {
            for (const condition of conditions) if (fails(condition, row)) return true;
            return false;
          },
    compared: (row) => (conditions.find((condition) => fails(condition, row)) ?? only).compared(row),
  };
}

function dropRule(conditions: readonly Condition[], dropUnknown: boolean): Pick<Rule, 'drops' | 'compared'> {
  const [only] = conditions as [Condition];
  return {
    drops: (row) => {
      for (const { test } of conditions) {
        const verdict = test(row);
        if (verdict === no || (!dropUnknown && verdict === unknown)) return false;
      }
      return true;
    },
    compared: only.compared,
  };
}

interface Context {
  readonly catalog: PolicyCatalog;
  readonly query: QueryFacts;
  readonly resolve: Resolver;
}

function compileRule(rule: RuleDocument, context: Context, path: readonly PropertyKey[]): Rule {
  const { query, resolve } = context;
  const when = rule.when && resolve.categories(rule.when.category, [...path, 'when', 'category']);
  const side = rule.keep === undefined ? 'drop' : 'keep';
  const conditions = compileConditions(rule[side] ?? {}, { ...context, path: [...path, side] });
  const make = side === 'keep' ? keepRule : dropRule;
  return {
    name: rule.name,
    applies: () => when?.some(([start, end]) => query.category >= start && query.category < end) ?? true,
    ...make(conditions, rule.unknown === 'drop'),
  };
}

function bindFacts(query: QueryFacts, { columns, categories }: PolicyCatalog, row: number): void {
  const category = columns.category[row] ?? unknown32;
  const parent = categories.parent[category] ?? unknown32;
  const family = parent === unknown32 ? category : parent;
  query.category = category;
  query.familyStart = family;
  query.familyEnd = categories.end[family] ?? family;
  query.brand = columns.brand[row] ?? unknown32;
  query.gender = columns.gender[row] ?? unknown8;
  query.price = columns.price[row] ?? unknown32;
  query.band = columns.band[row] ?? unknown8;
}

/**
 * Compiles a policy against a catalogue. Throws `policy_invalid` naming a category or brand that the catalogue
 * lacks, with its line and the nearest that exists.
 */
export function compilePolicy(document: PolicyDocument, catalog: PolicyCatalog): CompiledPolicy {
  const query: QueryFacts = {
    category: unknown32,
    familyStart: unknown32,
    familyEnd: unknown32,
    brand: unknown32,
    gender: unknown8,
    price: unknown32,
    band: unknown8,
  };
  const strict = resolver(catalog, (path, said) => policyError(document.origin, path, said));
  const context = { catalog, query, resolve: strict };
  const blocks: RuleDocument = { name: 'blocks', drop: { ids: document.blocks }, unknown: 'keep' };
  const rules = [
    ...(document.blocks.length > 0 ? [compileRule(blocks, context, ['blocks'])] : []),
    ...document.filters.map((rule, i) => compileRule(rule, context, ['filters', i])),
  ];
  const asked = resolver(catalog, (_, said) => new SepetError('option_invalid', `The request ${said}`));
  const active: Rule[] = [];
  return {
    document,
    label: policyLabel(document),
    narrow: (extra) =>
      extra.map((rule) => compileRule(rule, { catalog, query, resolve: asked }, [rule.name])),
    bind(row, extra) {
      bindFacts(query, catalog, row);
      active.length = 0;
      for (const rule of rules) if (rule.applies()) active.push(rule);
      for (const rule of extra) active.push(rule);
      return active;
    },
  };
}
