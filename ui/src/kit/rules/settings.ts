// What is not a rule: how many, where from, how various, in which order.

import { html, type TemplateResult } from 'lit';
import {
  type Alike,
  alikes,
  type Diversity,
  fallbackLists,
  type Overrides,
  type Policy,
  type SourceName,
  sorts,
} from '../policy-types.ts';
import '../inputs/slider.ts';
import { boxes, choice, type Detail } from './conditions.ts';
import { applied, withCandidates, withPart } from './overrides.ts';

export interface Setting {
  readonly policy: Policy;
  readonly overrides: Overrides;
  /** The artifact's own weight of popularity, where the policy names none. */
  readonly gamma: number | undefined;
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
  fm: 'Factorization machine',
};

function sourceControls(setting: Setting): TemplateResult {
  const { policy, overrides, change } = setting;
  const { source, blend } = applied(policy, overrides).candidates;
  const known: readonly SourceName[] = [
    ...new Set<SourceName>(['embedding', 'cooccurrence', ...policy.candidates.source]),
  ];
  const put = (next: readonly SourceName[]) => {
    const ordered = known.filter((name) => next.includes(name));
    // A blend may not weigh a source that is not asked, and weighs 1 in all.
    const alone =
      ordered.length === 1 ? { [ordered[0] as string]: 1 } : { embedding: 0.5, cooccurrence: 0.5 };
    change(withCandidates(policy, overrides, { source: ordered, ...(blend && { blend: alone }) }));
  };
  return html`
    ${boxes(
      'Where candidates come from',
      known.map((name) => [name, sourceWords[name]] as const),
      source,
      put,
      1,
    )}
    ${source.includes('embedding') && source.includes('cooccurrence') && source.length === 2 ? blendControl(setting) : ''}
  `;
}

function blendControl({ policy, overrides, change }: Setting): TemplateResult {
  const { blend } = applied(policy, overrides).candidates;
  const put = (embedding: number) =>
    change(
      withCandidates(policy, overrides, {
        blend: { embedding, cooccurrence: Number((1 - embedding).toFixed(4)) },
      }),
    );
  const isOwn = policy.candidates.blend !== undefined;
  const off = () =>
    change(withCandidates(policy, overrides, { blend: undefined } as unknown as Overrides['candidates']));
  return html`
    <label class="check" title=${isOwn ? 'A request can change the blend of a policy, not take it out.' : ''}>
      <input type="checkbox" .checked=${blend !== undefined} ?disabled=${isOwn} @change=${() => (blend === undefined ? put(0.7) : off())} />
      Blend both into one score
    </label>
    ${
      blend === undefined
        ? html`<p class="muted small">Without a blend, lists are asked only where vectors give too few.</p>`
        : html`<sp-slider
            label=${`Weight of vectors (lists have ${Math.round(100 * (blend.cooccurrence ?? 0))} %)`}
            min="0"
            max="100"
            step="1"
            unit="%"
            .value=${Math.round(100 * (blend.embedding ?? 0))}
            @value=${(event: Detail<number>) => put(event.detail / 100)}
          ></sp-slider>`
    }
  `;
}

export function candidateControls(setting: Setting): TemplateResult {
  const { policy, overrides, gamma, change } = setting;
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
      .value=${now.gamma ?? gamma ?? 0.5}
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
