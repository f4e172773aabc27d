// What is not a rule: how many, where from, how various, in which order.

import { html, type TemplateResult } from 'lit';
import {
  type Alike,
  alikes,
  type Candidates,
  type Diversity,
  fallbackLists,
  type Holds,
  type Overrides,
  type Policy,
  type SourceName,
  sorts,
  sourceNames,
} from '../policy-types.ts';
import '../inputs/slider.ts';
import { boxes, choice, type Detail } from './conditions.ts';
import { applied, withCandidates, withPart } from './overrides.ts';

export interface Setting {
  readonly policy: Policy;
  readonly overrides: Overrides;
  /** Where it is known. */
  readonly holds: Holds | undefined;
  change(overrides: Overrides): void;
}

const sortWords: Readonly<Record<string, string>> = {
  score: 'best score first',
  price: 'lowest price first',
  popularity: 'most ordered first',
  newest: 'newest first',
};

export function answerControls({ policy, overrides, change }: Setting): TemplateResult {
  const now = applied(policy, overrides);
  return html`
    <sp-slider
      label="Products wanted"
      min="1"
      max="48"
      most="100"
      .value=${now.limit}
      @value=${(event: Detail<number>) => change(withPart(policy, overrides, 'limit', event.detail))}
    ></sp-slider>
    ${choice(
      'Order on the page',
      sorts.map((sort) => [sort, sortWords[sort] ?? sort] as const),
      now.sort as (typeof sorts)[number],
      (sort) => change(withPart(policy, overrides, 'sort', sort)),
    )}
  `;
}

const sourceWords: Readonly<Record<SourceName, string>> = {
  embedding: 'Vectors: bought in similar baskets',
  cooccurrence: 'Lists: bought in the same basket',
  fm: 'Factorization machine: may know who asks',
  similar: 'Lists: most like the product',
};

type Weights = Exclude<Candidates['blend'], string | undefined>;
const blendModes = ['none', 'weights', 'fitted', 'if-fitted'] as const;
type BlendMode = (typeof blendModes)[number];

const modeWords: Readonly<Record<BlendMode, string>> = {
  none: 'one source after the other',
  weights: 'one score, by weights',
  fitted: 'one score, as the artifact was tuned',
  'if-fitted': 'as the artifact was tuned, if it was',
};

const modeOf = (blend: Candidates['blend']): BlendMode =>
  blend === undefined ? 'none' : typeof blend === 'string' ? blend : 'weights';

/** Together 1, in four digits. */
function evenly(source: readonly SourceName[]): Weights {
  const each = Number((1 / source.length).toFixed(4));
  const last = Number((1 - each * (source.length - 1)).toFixed(4));
  return Object.fromEntries(source.map((name, i) => [name, i === source.length - 1 ? last : each]));
}

/** With one weight changed, the others share what is left as they did. */
function withWeight(
  source: readonly SourceName[],
  blend: Weights,
  name: SourceName,
  weight: number,
): Weights {
  const others = source.filter((one) => one !== name);
  const before = others.reduce((sum, one) => sum + (blend[one] ?? 0), 0);
  let left = Number((1 - weight).toFixed(4));
  const shared = others.map((one, i): [SourceName, number] => {
    const part = before === 0 ? 1 / others.length : (blend[one] ?? 0) / before;
    const own = i === others.length - 1 ? left : Number(((1 - weight) * part).toFixed(4));
    left = Number((left - own).toFixed(4));
    return [one, Math.max(0, own)];
  });
  return Object.fromEntries([[name, weight], ...shared]);
}

function sourceControls(setting: Setting): TemplateResult {
  const { policy, overrides, change, holds } = setting;
  const { source, blend } = applied(policy, overrides).candidates;
  const held = holds?.sources ?? ['embedding', 'cooccurrence'];
  const known = sourceNames.filter((name) => held.includes(name) || policy.candidates.source.includes(name));
  const put = (next: readonly SourceName[]) => {
    // In the order that they have, new ones behind.
    const ordered = [
      ...source.filter((name) => next.includes(name)),
      ...next.filter((name) => !source.includes(name)),
    ];
    // A blend may not weigh a source that is not asked, and weighs 1 in all.
    const weights = typeof blend === 'object' && { blend: evenly(ordered) };
    change(withCandidates(policy, overrides, { source: ordered, ...weights }));
  };
  const isTuned = blend === 'fitted' || (blend === 'if-fitted' && holds?.isFitted === true);
  return html`
    ${
      isTuned
        ? html`<p class="muted small">Sources and their weights are those that the artifact was tuned to.</p>`
        : boxes(
            'Where candidates come from',
            known.map((name) => [name, sourceWords[name]] as const),
            source,
            put,
            1,
          )
    }
    ${blendControls(setting)}
  `;
}

function blendControls({ policy, overrides, holds, change }: Setting): TemplateResult {
  const { blend, source } = applied(policy, overrides).candidates;
  const put = (next: Candidates['blend']) =>
    change(withCandidates(policy, overrides, { blend: next } as Overrides['candidates']));
  const mode = modeOf(blend);
  const isOwn = policy.candidates.blend !== undefined;
  const fits: Readonly<Record<BlendMode, boolean>> = {
    // A request can change the blend of a policy, not take it out.
    ...{ none: !isOwn, weights: source.length > 1 },
    ...{ fitted: holds?.isFitted === true, 'if-fitted': isOwn || holds?.isFitted === true },
  };
  const choose = (next: BlendMode) =>
    put(next === 'none' ? undefined : next === 'weights' ? evenly(source) : next);
  return html`
    ${choice(
      'How their scores are taken',
      blendModes.filter((one) => fits[one] || one === mode).map((one) => [one, modeWords[one]] as const),
      mode,
      choose,
    )}
    ${typeof blend === 'object' && source.length > 1 ? weightControls(source, blend, put) : ''}
  `;
}

const shortWords: Readonly<Record<SourceName, string>> = {
  ...{ embedding: 'vectors', cooccurrence: 'lists', fm: 'the machine', similar: 'similar products' },
};

function weightControls(
  source: readonly SourceName[],
  blend: Weights,
  put: (blend: Weights) => void,
): readonly TemplateResult[] {
  const percent = (name: SourceName): number => Math.round(100 * (blend[name] ?? 0));
  const [first, second] = source;
  const shown = source.length === 2 ? source.slice(0, 1) : source;
  return shown.map(
    (name) => html`<sp-slider
      label=${`Weight of ${shortWords[name]}${name === first && second !== undefined && source.length === 2 ? ` (${shortWords[second]} have ${percent(second)} %)` : ''}`}
      min="0"
      max="100"
      step="1"
      unit="%"
      .value=${percent(name)}
      @value=${(event: Detail<number>) => put(withWeight(source, blend, name, event.detail / 100))}
    ></sp-slider>`,
  );
}

export function candidateControls(setting: Setting): TemplateResult {
  const { policy, overrides, holds, change } = setting;
  const now = applied(policy, overrides);
  const { count, max } = now.candidates;
  return html`
    ${sourceControls(setting)}
    <sp-slider
      label="Weight of popularity (gamma)"
      min="0"
      max="2"
      most="4"
      step="0.05"
      .value=${now.gamma ?? holds?.gamma ?? 0.5}
      @value=${(event: Detail<number>) => change(withPart(policy, overrides, 'gamma', event.detail))}
    ></sp-slider>
    <sp-slider
      label="Width of the search (efSearch)"
      min="10"
      max="4096"
      log
      .value=${now.efSearch}
      @value=${(event: Detail<number>) => change(withPart(policy, overrides, 'efSearch', event.detail))}
    ></sp-slider>
    <sp-slider
      label="Candidates looked at first"
      min="10"
      max="10000"
      log
      .value=${count}
      @value=${(event: Detail<number>) =>
        change(withCandidates(policy, overrides, { count: event.detail, max: Math.max(max, event.detail) }))}
    ></sp-slider>
    <sp-slider
      label="Candidates looked at in the end"
      min="10"
      max="100000"
      log
      .value=${max}
      @value=${(event: Detail<number>) => change(withCandidates(policy, overrides, { max: Math.max(count, event.detail) }))}
    ></sp-slider>
  `;
}

const alikeWords: Readonly<Record<Alike, string>> = {
  brand: 'brand',
  category: 'category',
  group: 'model (group)',
};

export function diversityControls({ policy, overrides, change }: Setting): TemplateResult {
  const now = applied(policy, overrides);
  const put = (change_: Diversity) =>
    change(withPart(policy, overrides, 'diversity', tidied({ ...now.diversity, ...change_ })));
  const { noAdjacentSame = 'none', max = {}, mmr = 0 } = now.diversity;
  const none = now.limit + 1;
  return html`
    ${choice(
      'No two neighbours of one',
      [['none', 'no matter'] as const, ...alikes.map((one) => [one, alikeWords[one]] as const)],
      noAdjacentSame,
      (next) => put({ noAdjacentSame: next === 'none' ? undefined : next } as Diversity),
    )}
    ${alikes.map(
      (one) => html`<sp-slider
        label=${max[one] === undefined ? `Most of one ${alikeWords[one]}: no limit` : `Most of one ${alikeWords[one]}`}
        min="1"
        max=${none}
        most="101"
        .value=${max[one] ?? none}
        @value=${(event: Detail<number>) =>
          put({ max: { ...max, [one]: event.detail >= none ? undefined : event.detail } } as Diversity)}
      ></sp-slider>`,
    )}
    <sp-slider
      label="Variety against score (mmr)"
      min="0"
      max="1"
      step="0.05"
      .value=${mmr}
      @value=${(event: Detail<number>) => put({ mmr: event.detail === 0 ? undefined : event.detail } as Diversity)}
    ></sp-slider>
  `;
}

/** Without what is undefined, and without an empty `max`. */
function tidied({ noAdjacentSame, max = {}, mmr }: Diversity): Diversity {
  const most = Object.fromEntries(Object.entries(max).filter(([, value]) => value !== undefined));
  return {
    ...(noAdjacentSame !== undefined && { noAdjacentSame }),
    ...(Object.keys(most).length > 0 && { max: most }),
    ...(mmr !== undefined && { mmr }),
  };
}

const fallbackWords: Readonly<Record<string, string>> = {
  'category-popular': "most ordered of the product's category",
  'gender-popular': "most ordered of the product's gender",
  popular: 'most ordered of all',
};

export function fallbackControls({ policy, overrides, change }: Setting): TemplateResult {
  const { fallback } = applied(policy, overrides);
  const options = fallbackLists.map((name) => [name, fallbackWords[name] ?? name] as const);
  return html`
    ${boxes(
      'Asked, in this order, where too few candidates pass',
      options,
      fallback as (typeof fallbackLists)[number][],
      (next) =>
        change(
          withPart(
            policy,
            overrides,
            'fallback',
            fallbackLists.filter((name) => next.includes(name)),
          ),
        ),
    )}
  `;
}
