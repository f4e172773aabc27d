// What is no rule of its own: placement, limit, candidates, variety, pins, blocks, fallback.

import { html, nothing, type TemplateResult } from 'lit';
import type { Holds, Pin, Policy } from '../../kit/policy-types.ts';
import type { Detail } from '../../kit/rules/conditions.ts';
import { isSame } from '../../kit/rules/overrides.ts';
import {
  answerControls,
  candidateControls,
  diversityControls,
  fallbackControls,
  type Setting,
} from '../../kit/rules/settings.ts';
import { type Draft, defaults, type FormPart, moved, withPart } from './draft.ts';

export interface Settings {
  readonly policy: Policy;
  readonly draft: Draft;
  readonly holds: Holds | undefined;
  set<Part extends FormPart>(part: Part, value: Policy[Part] | undefined): void;
}

/** The controls of requests' overrides, whose changes become changes of the draft. */
function asSetting({ policy, draft, holds, set }: Settings): Setting {
  return {
    ...{ policy, overrides: {}, holds },
    change(overrides) {
      for (const [key, value] of Object.entries(overrides)) {
        if (key !== 'candidates') {
          const part = key as FormPart;
          // What is so by default need not be said, unless it was.
          const isDefault = !(part in draft) && isSame(value, (defaults as Draft)[part]);
          const isEmpty = part === 'diversity' && Object.keys(value as object).length === 0;
          set(part, isDefault || isEmpty ? undefined : (value as Policy[FormPart]));
          continue;
        }
        const own = (draft.candidates ?? {}) as Draft;
        set('candidates', { ...own, ...(value as object) } as unknown as Policy['candidates']);
      }
    },
  };
}

export const answerFields = (settings: Settings): TemplateResult => answerControls(asSetting(settings));
export const diversityFields = (settings: Settings): TemplateResult => diversityControls(asSetting(settings));

export function candidateFields(settings: Settings): TemplateResult {
  const { draft, set } = settings;
  const own = (draft.candidates ?? {}) as Draft;
  const rest = (key: string): Policy['candidates'] | undefined => {
    const { [key]: _, ...others } = own;
    return Object.keys(others).length === 0 ? undefined : (others as unknown as Policy['candidates']);
  };
  return html`
    ${candidateControls(asSetting(settings))}
    <div class="row">
      ${own.blend === undefined ? nothing : html`<button class="plain small" @click=${() => set('candidates', rest('blend'))}>Take the blend out</button>`}
      ${draft.gamma === undefined ? nothing : html`<button class="plain small" @click=${() => set('gamma', undefined)}>Popularity as the artifact has it</button>`}
    </div>
  `;
}

export function fallbackFields(settings: Settings): TemplateResult {
  const { policy, set } = settings;
  const { fallback } = policy;
  return html`
    ${fallbackControls(asSetting(settings))}
    ${
      fallback.length < 2
        ? nothing
        : html`<ol class="order">
            ${fallback.map(
              (name, index) => html`<li>
                <span>${index + 1}. ${name}</span>
                <button class="plain small" aria-label=${`Ask ${name} earlier`} ?disabled=${index === 0}
                  @click=${() => set('fallback', moved(fallback, index, index - 1))}>↑</button>
              </li>`,
            )}
          </ol>`
    }
  `;
}

/** Comma-separated names. */
const namesOf = (text: string): readonly string[] => [
  ...new Set(text.split(/[,\s]+/).filter((name) => name !== '')),
];

let zones: readonly string[] | undefined;

export function aboutFields({ policy, set }: Settings): TemplateResult {
  zones ??= ['UTC', ...Intl.supportedValuesOf('timeZone')];
  const typed = (event: Event): string => (event.target as HTMLInputElement).value.trim();
  return html`
    <label class="choice">
      <span>Where on the site (placement)</span>
      <input
        .value=${policy.placement.join(', ')}
        placeholder="product-page, cart"
        @change=${(event: Event) => {
          const placement = namesOf(typed(event));
          set('placement', placement.length === 0 ? undefined : placement);
        }}
      />
    </label>
    <label class="choice">
      <span>Time zone of days</span>
      <input
        list="zones"
        .value=${policy.timeZone}
        @change=${(event: Event) => set('timeZone', ['', 'UTC'].includes(typed(event)) ? undefined : typed(event))}
      />
      <datalist id="zones">${zones.map((zone) => html`<option value=${zone}></option>`)}</datalist>
    </label>
  `;
}

const idOf = (pin: Pin): string => (typeof pin === 'string' ? pin : pin.id);

function pinPlace(pin: Pin, { policy, set }: Settings): TemplateResult {
  const { pins, limit } = policy;
  const own = typeof pin === 'string' ? '' : String(pin.position);
  const taken = new Set(pins.flatMap((one) => (typeof one === 'string' ? [] : [String(one.position)])));
  const put = (text: string): void => {
    const placed = text === '' ? idOf(pin) : { id: idOf(pin), position: Number(text) };
    set(
      'pins',
      pins.map((one) => (one === pin ? placed : one)),
    );
  };
  const places = Array.from({ length: Math.max(limit, Number(own)) }, (_, index) => String(index + 1));
  return html`<label class="choice">
    <span class="mono">${idOf(pin)}</span>
    <select aria-label=${`Place of ${idOf(pin)}`} @change=${(event: Event) => put((event.target as HTMLSelectElement).value)}>
      <option value="" ?selected=${own === ''}>first free place</option>
      ${places
        .filter((place) => place === own || !taken.has(place))
        .map((place) => html`<option value=${place} ?selected=${place === own}>place ${place}</option>`)}
    </select>
  </label>`;
}

export function pinFields(settings: Settings): TemplateResult {
  const { pins, blocks } = settings.policy;
  const { set } = settings;
  const orNone = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list);
  return html`
    <sp-products
      label="Pin a product to a place"
      .value=${pins.map(idOf)}
      @value=${({ detail }: Detail<readonly string[]>) =>
        set(
          'pins',
          orNone(
            detail
              .filter((id) => !blocks.includes(id))
              .map((id) => pins.find((pin) => idOf(pin) === id) ?? id),
          ),
        )}
    ></sp-products>
    ${pins.map((pin) => pinPlace(pin, settings))}
    <sp-products
      label="Never show a product"
      .value=${blocks}
      @value=${({ detail }: Detail<readonly string[]>) =>
        set('blocks', orNone(detail.filter((id) => !pins.some((pin) => idOf(pin) === id))))}
    ></sp-products>
  `;
}

/** For callers that have no more to do than to set a part. */
export const settingsOf = (
  policy: Policy,
  draft: Draft,
  holds: Holds | undefined,
  change: (next: (draft: Draft) => Draft) => void,
): Settings => ({
  ...{ policy, draft, holds },
  set: (part, value) => change((now) => withPart(now, part, value)),
});
