// What one request asks for on top of the policy: a shopper's own filters. They only ever narrow.

import { css, html, LitElement } from 'lit';
import type { Facets } from 'sepet/client';
import '../../kit/inputs/names.ts';
import '../../kit/inputs/range.ts';
import { minorUnits } from '../../kit/money.ts';
import { type Bounds, genders } from '../../kit/policy-types.ts';
import { aroundOf } from '../../kit/rules/around.ts';
import { niceStep } from '../../kit/rules/conditions.ts';
import { base, forms } from '../../kit/styles.ts';
import type { Narrowing } from './state.ts';

export class TryNarrow extends LitElement {
  static override properties = { value: { attribute: false }, facets: { attribute: false } };
  static override styles = [
    base,
    forms,
    css`
      :host { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(220px, 100%), 1fr)); gap: var(--space-3) var(--space-4); }
      .boxes { display: flex; flex-wrap: wrap; gap: 0 14px; }
      .boxes legend { width: 100%; }
    `,
  ];
  declare value: Narrowing;
  declare facets: Facets | undefined;

  #put(change: Partial<Narrowing>): void {
    this.dispatchEvent(new CustomEvent('narrow', { detail: { ...this.value, ...change } }));
  }

  override render() {
    const { value, facets } = this;
    const around = aroundOf(facets);
    const scale = minorUnits(around.currency);
    const most = facets?.fields.find(({ field }) => field === 'price')?.max ?? 100_000;
    const max = Math.ceil(Math.max(most, value.priceMax ?? 0) / scale);
    const bounds: Bounds = {
      ...(value.priceMin !== undefined && { min: value.priceMin }),
      ...(value.priceMax !== undefined && { max: value.priceMax }),
    };
    return html`
      ${(['category', 'brand'] as const).map(
        (kind) => html`<sp-names
          label=${kind === 'category' ? 'Only these categories' : 'Only these brands'}
          .value=${value[kind]}
          .suggest=${around.suggest(kind)}
          @value=${(event: CustomEvent<readonly string[]>) => this.#put({ [kind]: event.detail })}
        ></sp-names>`,
      )}
      <sp-range
        label="Price"
        min="0"
        max=${max}
        step=${niceStep(max)}
        scale=${scale}
        bend="3"
        .unit=${around.currency}
        .value=${bounds}
        @value=${({ detail }: CustomEvent<Bounds>) => this.#put({ priceMin: detail.min, priceMax: detail.max })}
      ></sp-range>
      <fieldset class="boxes">
        <legend>Only for</legend>
        ${genders.map((name) => {
          const isOn = value.gender.includes(name);
          const next = isOn ? value.gender.filter((one) => one !== name) : [...value.gender, name];
          return html`<label class="check">
            <input type="checkbox" .checked=${isOn} @change=${() => this.#put({ gender: next })} />${name}
          </label>`;
        })}
      </fieldset>
      <label class="check">
        <input class="toggle" type="checkbox" .checked=${value.inStock} @change=${() => this.#put({ inStock: !value.inStock })} />
        Only what is in stock
      </label>
    `;
  }
}
customElements.define('try-narrow', TryNarrow);
