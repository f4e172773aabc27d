// A list of named rules: renamed, moved, copied, removed, added.

import type { TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { announce } from '../../kit/announce.ts';
import type { Rank, Rule } from '../../kit/policy-types.ts';
import type { Around } from '../../kit/rules/around.ts';
import { isSame } from '../../kit/rules/overrides.ts';
import { freeName, moved } from './draft.ts';
import { ruleCard } from './rule-parts.ts';
import type { TextMistake } from './yaml-text.ts';

export interface ListOf<T extends Rule | Rank> {
  readonly rules: readonly T[];
  /** As served; undefined for a new policy. */
  readonly served: readonly T[] | undefined;
  readonly around: Around;
  /** Of this list: their paths begin with an index. */
  readonly mistakes: readonly TextMistake[];
  /** Names of the rules whose controls are shown. */
  readonly open: ReadonlySet<string>;
  setOpen(name: string, isOpen: boolean): void;
  change(rules: readonly T[]): void;
  /** Focus stays with what was pressed, wherever the rule goes. */
  focus(name: string, selector: string): void;
}

interface Kind<T> {
  readonly kind: 'filter' | 'ranking rule';
  words(rule: T): string;
  fields(rule: T, change: (rule: T) => void): TemplateResult;
}

/** The text may leave out what is so anyway. */
const plain = (rule: Rule | Rank): object => ({
  ...rule,
  unknown: 'unknown' in rule ? rule.unknown : 'keep',
});

function markOf<T extends Rule | Rank>(rule: T, served: readonly T[] | undefined): string | undefined {
  if (served === undefined) return undefined;
  const own = served.find(({ name }) => name === rule.name);
  if (own === undefined) return 'new';
  return isSame(plain(own), plain(rule)) ? undefined : 'changed';
}

export function newRule<T extends Rule | Rank>(list: ListOf<T>, rule: T): void {
  const name = freeName(rule.name, list.rules);
  list.setOpen(name, true);
  list.change([...list.rules, { ...rule, name }]);
  list.focus(name, '.name');
  announce(`Added ${name}`);
}

/** The cards of a list, each under its place, so that a rule keeps its controls while it is renamed. */
export function listCards<T extends Rule | Rank>(list: ListOf<T>, { kind, words, fields }: Kind<T>) {
  const { rules } = list;
  const replace = (index: number, rule: T): void => list.change(rules.with(index, rule));
  return repeat(
    rules,
    // The same name twice is a mistake, but one that must be seen.
    (rule, index) => (rules.findIndex(({ name }) => name === rule.name) === index ? rule.name : index),
    (rule, index) => {
      const { name } = rule;
      const prefix = new RegExp(`^${index}(\\.|$)`);
      return ruleCard({
        ...{ kind, name, index, count: rules.length, words: words(rule) },
        isOpen: list.open.has(name),
        mark: markOf(rule, list.served),
        mistakes: list.mistakes.filter(({ path = '' }) => prefix.test(path)),
        content: () => fields(rule, (next) => replace(index, next)),
        toggle: (isOpen) => list.setOpen(name, isOpen),
        rename(wanted) {
          const others = rules.filter((_, other) => other !== index);
          const free = freeName(wanted, others);
          list.setOpen(free, true);
          replace(index, { ...rule, name: free });
          list.focus(free, '.name');
        },
        move(by) {
          list.change(moved(rules, index, index + by));
          list.focus(name, `[data-move='${by < 0 ? 'up' : 'down'}']`);
          announce(`${name} is now number ${index + by + 1} of ${rules.length}`);
        },
        copy() {
          const copied = freeName(`${name}-copy`, rules);
          list.setOpen(copied, true);
          list.change(rules.toSpliced(index + 1, 0, { ...rule, name: copied }));
        },
        remove() {
          list.change(rules.toSpliced(index, 1));
          announce(`Removed ${name}. Undo takes it back.`);
        },
      });
    },
  );
}
