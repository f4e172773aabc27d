// Each kind of condition as a control made for it. Every control says at once what it changed.

import { html, type TemplateResult } from 'lit';
import { minorUnits } from '../money.ts';
import { type Bounds, type Conditions, genders, type OneOrMore, type When } from '../policy-types.ts';
import '../inputs/names.ts';
import '../inputs/products.ts';
import '../inputs/range.ts';
import '../inputs/slider.ts';
import type { Around } from './around.ts';
import { list } from './words.ts';

type Change<T> = (value: T) => void;
export type Detail<T> = CustomEvent<T>;

const word = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** A choice of few, as a select with its label. */
export function choice<T extends string>(
  label: string,
  options: readonly (readonly [T, string])[],
  value: T,
  change: Change<T>,
): TemplateResult {
  return html`<label class="choice">
    <span>${label}</span>
    <select @change=${(event: Event) => change((event.target as HTMLSelectElement).value as T)}>
      ${options.map(([one, text]) => html`<option value=${one} .selected=${one === value}>${text}</option>`)}
    </select>
  </label>`;
}

/** Several of few, as check boxes. */
export function boxes<T extends string>(
  label: string,
  options: readonly (readonly [T, string])[],
  value: readonly T[],
  change: Change<readonly T[]>,
  least = 0,
): TemplateResult {
  return html`<fieldset class="boxes">
    <legend>${label}</legend>
    ${options.map(([one, text]) => {
      const isOn = value.includes(one);
      return html`<label class="check">
        <input
          type="checkbox"
          .checked=${isOn}
          ?disabled=${isOn && value.length <= least}
          @change=${() => change(isOn ? value.filter((other) => other !== one) : [...value, one])}
        />
        ${text}
      </label>`;
    })}
  </fieldset>`;
}

const genderOptions = genders.map((name) => [name, word(name)] as const);

const genderBoxes = (value: OneOrMore, change: Change<OneOrMore>) =>
  boxes('Gender', genderOptions, list(value) as (typeof genders)[number][], change, 1);

function names(kind: 'category' | 'brand', value: OneOrMore, around: Around, change: Change<OneOrMore>) {
  return html`<sp-names
    label=${kind === 'category' ? 'Categories (with what is below)' : 'Brands'}
    required
    .value=${list(value)}
    .suggest=${around.suggest(kind)}
    @value=${(event: Detail<readonly string[]>) => change(event.detail)}
  ></sp-names>`;
}

function gender(value: OneOrMore, _around: Around, change: Change<OneOrMore>) {
  const mode = value === 'same' || value === 'same-or-unisex' ? value : 'named';
  return html`
    ${choice(
      'Gender',
      [
        ['same', "the product's own"],
        ['same-or-unisex', "the product's own, or unisex"],
        ['named', 'chosen here'],
      ],
      mode,
      (next) => change(next === 'named' ? ['female'] : next),
    )}
    ${mode === 'named' ? genderBoxes(value, change) : ''}
  `;
}

function brand(value: OneOrMore, around: Around, change: Change<OneOrMore>) {
  const isSame = value === 'same';
  const first = around.facets?.brands[0]?.brand ?? '';
  return html`
    ${choice(
      'Brand',
      [
        ['same', "the product's own"],
        ['named', 'chosen here'],
      ],
      isSame ? 'same' : 'named',
      (next) => change(next === 'same' ? 'same' : [first]),
    )}
    ${isSame ? '' : names('brand', value, around, change)}
  `;
}

function category(value: OneOrMore, around: Around, change: Change<OneOrMore>) {
  const mode = value === 'same-leaf' || value === 'same-parent' ? value : 'named';
  const first = around.facets?.categories[0]?.category ?? '';
  return html`
    ${choice(
      'Category',
      [
        ['same-leaf', "the product's own"],
        ['same-parent', 'below its parent'],
        ['named', 'chosen here'],
      ],
      mode,
      (next) => change(next === 'named' ? [first] : next),
    )}
    ${mode === 'named' ? names('category', value, around, change) : ''}
  `;
}

interface Track {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly unit?: string;
  readonly scale?: number;
  readonly bend?: number;
}

function range(value: Bounds, track: Track, change: Change<Bounds>): TemplateResult {
  const { label, min, max, step, unit, scale = 1, bend = 1 } = track;
  return html`<sp-range
    label=${label}
    required
    min=${min}
    max=${max}
    step=${step}
    .unit=${unit}
    scale=${scale}
    bend=${bend}
    .value=${value}
    @value=${(event: Detail<Bounds>) => change(event.detail)}
  ></sp-range>`;
}

/** A step that makes about two hundred of a span, on a round number. */
export function niceStep(span: number): number {
  const raw = span / 200;
  const power = 10 ** Math.floor(Math.log10(raw));
  return power * (raw / power >= 5 ? 5 : raw / power >= 2 ? 2 : 1);
}

function price(value: Bounds, { facets, currency }: Around, change: Change<Bounds>) {
  const scale = minorUnits(currency);
  const most = facets?.fields.find(({ field }) => field === 'price')?.max ?? 100_000;
  const max = Math.ceil(Math.max(most, value.max ?? 0) / scale);
  return range(
    value,
    { label: 'Price', min: 0, max, step: niceStep(max), scale, bend: 3, unit: currency ?? '' },
    change,
  );
}

function field(value: Bounds & { readonly name: string }, { facets }: Around, change: Change<typeof value>) {
  const { name, ...bounds } = value;
  const known = facets?.fields ?? [];
  const about = known.find((one) => one.field === name);
  const [min, max] = [
    about?.min ?? Math.min(0, bounds.min ?? 0),
    about?.max ?? Math.max(1, 2 * (bounds.max ?? 0)),
  ];
  const options = [...new Set([name, ...known.map((one) => one.field)])].map((one) => [one, one] as const);
  return html`
    ${choice('Field', options, name, (next) => {
      const mean = known.find((one) => one.field === next)?.mean ?? 0;
      change({ name: next, min: Number(mean.toPrecision(3)) });
    })}
    ${range(bounds, { label: name, min, max, step: niceStep(max - min || 1) }, (next) => change({ name, ...next }))}
  `;
}

/** Who the query product, or a side of a pair, must be. */
export function whenControls(value: When, around: Around, change: Change<When>): TemplateResult {
  const set = (key: keyof When, next: OneOrMore) => {
    const { [key]: _, ...rest } = value;
    change(list(next).length === 0 ? rest : { ...rest, [key]: next });
  };
  const picker = (kind: 'category' | 'brand') => html`<sp-names
    label=${kind === 'category' ? 'Categories (with what is below)' : 'Brands'}
    .value=${list(value[kind])}
    .suggest=${around.suggest(kind)}
    @value=${(event: Detail<readonly string[]>) => set(kind, event.detail)}
  ></sp-names>`;
  return html`${picker('category')} ${picker('brand')}
  ${boxes('Gender', genderOptions, list(value.gender) as (typeof genders)[number][], (next) => set('gender', next))}`;
}

const isSide = (side: When): boolean => Object.keys(side).length > 0;

function pair([a, b]: readonly [When, When], around: Around, change: Change<readonly [When, When]>) {
  const put = (at: 0 | 1) => (side: When) => {
    if (isSide(side)) change(at === 0 ? [side, b] : [a, side]);
  };
  return html`<fieldset class="side"><legend>The one is</legend>${whenControls(a, around, put(0))}</fieldset>
    <fieldset class="side"><legend>The other is (either way round)</legend>${whenControls(b, around, put(1))}</fieldset>`;
}

type Controls = {
  readonly [K in keyof Conditions]-?: (
    value: NonNullable<Conditions[K]>,
    around: Around,
    change: Change<NonNullable<Conditions[K]>>,
  ) => TemplateResult;
};

const controls: Controls = {
  inStock: (value, _, change) =>
    choice(
      'Stock',
      [
        ['yes', 'in stock'],
        ['no', 'out of stock'],
      ],
      value ? 'yes' : 'no',
      (next) => change(next === 'yes'),
    ),
  gender,
  price,
  priceRatio: (value, _, change) => {
    const max = Math.max(4, Math.ceil(value.max ?? 0));
    return range(value, { label: "Times the product's price", min: 0, max, step: 0.05, unit: '×' }, change);
  },
  priceBand: ({ within }, { currency: _ }, change) => html`<sp-slider
    label="Price bands apart (of five)"
    min="0"
    max="4"
    step="1"
    .value=${within}
    @value=${(event: Detail<number>) => change({ within: event.detail })}
  ></sp-slider>`,
  brand,
  category,
  group: () =>
    html`<p class="muted small">Variants of one model: other colours and sizes. Nothing to set.</p>`,
  newerThanDays: (value, _, change) => daysControl(value, change),
  field,
  pair,
  ids: (value, _, change) => html`<sp-products
    label="Add a product"
    .value=${value}
    @value=${(event: Detail<readonly string[]>) => change(event.detail)}
  ></sp-products>`,
};

export const daysControl = (value: number, change: Change<number>) => html`<sp-slider
  label="Released in the last days"
  min="1"
  max="3650"
  log
  most="36500"
  .value=${value}
  unit="days"
  @value=${(event: Detail<number>) => change(event.detail)}
></sp-slider>`;

/** The controls of all conditions of a rule, in their order. */
export function conditionControls(
  conditions: Conditions,
  around: Around,
  change: Change<Conditions>,
): readonly TemplateResult[] {
  return Object.entries(conditions).map(([kind, value]) => {
    type Control = (value: unknown, around: Around, change: Change<unknown>) => TemplateResult;
    const control = controls[kind as keyof Conditions] as Control | undefined;
    if (control === undefined) return html`<p class="muted small">${kind}</p>`;
    return control(value, around, (next) => change({ ...conditions, [kind]: next }));
  });
}

/** What a new condition of each kind begins with, and what it is called in menus. */
export const conditionKinds: readonly (readonly [
  kind: keyof Conditions,
  text: string,
  first: (around: Around) => Conditions,
])[] = [
  ['inStock', 'Stock', () => ({ inStock: true })],
  ['price', 'Price', ({ facets }) => ({ price: { max: Math.round(facetMean(facets, 'price')) } })],
  ['priceRatio', "Price against the product's", () => ({ priceRatio: { max: 1.5 } })],
  ['priceBand', 'Price band', () => ({ priceBand: { within: 1 } })],
  ['category', 'Category', () => ({ category: 'same-leaf' })],
  ['brand', 'Brand', () => ({ brand: 'same' })],
  ['gender', 'Gender', () => ({ gender: 'same-or-unisex' })],
  ['group', 'Variants of one model', () => ({ group: 'same' })],
  ['newerThanDays', 'Release date', () => ({ newerThanDays: 365 })],
  ['field', 'A numeric field', firstField],
  ['pair', 'Two sides that do not go together', firstPair],
  ['ids', 'Named products', () => ({ ids: [] })],
];

function facetMean(facets: Around['facets'], name: string): number {
  const about = facets?.fields.find(({ field: one }) => one === name);
  return about?.mean ?? about?.max ?? 10_000;
}

function firstField({ facets }: Around): Conditions {
  const name = facets?.fields.find(({ field: one }) => one !== 'price')?.field ?? 'orders';
  return { field: { name, min: Number(facetMean(facets, name).toPrecision(3)) } };
}

function firstPair({ facets }: Around): Conditions {
  const [a = '', b = a] = (facets?.brands ?? []).map((one) => one.brand);
  return { pair: [{ brand: [a] }, { brand: [b] }] };
}
