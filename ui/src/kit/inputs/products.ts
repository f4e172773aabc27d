// Product ids by search: chips with titles, and the combobox. `value` is sent with the whole list.

import { css, html, LitElement, nothing } from 'lit';
import type { ProductFacts } from 'sepet/client';
import { lockIcon } from '../icons.ts';
import { titlesOf } from '../titles.ts';
import '../product-search.ts';
import { base, buttons, cards } from '../styles.ts';

/** More chips than this nobody reads. */
const mostChips = 30;

export class SpProducts extends LitElement {
  static override properties = {
    label: {},
    value: { attribute: false },
    fixed: { attribute: false },
    _titles: { state: true },
  };
  static override styles = [
    base,
    buttons,
    cards,
    css`
      :host { display: grid; gap: 4px; }
      ul { display: flex; flex-wrap: wrap; gap: 4px; }
      li { max-width: 100%; }
      .chip { padding-right: 2px; }
      .chip.fixed { padding-right: 8px; }
      .word { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      button.remove { min-height: 18px; padding: 0 5px; color: inherit; }
    `,
  ];
  declare label: string;
  declare value: readonly string[];
  /** Ids that stand there and cannot be taken out. */
  declare fixed: readonly string[];
  declare _titles: ReadonlyMap<string, string>;

  constructor() {
    super();
    this.label = '';
    this.value = [];
    this.fixed = [];
    this._titles = new Map();
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('value') || changed.has('fixed'))
      void titlesOf([...this.fixed.slice(0, mostChips), ...this.value.slice(0, mostChips)]).then((titles) => {
        this._titles = titles;
      });
  }

  #send(value: readonly string[]): void {
    this.value = value;
    this.dispatchEvent(new CustomEvent('value', { detail: value }));
  }

  #picked(event: CustomEvent<ProductFacts>): void {
    event.stopPropagation();
    const { id } = event.detail;
    if (![...this.value, ...this.fixed].includes(id)) this.#send([...this.value, id]);
  }

  override render() {
    const more = Math.max(0, this.value.length - mostChips) + Math.max(0, this.fixed.length - mostChips);
    const word = (id: string) => html`<span class="word" title=${id}>${this._titles.get(id) ?? id}</span>`;
    return html`
      ${
        this.value.length + this.fixed.length === 0
          ? nothing
          : html`<ul>
              ${this.fixed.slice(0, mostChips).map((id) => html`<li class="chip fixed" title="The policy says so">${lockIcon} ${word(id)}</li>`)}
              ${this.value.slice(0, mostChips).map(
                (id) => html`<li class="chip accent">
                  ${word(id)}
                  <button
                    class="plain remove"
                    aria-label=${`Remove ${this._titles.get(id) ?? id}`}
                    @click=${() => this.#send(this.value.filter((one) => one !== id))}
                  >
                    ×
                  </button>
                </li>`,
              )}
              ${more > 0 ? html`<li class="muted small">and ${more} more</li>` : nothing}
            </ul>`
      }
      <sp-product-search label=${this.label} @pick=${this.#picked}></sp-product-search>
    `;
  }
}
customElements.define('sp-products', SpProducts);
