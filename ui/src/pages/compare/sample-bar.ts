// Chooses which products are walked through.

import { css, html, LitElement, nothing } from 'lit';
import type { Facets } from 'sepet/client';
import { base, buttons, forms } from '../../kit/styles.ts';
import { idsOf, mostProducts, type Sample, type SampleKind, sampleKinds, worstPool } from './sample.ts';
import { columnNames } from './words.ts';

const kindWords: Readonly<Record<SampleKind, string>> = {
  popular: 'Most ordered',
  random: 'Random',
  category: 'Of a category',
  worst: 'Worst filled',
  ids: 'A list of ids',
};

const counts = [20, 50, 100, mostProducts];

export class CmpSample extends LitElement {
  static override properties = {
    sample: { attribute: false },
    facets: { attribute: false },
    isBlind: { attribute: false },
  };
  static override styles = [
    base,
    buttons,
    forms,
    css`
      .row { gap: var(--space-2) var(--space-3); }
      label { display: inline-flex; align-items: center; gap: 6px; color: var(--text-muted); font-size: 12.5px; }
      label select, label input, label textarea { color: var(--text); font-size: 14px; }
      label.check { color: var(--text); font-size: 14px; }
      .seed { width: 84px; }
      .category { max-width: 280px; }
      form { display: flex; flex-wrap: wrap; align-items: end; gap: var(--space-2); width: 100%; }
      form label { flex: 1 1 280px; flex-direction: column; align-items: stretch; }
    `,
  ];
  declare sample: Sample;
  declare facets: Facets | undefined;
  declare isBlind: boolean;

  #change(change: Partial<Sample>): void {
    this.dispatchEvent(new CustomEvent('sample', { detail: { ...this.sample, ...change } }));
  }

  override render() {
    const { sample } = this;
    const { kind } = sample;
    const isDrawn = kind === 'random' || kind === 'worst';
    return html`<div class="row" role="group" aria-label="Products to walk through">
      <label>
        Walk through
        <select id="kind" @change=${(event: Event) => this.#change({ kind: chosenIn(event) as SampleKind })}>
          ${sampleKinds.map((one) => html`<option value=${one} ?selected=${one === kind}>${kindWords[one]}</option>`)}
        </select>
      </label>
      ${kind === 'category' ? this.#renderCategory() : nothing}
      ${kind === 'worst' ? this.#renderWorst() : nothing}
      ${isDrawn ? this.#renderSeed() : nothing}
      ${kind === 'ids' ? nothing : this.#renderCount()}
      <label class="check">
        <input
          type="checkbox"
          .checked=${sample.changedOnly}
          @change=${(event: Event) => this.#change({ changedOnly: (event.target as HTMLInputElement).checked })}
        />
        Only lists that differ
      </label>
      <label class="check" title="The lists change places by lot and are not named, so that nobody prefers what they hope for">
        <input
          type="checkbox"
          .checked=${this.isBlind}
          @change=${(event: Event) =>
            this.dispatchEvent(
              new CustomEvent('blind', { detail: (event.target as HTMLInputElement).checked }),
            )}
        />
        Blind
      </label>
      ${kind === 'ids' ? this.#renderIds() : nothing}
    </div>`;
  }

  #renderCount() {
    const { count } = this.sample;
    const offered = counts.includes(count) ? counts : [count, ...counts].toSorted((a, b) => a - b);
    return html`<label>
      Products
      <select id="count" @change=${(event: Event) => this.#change({ count: Number(chosenIn(event)) })}>
        ${offered.map((one) => html`<option value=${one} ?selected=${one === count}>${one}</option>`)}
      </select>
    </label>`;
  }

  #renderSeed() {
    return html`<label title="The same seed draws the same products">
        Seed
        <input
          class="seed"
          type="number"
          min="1"
          step="1"
          .value=${String(this.sample.seed)}
          @change=${(event: Event) => this.#change({ seed: Math.max(1, Math.trunc(Number(chosenIn(event))) || 1) })}
        />
      </label>
      <button class="small" @click=${() => this.#change({ seed: 1 + Math.floor(Math.random() * 99_999) })}>Draw others</button>`;
  }

  #renderCategory() {
    const { category } = this.sample;
    const known = this.facets?.categories ?? [];
    const isKnown = category === '' || known.some((one) => one.category === category);
    return html`<label>
      Category
      <select class="category" id="category" @change=${(event: Event) => this.#change({ category: chosenIn(event) })}>
        <option value="" ?selected=${category === ''}>All categories</option>
        ${isKnown ? nothing : html`<option value=${category} selected>${category}</option>`}
        ${known.map(
          (one) =>
            html`<option value=${one.category} ?selected=${one.category === category}>
              ${one.category.replaceAll('/', ' › ')} (${one.products})
            </option>`,
        )}
      </select>
    </label>`;
  }

  #renderWorst() {
    return html`<label title=${`Of ${worstPool} products drawn by lot, those with most places empty or filled from fallback lists`}>
      By the list
      <select id="worst" @change=${(event: Event) => this.#change({ worstOf: chosenIn(event) === 'a' ? 'a' : 'b' })}>
        <option value="a" ?selected=${this.sample.worstOf === 'a'}>${columnNames.a}</option>
        <option value="b" ?selected=${this.sample.worstOf === 'b'}>${columnNames.b}</option>
      </select>
    </label>`;
  }

  #renderIds() {
    return html`<form @submit=${this.#submitIds}>
      <label>
        Product ids, one a line or with commas between
        <textarea id="ids" name="ids" rows="3" spellcheck="false" .value=${this.sample.ids.join('\n')}></textarea>
      </label>
      <button>Walk through these</button>
    </form>`;
  }

  #submitIds(event: SubmitEvent): void {
    event.preventDefault();
    this.#change({ ids: idsOf(String(new FormData(event.target as HTMLFormElement).get('ids'))) });
  }
}
customElements.define('cmp-sample', CmpSample);

const chosenIn = (event: Event): string => (event.target as HTMLInputElement | HTMLSelectElement).value;
