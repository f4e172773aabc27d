// The product that is looked at, in full, and the others of the basket as chips. The first is the one that rules compare with.

import { css, html, LitElement, nothing } from 'lit';
import type { ProductFacts } from 'sepet/client';
import { imageUrl } from '../../kit/images.ts';
import { formatPrice } from '../../kit/money.ts';
import { base, buttons, cards } from '../../kit/styles.ts';

export class TryBasket extends LitElement {
  static override properties = { products: { attribute: false }, facts: { attribute: false } };
  static override styles = [base, buttons, cards, basketSheet()];
  /** Ids, the query product of rules first. */
  declare products: readonly string[];
  declare facts: ReadonlyMap<string, ProductFacts & { readonly group?: string }>;

  #put(products: readonly string[]): void {
    this.dispatchEvent(new CustomEvent('basket', { detail: products }));
  }

  override render() {
    const [first, ...others] = this.products;
    if (first === undefined) return nothing;
    return html`${this.#renderFirst(first, others)} ${others.length === 0 ? nothing : this.#renderOthers(first, others)}`;
  }

  #renderFirst(id: string, others: readonly string[]) {
    const known = this.facts.get(id);
    const { title = id, brand, category, price, currency, gender, inStock, group } = known ?? { id };
    const image = known && imageUrl(known);
    const stock = inStock === undefined ? 'stock not known' : inStock ? 'in stock' : 'out of stock';
    return html`<article class="product" aria-label="The product looked at">
      <div class="picture">
        ${image === undefined ? html`<span class="none" aria-hidden="true">${title.slice(0, 1)}</span>` : html`<img src=${image} alt="" width="132" height="132" />`}
      </div>
      <div class="facts">
        <h2>${title}</h2>
        <p class="price">
          ${known === undefined ? nothing : formatPrice(price, currency)}
          <span class=${`chip ${inStock === false ? 'bad' : inStock ? 'good' : ''}`}>${stock}</span>
        </p>
        <dl>
          ${this.#fact('Brand', brand)} ${this.#fact('Category', category?.split('/').join(' › '))} ${this.#fact('Gender', gender)}
          ${this.#fact('Model', group)} ${this.#fact('Id', id)}
        </dl>
        ${
          others.length === 0
            ? nothing
            : html`<div class="row">
                <span class="muted small">First of the basket: rules compare with this one.</span>
                <button class="plain small" @click=${() => this.#put(others)}>Take out</button>
              </div>`
        }
      </div>
    </article>`;
  }

  #fact(term: string, value: string | undefined) {
    return value === undefined ? nothing : html`<div><dt>${term}</dt><dd>${value}</dd></div>`;
  }

  #renderOthers(first: string, others: readonly string[]) {
    return html`<div class="others">
      <h3>With it in the basket</h3>
      <ul>
        ${others.map((id) => {
          const title = this.facts.get(id)?.title ?? id;
          const rest = others.filter((one) => one !== id);
          return html`<li class="chip">
            <span class="word" title=${title}>${title}</span>
            <button class="plain small" title="Let rules compare with this one" aria-label=${`Put ${title} first`} @click=${() => this.#put([id, first, ...rest])}>
              make first
            </button>
            <button class="plain small" aria-label=${`Take ${title} out`} @click=${() => this.#put([first, ...rest])}>×</button>
          </li>`;
        })}
      </ul>
    </div>`;
  }
}
customElements.define('try-basket', TryBasket);

function basketSheet() {
  return css`
    :host { display: grid; gap: var(--space-3); }
    .product { display: grid; grid-template-columns: 132px minmax(0, 1fr); gap: var(--space-4); }
    .picture { display: grid; place-items: center; height: 132px; border: 1px solid var(--line); border-radius: var(--radius); background: #ffffff; overflow: hidden; }
    img { width: 100%; height: 100%; object-fit: contain; }
    .none { color: #54606f; font-size: 40px; font-weight: 600; }
    .facts { display: grid; align-content: start; gap: 4px; min-width: 0; }
    h2 { line-height: 20px; overflow-wrap: anywhere; }
    .price { display: flex; align-items: center; gap: 8px; font-size: 16px; font-weight: 650; }
    dl { display: grid; gap: 1px; font-size: 12.5px; line-height: 18px; }
    dl div { display: grid; grid-template-columns: 64px minmax(0, 1fr); gap: 8px; }
    dt { color: var(--text-muted); }
    dd { overflow-wrap: anywhere; }
    .others ul { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 4px; }
    .chip { padding: 2px 4px 2px 10px; border-radius: 14px; }
    .chip button { min-height: 22px; color: inherit; text-decoration: underline; }
    .price .chip { padding: 1px 8px; font-weight: 500; }
    .word { max-width: 220px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    @media (max-width: 480px) {
      .product { grid-template-columns: 84px minmax(0, 1fr); gap: var(--space-3); }
      .picture { height: 84px; }
    }
  `;
}
