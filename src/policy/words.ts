// A policy in words, for people who do not read YAML.

import type {
  Conditions,
  DiversityDocument,
  PairSide,
  PinDocument,
  PolicyDocument,
  RankDocument,
  RuleDocument,
  When,
} from './document.ts';
import type { Bounds } from './document-rules.ts';

export interface PolicyLine {
  /** The rule's name; '' where the line is about the whole policy. */
  readonly name: string;
  readonly said: string;
  readonly mandatory?: true;
}

export interface PolicyWords {
  readonly general: readonly PolicyLine[];
  readonly filters: readonly PolicyLine[];
  readonly rank: readonly PolicyLine[];
  readonly answer: readonly PolicyLine[];
}

/** Names as a choice; a category path says the same with and without its stars. */
const or = (names: string | readonly string[]): string => {
  const all = [names].flat().map((name) => name.replace(/\/\*\*$/, ''));
  return all.length <= 1 ? (all[0] ?? 'nothing') : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`;
};
const plural = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
const percent = (share: number): string => `${Number((100 * share).toFixed(2))} %`;

function between({ min, max }: Bounds, unit = ''): string {
  if (min === undefined) return `at most ${max}${unit}`;
  return max === undefined ? `at least ${min}${unit}` : `from ${min} to ${max}${unit}`;
}

function sideWords(side: PairSide | When): string {
  const { category, brand, gender } = side;
  return [
    ...(category === undefined ? [] : [`in ${or(category)}`]),
    ...(brand === undefined ? [] : [`of brand ${or(brand)}`]),
    ...(gender === undefined ? [] : [`for ${or(gender)}`]),
  ].join(' and ');
}

const relativeGender = { same: 'of the same gender', 'same-or-unisex': 'of the same gender or unisex' };
const relativeCategory: Record<string, string> = {
  'same-leaf': 'in the very same category',
  'same-parent': 'in the same or a neighbouring category',
};

const conditionWords: { [K in keyof Conditions]-?: (wanted: NonNullable<Conditions[K]>) => string } = {
  inStock: (wanted) => (wanted ? 'in stock' : 'out of stock'),
  gender: (wanted) =>
    wanted === 'same' || wanted === 'same-or-unisex' ? relativeGender[wanted] : `for ${or(wanted)}`,
  price: (wanted) => `priced ${between(wanted)} (minor units)`,
  priceRatio: (wanted) => `priced ${between(wanted, ' times')} the query product's price`,
  priceBand: ({ within }) =>
    within === 0 ? 'in the same price band' : `within ${plural(within, 'price band')}`,
  brand: (wanted) => (wanted === 'same' ? 'of the same brand' : `of brand ${or(wanted)}`),
  category: (wanted) => relativeCategory[[wanted].flat().join()] ?? `in ${or(wanted)}`,
  group: () => 'a variant of the same model',
  newerThanDays: (wanted) => `released less than ${plural(wanted, 'day')} ago`,
  field: ({ name, ...bounds }) => `with ${name} ${between(bounds)}`,
  pair: ([left, right]) => `${sideWords(left)} with a query product ${sideWords(right)}, or the reverse`,
  ids: (wanted) => (wanted.length > 5 ? `one of ${wanted.length} listed products` : or(wanted)),
};

const conditionsWords = (conditions: Conditions): string =>
  Object.entries(conditions)
    .filter(([, wanted]) => wanted !== undefined)
    .map(([key, wanted]) => (conditionWords[key as keyof Conditions] as (w: unknown) => string)(wanted))
    .join(' and ');

const whenWords = (when: When | undefined): string =>
  when === undefined ? '' : `where the query product is ${sideWords(when)}, `;

function filterWords({ name, when, keep, drop, unknown, mandatory }: RuleDocument): PolicyLine {
  const does =
    keep === undefined
      ? `drops what is ${conditionsWords(drop ?? {})}`
      : `keeps only what is ${conditionsWords(keep)}`;
  const known = unknown === 'keep' ? '' : '; what is not known is dropped';
  return { name, said: `${whenWords(when)}${does}${known}`, ...(mandatory === true && { mandatory }) };
}

function rankWords(rule: RankDocument): PolicyLine {
  const { name, when, between: dates, match, boost, field, weight, share, newerThanDays, seed } = rule;
  const which = match === undefined ? '' : ` that are ${conditionsWords(match)}`;
  const parts: string[] = [];
  if (boost !== undefined) {
    const whom = match === undefined && when !== undefined ? ` that are ${sideWords(when)} too` : which;
    parts.push(`multiplies the odds of products${whom} by ${boost}`);
  } else if (field !== undefined)
    parts.push(
      `adds ${weight} for each standard deviation of ${field} above its mean${which && ` to products${which}`}`,
    );
  else if (seed !== undefined)
    parts.push(
      `gives ${percent(share ?? 0)} of the slots by lot, ${seed === 'request' ? 'anew each day' : `with seed ${seed}`}`,
    );
  else {
    const fresh =
      newerThanDays === undefined ? '' : ` released less than ${plural(newerThanDays, 'day')} ago`;
    parts.push(`keeps ${percent(share ?? 0)} of the slots for products${fresh}${which}`);
  }
  const dated = dates === undefined ? '' : `from ${dates[0]} to ${dates[1]}, `;
  return { name, said: `${dated}${whenWords(when)}${parts.join('')}` };
}

function diversityWords({ noAdjacentSame, max = {}, mmr = 0 }: DiversityDocument): string[] {
  return [
    ...(noAdjacentSame === undefined ? [] : [`no two neighbours of one ${noAdjacentSame}`]),
    ...Object.entries(max).map(([what, most]) => `at most ${most} of one ${what}`),
    ...(mmr > 0 ? [`likeness to what already stands weighs ${percent(mmr)}`] : []),
  ];
}

const pinWords = (pin: PinDocument): string =>
  typeof pin === 'string' ? pin : `${pin.id} at position ${pin.position}`;

const sortWords: Record<PolicyDocument['sort'], string> = {
  score: 'best first',
  price: 'cheapest first',
  popularity: 'most ordered first',
  newest: 'newest first',
};

function blendWords(blend: PolicyDocument['candidates']['blend']): string[] {
  if (blend === undefined) return [];
  if (blend === 'fitted') return ['sources and weights as the artifact was tuned'];
  if (blend === 'if-fitted') return ['sources and weights as the artifact was tuned, if it was'];
  return Object.entries(blend).map(([name, part]) => `${name} ${percent(part ?? 0)}`);
}

/** Says what a policy does, rule by rule in the order in which they work. */
export function describePolicy(policy: PolicyDocument): PolicyWords {
  const { candidates, placement, limit, gamma, timeZone, blocks, fallback, diversity, pins, sort } = policy;
  const line = (name: string, said: string): PolicyLine => ({ name, said });
  const blend = blendWords(candidates.blend);
  const varied = diversityWords(diversity);
  return {
    general: [
      ...(placement.length === 0 ? [] : [line('placement', placement.join(', '))]),
      line('items', `${limit}, unless the request says otherwise`),
      line(
        'candidates',
        `${candidates.source.join(', then ')}: ${candidates.count} at first, up to ${candidates.max}`,
      ),
      ...(blend.length === 0 ? [] : [line('blend', blend.join(', '))]),
      ...(gamma === undefined ? [] : [line('gamma', `popularity weighs ${gamma}`)]),
      ...(timeZone === 'UTC' ? [] : [line('time zone', timeZone)]),
    ],
    filters: [
      ...(blocks.length === 0
        ? []
        : [{ name: 'blocks', said: `never ${conditionWords.ids(blocks)}`, mandatory: true as const }]),
      ...policy.filters.map(filterWords),
    ],
    rank: policy.rank.map(rankWords),
    answer: [
      ...(varied.length === 0 ? [] : [line('diversity', varied.join('; '))]),
      ...(pins.length === 0 ? [] : [line('pins', pins.map(pinWords).join(', '))]),
      line('fallback', fallback.length === 0 ? 'none' : fallback.join(', then ')),
      line('sort', sortWords[sort]),
    ],
  };
}
