// What one policy says that another does not, rule by rule, in words.

import { formatNumber, formatShare } from '../../kit/money.ts';
import type { Policy, Rank, Rule } from '../../kit/policy-types.ts';
import { isSame } from '../../kit/rules/overrides.ts';
import { rankWords, ruleWords } from '../../kit/rules/words.ts';

export interface Change {
  readonly kind: 'added' | 'removed' | 'changed' | 'moved';
  /** `Filter price`. */
  readonly what: string;
  /** In words; of a setting its value. */
  readonly before?: string;
  readonly after?: string;
}

type Named = Rule | Rank;

/** The rule in words, with what only its author cares about. */
export function filterWords(rule: Rule, currency?: string): string {
  const notKnown = rule.unknown === 'drop' ? '. Drops what is not known' : '';
  const always = rule.mandatory === true ? '. No request can switch it off' : '';
  return `${ruleWords(rule, currency)}${notKnown}${always}`;
}

export function rankingWords(rule: Rank, currency?: string): string {
  const { boost, weight, share } = rule;
  const by = [
    boost === undefined ? '' : `× ${formatNumber(boost, 3)}`,
    weight === undefined ? '' : `weight ${formatNumber(weight, 3)}`,
    share === undefined ? '' : `${formatShare(share, 1)} of the places`,
  ];
  const size = by.filter((word) => word !== '').join(', ');
  return `${rankWords(rule, currency)}${size === '' ? '' : ` (${size})`}`;
}

function listChanges<T extends Named>(
  kind: string,
  before: readonly T[],
  after: readonly T[],
  words: (rule: T) => string,
): readonly Change[] {
  const names = (rules: readonly T[]): readonly string[] => rules.map(({ name }) => name);
  const [old, fresh] = [names(before), names(after)];
  const changes = after.flatMap((rule): Change[] => {
    const own = before.find(({ name }) => name === rule.name);
    const what = `${kind} ${rule.name}`;
    if (own === undefined) return [{ kind: 'added', what, after: words(rule) }];
    if (isSame(own, rule)) return [];
    return [{ kind: 'changed', what, before: words(own), after: words(rule) }];
  });
  const removed = before
    .filter(({ name }) => !fresh.includes(name))
    .map((rule): Change => ({ kind: 'removed', what: `${kind} ${rule.name}`, before: words(rule) }));
  const shared = [old.filter((name) => fresh.includes(name)), fresh.filter((name) => old.includes(name))];
  const order: Change[] = isSame(shared[0], shared[1])
    ? []
    : [
        {
          kind: 'moved',
          what: `Order of ${kind.toLowerCase()}s`,
          before: old.join(', '),
          after: fresh.join(', '),
        },
      ];
  return [...changes, ...removed, ...order];
}

const settingNames: Readonly<Partial<Record<keyof Policy, string>>> = {
  ...{
    name: 'Name',
    placement: 'Placement',
    timeZone: 'Time zone',
    limit: 'Items',
    gamma: 'Weight of popularity',
  },
  ...{ efSearch: 'Search width', fallback: 'Fallback lists', sort: 'Order of items' },
};

function valueWords(value: unknown): string {
  if (value === undefined) return 'not set';
  if (typeof value === 'number') return formatNumber(value, 4);
  if (Array.isArray(value)) return value.length === 0 ? 'none' : listWords(value.map(itemWords));
  if (typeof value !== 'object' || value === null) return String(value);
  const parts = Object.entries(value).map(([key, part]) => `${key} ${itemWords(part)}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function itemWords(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, part]) => `${key} ${itemWords(part)}`)
    .join(' ');
}

const setting = (what: string, before: unknown, after: unknown): readonly Change[] =>
  isSame(before, after)
    ? []
    : [{ kind: 'changed', what, before: valueWords(before), after: valueWords(after) }];

/** Both with their defaults. The revision is no change: it is counted up when one saves. */
export function changesOf(before: Policy, after: Policy, currency?: string): readonly Change[] {
  const { candidates: old, diversity: oldMix } = before;
  const { candidates, diversity } = after;
  return [
    ...listChanges('Filter', withUnknown(before.filters), withUnknown(after.filters), (rule) =>
      filterWords(rule, currency),
    ),
    ...listChanges('Ranking rule', before.rank, after.rank, (rule) => rankingWords(rule, currency)),
    ...setting('No two neighbours of one', oldMix.noAdjacentSame, diversity.noAdjacentSame),
    ...setting('At most so many of one', oldMix.max, diversity.max),
    ...setting('Weight of variety', oldMix.mmr, diversity.mmr),
    ...setting('Pinned products', before.pins, after.pins),
    ...setting('Blocked products', before.blocks, after.blocks),
    ...setting('Candidates looked at first', old.count, candidates.count),
    ...setting('Candidates at most', old.max, candidates.max),
    ...setting('Sources', old.source, candidates.source),
    ...setting('Blend of sources', old.blend, candidates.blend),
    ...Object.entries(settingNames).flatMap(([key, what]) =>
      setting(what, before[key as keyof Policy], after[key as keyof Policy]),
    ),
  ];
}

const mostNamed = 4;

/** `a, b and 4 more`. */
function listWords(names: readonly string[]): string {
  if (names.length > mostNamed)
    return `${names.slice(0, mostNamed - 1).join(', ')} and ${names.length - mostNamed + 1} more`;
  return names.join(', ');
}

/** The server tells `unknown: keep` where the text leaves it out. */
const withUnknown = (rules: readonly Rule[]): readonly Rule[] =>
  rules.map((rule) => ({ ...rule, unknown: rule.unknown ?? 'keep' }));
