// Rules of the ranking: boosts, weights of fields, shares of the slots.

import { html, type TemplateResult } from 'lit';
import type { Rank } from '../policy-types.ts';
import '../inputs/slider.ts';
import type { Around } from './around.ts';
import { choice, conditionControls, type Detail, daysControl } from './conditions.ts';

type Change = (rank: Rank) => void;

function boost(rule: Rank, change: Change): TemplateResult {
  return html`<sp-slider
    label="Times the odds (1 is as it was)"
    min="0.1"
    max="10"
    step="0.01"
    least="0.001"
    most="1000"
    log
    unit="×"
    .value=${rule.boost ?? 1}
    @value=${(event: Detail<number>) => change({ ...rule, boost: event.detail })}
  ></sp-slider>`;
}

function field(rule: Rank, { facets }: Around, change: Change): TemplateResult {
  const names = [...new Set([rule.field ?? '', ...(facets?.fields ?? []).map((one) => one.field)])];
  const { weight = 0 } = rule;
  const reach = Math.max(1, Math.ceil(Math.abs(weight)));
  return html`
    ${choice(
      'Field',
      names.map((name) => [name, name] as const),
      rule.field ?? '',
      (next) => change({ ...rule, field: next }),
    )}
    <sp-slider
      label="Weight for each standard deviation"
      min=${-reach}
      max=${reach}
      step="0.01"
      least="-100"
      most="100"
      .value=${weight}
      @value=${(event: Detail<number>) => change({ ...rule, weight: event.detail })}
    ></sp-slider>
  `;
}

function share(rule: Rank, change: Change): TemplateResult {
  const { newerThanDays, seed } = rule;
  return html`
    <sp-slider
      label="Part of the slots"
      min="1"
      max="100"
      step="1"
      unit="%"
      .value=${Math.round(100 * (rule.share ?? 0))}
      @value=${(event: Detail<number>) => change({ ...rule, share: event.detail / 100 })}
    ></sp-slider>
    ${newerThanDays === undefined ? '' : daysControl(newerThanDays, (days) => change({ ...rule, newerThanDays: days }))}
    ${seed === undefined ? '' : seedControl(rule, change)}
  `;
}

function seedControl(rule: Rank, change: Change): TemplateResult {
  const mode = rule.seed === 'request' ? 'request' : 'number';
  return choice(
    'Drawn anew',
    [
      ['request', 'each day and for each seed of a request'],
      ['number', 'never: always the same draw'],
    ],
    mode,
    (next) => change({ ...rule, seed: next === 'request' ? 'request' : 1 }),
  );
}

function days(rule: Rank, [from, to]: readonly [string, string], change: Change): TemplateResult {
  const date = (
    label: string,
    value: string,
    put: (text: string) => readonly [string, string],
  ) => html`<label class="choice">
    <span>${label}</span>
    <input
      type="date"
      .value=${value}
      @change=${(event: Event) => {
        const [first, last] = put((event.target as HTMLInputElement).value);
        if (first !== '' && last !== '' && first <= last) change({ ...rule, between: [first, last] });
      }}
    />
  </label>`;
  return html`${date('First day', from, (text) => [text, to])} ${date('Last day', to, (text) => [from, text])}`;
}

/** The controls of one rule. */
export function rankControls(rule: Rank, around: Around, change: Change): TemplateResult {
  return html`
    ${rule.boost === undefined ? '' : boost(rule, change)}
    ${rule.field === undefined ? '' : field(rule, around, change)}
    ${rule.share === undefined ? '' : share(rule, change)}
    ${rule.between === undefined ? '' : days(rule, rule.between, change)}
    ${rule.match === undefined ? '' : conditionControls(rule.match, around, (match) => change({ ...rule, match }))}
  `;
}

/** What a new rule of each kind begins with. */
export const rankKinds: readonly (readonly [
  kind: string,
  text: string,
  first: (around: Around) => Omit<Rank, 'name'>,
])[] = [
  [
    'boost-brand',
    'Raise a brand',
    ({ facets }) => ({ match: { brand: [facets?.brands[0]?.brand ?? ''] }, boost: 2 }),
  ],
  [
    'boost-category',
    'Raise a category',
    ({ facets }) => ({ match: { category: [facets?.categories[0]?.category ?? ''] }, boost: 2 }),
  ],
  ['field', 'Prefer by a numeric field', ({ facets }) => ({ field: usefulField(facets), weight: 0.2 })],
  ['fresh', 'Slots for new products', () => ({ share: 0.1, newerThanDays: 365 })],
  ['explore', 'Slots by lot', () => ({ share: 0.1, seed: 'request' })],
];

const usefulField = (facets: Around['facets']): string =>
  facets?.fields.find(({ field: name }) => !['price', 'orders', 'released'].includes(name))?.field ??
  'orders';
