// A product as a card: picture, title, brand, category, price. What a page adds stands in the slots `marks` (over the
// picture) and `more` (below).

import { css, html, LitElement, nothing } from 'lit';
import type { ProductFacts } from 'sepet/client';
import { imageUrl } from './images.ts';
import { formatPrice } from './money.ts';
import { base, cards } from './styles.ts';

export type CardProduct = ProductFacts;

/** The last part of a category path. */
export const leafOf = (category: string): string => category.slice(category.lastIndexOf('/') + 1);

export class SpProductCard extends LitElement {
  static override properties = {
    product: { attribute: false },
    item: { attribute: false },
    badge: {},
    href: {},
    wide: { type: Boolean, reflect: true },
  };
  static override styles = [
    base,
    cards,
    css`
      :host { height: 100%; }
      article { position: relative; display: grid; grid-template-rows: auto 1fr; height: 100%; overflow: hidden; }
      .picture { position: relative; display: grid; place-items: center; height: 132px; background: var(--surface-2); overflow: hidden; }
      .picture img { position: absolute; inset: 0; margin: 0 auto; }
      /* White behind the picture alone: many are cut out, and drawn for it. */
      img { width: auto; max-width: 100%; height: 100%; object-fit: contain; background: #fff; }
      .none { color: #54606f; font-size: 30px; font-weight: 600; user-select: none; }
      .badge {
        position: absolute; top: 6px; left: 6px; min-width: 22px; padding: 0 6px; border-radius: 11px; background: #18212d;
        color: #ffffff; font-size: 12px; line-height: 22px; text-align: center; font-weight: 600;
      }
      .marks { position: absolute; top: 6px; right: 6px; display: flex; gap: 4px; }
      .body { display: grid; grid-template-columns: minmax(0, 1fr); align-content: start; gap: 2px; padding: var(--space-2) var(--space-3) var(--space-3); min-width: 0; }
      .title {
        display: -webkit-box; overflow: hidden; -webkit-box-orient: vertical; -webkit-line-clamp: 2; line-clamp: 2;
        min-height: 40px; font-weight: 550; line-height: 20px; overflow-wrap: anywhere; color: inherit; text-decoration: none;
      }
      a.title:hover { text-decoration: underline; }
      .line { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      .price { font-weight: 650; }
      .out { color: var(--bad); font-size: 12.5px; font-weight: 600; }
      :host([wide]) article { grid-template: auto / 96px 1fr; }
      :host([wide]) .picture { height: 100%; min-height: 96px; }
      :host([wide]) .title { min-height: 0; }
    `,
  ];
  /** What is known of it. */
  declare product: CardProduct | undefined;
  /** An item of an answer, in place of `product`. */
  declare item: CardProduct | undefined;
  /** Stands on the picture, such as its place. */
  declare badge: string | number | undefined;
  declare href: string | undefined;
  /** Picture beside the words. */
  declare wide: boolean;

  override render() {
    const known = this.item ?? this.product;
    if (known === undefined) return nothing;
    const { id, title = id, brand, category, price, currency, inStock } = known;
    const image = imageUrl(known);
    return html`<article class="card" part="card">
      <div class="picture" part="picture">
        ${
          image === undefined
            ? html`<span class="none" aria-hidden="true">${title.slice(0, 1)}</span>`
            : html`<img src=${image} alt="" loading="lazy" decoding="async" width="176" height="132" />`
        }
        ${this.badge === undefined ? nothing : html`<span class="badge">${this.badge}</span>`}
        <span class="marks"><slot name="marks"></slot></span>
      </div>
      <div class="body" part="body">
        ${
          this.href === undefined
            ? html`<span class="title" title=${title}>${title}</span>`
            : html`<a class="title" href=${this.href} title=${title}>${title}</a>`
        }
        <span class="line muted small">${[brand, category && leafOf(category)].filter(Boolean).join(' · ') || id}</span>
        <span class="row spread">
          <span class="price">${formatPrice(price, currency)}</span>
          ${inStock === false ? html`<span class="out">Out of stock</span>` : nothing}
        </span>
        <slot name="more"></slot>
      </div>
    </article>`;
  }
}
customElements.define('sp-product-card', SpProductCard);
