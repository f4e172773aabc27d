// The product that the page is about, and others to go to.

import { css, html, LitElement, nothing } from 'lit';
import type { ProductFacts } from 'sepet/client';
import { imageUrl } from '../kit/images.ts';
import { base, buttons } from '../kit/styles.ts';
import { priceOf } from './basket.ts';

/** Where a product's page is. */
export const pageOf = (id: string): string => `?product=${encodeURIComponent(id)}`;

export class ShopProduct extends LitElement {
  static override properties = { product: { attribute: false } };
  static override styles = [base, buttons, styles()];
  declare product: ProductFacts;

  override render() {
    const { product } = this;
    const { title = product.id, brand, category = '', price, currency, inStock } = product;
    const image = imageUrl(product);
    return html`
      <nav aria-label="Category">
        <ol class="crumbs">${['Shop', ...category.split('/').filter(Boolean)].map((name) => html`<li>${name}</li>`)}</ol>
      </nav>
      <div class="product">
        <div class="picture">
          ${image === undefined ? nothing : html`<img src=${image} alt=${title} width="440" height="440" />`}
        </div>
        <div class="facts">
          ${brand === undefined ? nothing : html`<p class="brand">${brand}</p>`}
          <h1 tabindex="-1">${title}</h1>
          <p class="price">${priceOf(price, currency)}</p>
          <p class="stock ${inStock === false ? 'warn' : 'good'}">
            ${inStock === false ? 'Out of stock' : 'In stock, at your door in two days'}
          </p>
          <button class="primary" ?disabled=${inStock === false} @click=${this.#add}>Add to basket</button>
          <p class="small muted">Article ${product.id} · free delivery and 30 days to send it back</p>
        </div>
      </div>
    `;
  }

  #add(): void {
    this.dispatchEvent(new CustomEvent('shop-add', { detail: this.product, bubbles: true, composed: true }));
  }

  /** Where the reader is after going to another product. */
  override focus(): void {
    this.renderRoot.querySelector('h1')?.focus();
  }
}
customElements.define('shop-product', ShopProduct);

/** Products to go to, in a row. */
export function otherProducts(heading: string, products: readonly ProductFacts[]) {
  if (products.length === 0) return nothing;
  return html`<section class="others" aria-label=${heading}>
    <h2>${heading}</h2>
    <ul>
      ${products.map((product) => {
        const { id, title = id, price, currency } = product;
        const image = imageUrl(product);
        return html`<li>
          <a href=${pageOf(id)}>
            ${image === undefined ? nothing : html`<img src=${image} alt="" width="96" height="96" loading="lazy" />`}
            <span>${title}</span><span class="muted">${priceOf(price, currency)}</span>
          </a>
        </li>`;
      })}
    </ul>
  </section>`;
}

function styles() {
  return css`
    .crumbs { display: flex; flex-wrap: wrap; color: var(--text-muted); font-size: 13px; }
    .crumbs li + li::before { content: '›'; margin: 0 8px; }
    .product { display: grid; grid-template-columns: minmax(0, 380px) minmax(0, 1fr); gap: 32px; margin-top: 16px; }
    .picture { aspect-ratio: 1; border: 1px solid var(--line); border-radius: 14px; background: var(--surface-2); overflow: hidden; }
    img { display: block; width: 100%; height: 100%; object-fit: contain; }
    .facts { align-self: center; display: grid; gap: 12px; justify-items: start; }
    .brand { color: var(--text-muted); font-weight: 600; letter-spacing: 0.02em; }
    h1 { max-width: 26ch; font-size: 30px; line-height: 1.2; text-wrap: balance; }
    .price { font-size: 24px; font-weight: 650; font-variant-numeric: tabular-nums; }
    .primary { min-height: 48px; padding: 0 32px; border-radius: 10px; font-size: 16px; }
    @media (max-width: 640px) {
      .product { grid-template-columns: minmax(0, 1fr); gap: 16px; }
      h1 { font-size: 22px; }
      .primary { width: 100%; }
    }
  `;
}
