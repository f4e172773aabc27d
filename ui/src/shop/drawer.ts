// The basket: a drawer with what is in it, and a second widget that is about all of it.

import { css, html, LitElement, nothing } from 'lit';
import { base, buttons } from '../kit/styles.ts';
import { countOf, type Line, type Lines, priceOf, totalOf } from './basket.ts';

/** A basket takes no more products. */
const mostAsked = 50;

export class ShopDrawer extends LitElement {
  static override properties = {
    lines: { attribute: false },
    open: { type: Boolean },
    images: {},
    events: {},
    locale: {},
  };
  static override styles = [base, buttons, styles()];
  declare lines: Lines;
  declare open: boolean;
  declare images: string;
  declare events: string;
  declare locale: string;

  constructor() {
    super();
    this.lines = [];
    this.open = false;
  }

  override updated(): void {
    const dialog = this.renderRoot.querySelector('dialog');
    if (this.open && !dialog?.open) dialog?.showModal();
    if (!this.open && dialog?.open) dialog.close();
  }

  #close(): void {
    if (this.open) this.dispatchEvent(new CustomEvent('shop-close'));
  }

  #set(id: string, quantity: number): void {
    this.dispatchEvent(new CustomEvent('shop-quantity', { detail: { id, quantity } }));
    // The button that was pressed goes with its line.
    if (quantity < 1) this.renderRoot.querySelector<HTMLElement>('header button')?.focus();
  }

  override render() {
    const { lines } = this;
    // A click beside the drawer is one on the dialog itself.
    const beside = (event: Event): void => {
      if (event.target === event.currentTarget) this.#close();
    };
    return html`<dialog aria-labelledby="title" @close=${this.#close} @click=${beside}>
      <div class="inner">
        <header class="row spread">
          <h2 id="title">Your basket</h2>
          <button class="icon" aria-label="Close the basket" @click=${this.#close}>✕</button>
        </header>
        ${lines.length === 0 ? this.#nothing() : this.#filled()}
      </div>
    </dialog>`;
  }

  #nothing() {
    return html`<p class="muted">Nothing is in it yet. Add this product, or all that is bought together with it.</p>`;
  }

  #filled() {
    const { lines, images, events, locale } = this;
    const [first] = lines;
    return html`
      <ul>${lines.map((line) => this.#line(line))}</ul>
      <p class="row spread sum">
        <span>${countOf(lines)} ${countOf(lines) === 1 ? 'article' : 'articles'}</span>
        <strong>${priceOf(totalOf(lines), first?.currency)}</strong>
      </p>
      <button class="primary" disabled>Check out (not in this demo)</button>
      ${
        this.open
          ? html`<bought-together
              .products=${lines.slice(-mostAsked).map(({ id }) => id)}
              placement="cart"
              limit="4"
              timeout-ms="10000"
              href="/ui/shop/?product={id}"
              heading-level="3"
              images=${images}
              events=${events}
              locale=${locale}
            ></bought-together>`
          : nothing
      }
    `;
  }

  #line({ id, title, price, currency, image, quantity }: Line) {
    return html`<li>
      ${image === undefined ? html`<i></i>` : html`<img src=${image} alt="" width="56" height="56" />`}
      <span class="title">${title}</span>
      <span class="number">${priceOf(price === undefined ? undefined : price * quantity, currency)}</span>
      <span class="row count" role="group" aria-label=${title}>
        <button class="icon" aria-label="One fewer" @click=${() => this.#set(id, quantity - 1)}>−</button>
        <span>${quantity}</span>
        <button class="icon" aria-label="One more" @click=${() => this.#set(id, quantity + 1)}>+</button>
      </span>
    </li>`;
  }
}
customElements.define('shop-drawer', ShopDrawer);

function styles() {
  return css`
    dialog {
      inset: 0 0 0 auto; width: min(440px, 100vw); max-width: none; height: 100dvh; max-height: none; margin: 0; padding: 0;
      border: 0; border-left: 1px solid var(--line); background: var(--surface-2); color: var(--text); box-shadow: var(--shadow-up);
    }
    dialog::backdrop { background: rgb(0 0 0 / 40%); }
    .inner { display: grid; gap: 16px; align-content: start; min-height: 100%; padding: 20px; }
    h2 { font-size: 20px; }
    li {
      display: grid; grid-template-columns: 56px minmax(0, 1fr) auto; gap: 4px 12px; padding: 12px 0;
      border-bottom: 1px solid var(--line);
    }
    img, i { grid-row: span 2; width: 56px; height: 56px; border-radius: 8px; background: var(--surface-3); object-fit: contain; }
    .count span { min-width: 2ch; text-align: center; }
    .sum { font-size: 16px; }
    .primary { min-height: 44px; border-radius: 10px; }
    bought-together { --sepet-card-width: 8.5em; --sepet-heading-size: 1.1em; margin-top: 8px; }
  `;
}
