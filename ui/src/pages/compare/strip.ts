// How far one is: "12 of 50", a segment for each product in the colour of its verdict, and the way to the next one.

import { css, html, LitElement, nothing } from 'lit';
import type { Verdict } from 'sepet/client';
import '../../kit/states.ts';
import { base, buttons } from '../../kit/styles.ts';
import type { Drawn } from './drawer.ts';
import { verdictWords } from './verdicts.ts';

export class CmpStrip extends LitElement {
  static override properties = {
    drawn: { attribute: false },
    product: {},
    judged: { attribute: false },
    isBlind: { attribute: false },
  };
  static override styles = [
    base,
    buttons,
    css`
      :host { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2) var(--space-3); min-height: 32px; }
      .where { min-width: 72px; font-weight: 650; font-variant-numeric: tabular-nums; }
      .segments { display: flex; flex: 1 1 200px; height: 14px; min-width: 120px; }
      .segments button {
        flex: 1 1 0; min-width: 0; min-height: 0; padding: 3px 0; border: 0; border-right: 1px solid var(--surface); border-radius: 0; background: var(--line-strong);
        background-clip: content-box; opacity: 0.55;
      }
      .segments button.better { background-color: var(--good); opacity: 1; }
      .segments button.worse { background-color: var(--bad); opacity: 1; }
      .segments button.same { background-color: var(--text-muted); opacity: 1; }
      .segments button.here { padding: 0; background-color: var(--accent); opacity: 1; }
      progress { flex: 1 1 160px; height: 8px; accent-color: var(--accent); }
    `,
  ];
  declare drawn: Drawn;
  declare product: string | undefined;
  declare judged: ReadonlyMap<string, Verdict>;
  /** Says which ones are judged, but not how. */
  declare isBlind: boolean;

  #go(product: string): void {
    this.dispatchEvent(new CustomEvent('go', { detail: product }));
  }

  override render() {
    const { products, state, error, done, of } = this.drawn;
    if (state === 'drawing')
      return of === 0
        ? html`<sp-busy text="Drawing the products …"></sp-busy>`
        : html`<span role="status">Asking for lists: ${done} of ${of}</span>
            <progress max=${of} .value=${done} aria-label="Lists asked for"></progress>
            <button class="small" @click=${() => this.dispatchEvent(new Event('cancel'))}>Cancel</button>`;
    if (state === 'cancelled')
      return html`<span>Cancelled.</span>
        <button class="small" @click=${() => this.dispatchEvent(new Event('again'))}>Begin again</button>`;
    if (state === 'failed')
      return html`<span class="bad">The products could not be drawn: ${(error as Error).message}</span>
        <button class="small" @click=${() => this.dispatchEvent(new Event('again'))}>Try again</button>`;
    if (products.length === 0) return nothing;
    const at = this.product === undefined ? -1 : products.indexOf(this.product);
    const count = products.filter((id) => this.judged.has(id)).length;
    const step = (by: number): void => {
      const to = at < 0 ? products[0] : products[at + by];
      if (to !== undefined) this.#go(to);
    };
    return html`
      <button aria-keyshortcuts="k ArrowLeft" title="Previous (k or ←)" ?disabled=${at === 0} @click=${() => step(-1)}>‹ Previous</button>
      <span class="where">${at < 0 ? html`Not of this sample` : html`${at + 1} of ${products.length}`}</span>
      <button aria-keyshortcuts="j ArrowRight" title="Next (j or →)" ?disabled=${at === products.length - 1} @click=${() => step(1)}>Next ›</button>
      <div class="segments" aria-hidden="true">
        ${products.map((id, index) => {
          const given = this.judged.get(id);
          const verdict = given !== undefined && this.isBlind ? 'same' : given;
          const words = verdict === undefined ? '' : this.isBlind ? ', judged' : `, ${verdictWords[verdict]}`;
          return html`<button
            tabindex="-1"
            class=${`${verdict ?? ''} ${index === at ? 'here' : ''}`}
            title=${`${index + 1}: ${id}${words}`}
            @click=${() => this.#go(id)}
          ></button>`;
        })}
      </div>
      <span class=${`small ${count === products.length ? 'good' : 'muted'}`}>
        ${count === products.length ? '✓ All judged by you' : `${count} judged by you`}
      </span>
    `;
  }
}
customElements.define('cmp-strip', CmpStrip);
