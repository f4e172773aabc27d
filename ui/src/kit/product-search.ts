// Finds a product as you type: a combobox with a list (WAI-ARIA authoring practices). Empty, it shows what was looked at lately and what is
// ordered most.

import { css, html, LitElement, nothing } from 'lit';
import type { ProductFacts } from 'sepet/client';
import { announce } from './announce.ts';
import { client } from './api.ts';
import { imageUrl } from './images.ts';
import { formatPrice, plural } from './money.ts';
import { base, buttons, forms } from './styles.ts';

interface Group {
  readonly heading: string | undefined;
  readonly products: readonly ProductFacts[];
}

const recentKey = 'sepet-recent';
const mostRecent = 6;
const shown = 12;
/** Longer than between two keys of a quick typist is too long: 50 ms. */
const pauseMs = 40;

/** What was picked lately, in this browser. */
export function recentProducts(): readonly ProductFacts[] {
  try {
    return JSON.parse(localStorage.getItem(recentKey) ?? '[]') as ProductFacts[];
  } catch {
    return [];
  }
}

export function rememberProduct({ id, title, image, brand, price, currency }: ProductFacts): void {
  const facts = { id, title, image, brand, price, currency };
  const others = recentProducts().filter((one) => one.id !== id);
  localStorage.setItem(recentKey, JSON.stringify([facts, ...others].slice(0, mostRecent)));
}

export class SpProductSearch extends LitElement {
  static override properties = {
    label: {},
    placeholder: {},
    category: { attribute: false },
    brand: { attribute: false },
    compact: { type: Boolean, reflect: true },
    _groups: { state: true },
    _isOpen: { state: true },
    _active: { state: true },
    _note: { state: true },
    _isBusy: { state: true },
  };
  static override styles = [base, buttons, forms, searchStyles()];
  declare label: string;
  declare placeholder: string;
  /** Narrow what is found, where given. */
  declare category: readonly string[] | undefined;
  declare brand: readonly string[] | undefined;
  /** Without a visible label. */
  declare compact: boolean;
  declare _groups: readonly Group[];
  declare _isOpen: boolean;
  declare _active: number;
  declare _note: string | undefined;
  /** The list is not yet that of what is typed. */
  declare _isBusy: boolean;
  /** The id of the product that arrow keys marked since the last key typed: it stays marked when the list comes anew. */
  #marked: string | undefined;
  #running: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked: string | undefined;

  constructor() {
    super();
    this.label = 'Find a product';
    this.placeholder = 'Title, brand, category or id';
    this.compact = false;
    this._groups = [];
    this._isOpen = false;
    this._active = -1;
    this._note = undefined;
    this._isBusy = false;
  }

  get #input(): HTMLInputElement {
    return this.renderRoot.querySelector('input') as HTMLInputElement;
  }

  override focus(): void {
    this.#input.focus();
    this.#input.select();
  }

  get #options(): readonly ProductFacts[] {
    return this._groups.flatMap(({ products }) => products);
  }

  #typed(): void {
    clearTimeout(this.#timer);
    this.#marked = undefined;
    this._isBusy = true;
    this.#timer = setTimeout(() => void this.#find(), pauseMs);
  }

  /** Asks for what the field holds. What is still running is given up. */
  async #find(): Promise<void> {
    const q = this.#input.value.trim();
    this.#running?.abort();
    this._isBusy = q !== this.#asked || this._groups.length === 0;
    if (!this._isBusy) return;
    const running = new AbortController();
    this.#running = running;
    try {
      const { category, brand } = this;
      const narrowed = { ...(category && { category }), ...(brand && { brand }) };
      const found = await client.searchProducts(
        { limit: shown, ...(q !== '' && { q }), ...narrowed },
        { signal: running.signal },
      );
      this.#asked = q;
      this._note =
        found.products.length === 0 ? 'Nothing found. Try fewer or shorter words, or an id.' : undefined;
      if (q !== '') this._groups = [{ heading: undefined, products: found.products }];
      else
        this._groups = [
          { heading: 'Looked at lately', products: recentProducts() },
          { heading: 'Most ordered', products: found.products },
        ].filter(({ products }) => products.length > 0);
      if (q !== '') announce(`${plural(found.products.length, 'product')}${found.more ? ' and more' : ''}`);
    } catch (error) {
      if (running.signal.aborted) return;
      this.#asked = undefined;
      this._groups = [];
      this._note = `The search did not answer: ${(error as Error).message}`;
    }
    this._isBusy = false;
    const marked = this.#options.findIndex(({ id }) => id === this.#marked);
    this._active = marked < 0 && q !== '' && this.#options.length > 0 ? 0 : marked;
  }

  #open(): void {
    if (this._isOpen) return;
    this._isOpen = true;
    void this.#find();
  }

  #close(): void {
    this._isOpen = false;
    this._active = -1;
    this.#marked = undefined;
  }

  #pick(product: ProductFacts): void {
    rememberProduct(product);
    this.#input.value = '';
    this.#asked = undefined;
    this.#close();
    this.dispatchEvent(new CustomEvent('pick', { detail: product, bubbles: true, composed: true }));
  }

  #move(to: number): void {
    const { length } = this.#options;
    if (length === 0) return;
    this._active = (to + length) % length;
    this.#marked = this.#options[this._active]?.id;
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' }),
    );
  }

  #key(event: KeyboardEvent): void {
    const { key } = event;
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      event.preventDefault();
      if (!this._isOpen) this.#open();
      else this.#move(key === 'ArrowDown' ? this._active + 1 : Math.max(this._active, 0) - 1);
    } else if (key === 'Enter') {
      event.preventDefault();
      void this.#enter();
    } else if (key === 'Escape' && this._isOpen) {
      event.preventDefault();
      event.stopPropagation();
      this.#close();
    } else if (key === 'Tab') this.#close();
  }

  /** Enter takes what arrow keys marked; else, where it comes before the answer, the answer is waited for and its first taken. */
  async #enter(): Promise<void> {
    if (this._isOpen && this.#marked === undefined && this.#input.value.trim() !== this.#asked) {
      clearTimeout(this.#timer);
      await this.#find();
    }
    const product = this.#options[this._active];
    if (product !== undefined) this.#pick(product);
    else this.#open();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#running?.abort();
  }

  override render() {
    return html`
      <label for="q" class=${this.compact ? 'visually-hidden' : 'legend'}>${this.label}</label>
      <input
        id="q"
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck="false"
        aria-autocomplete="list"
        aria-expanded=${this._isOpen}
        aria-controls="list"
        aria-activedescendant=${this._active < 0 || !this._isOpen ? nothing : `o${this._active}`}
        placeholder=${this.placeholder}
        @focus=${this.#open}
        @click=${this.#open}
        @input=${() => {
          this._isOpen = true;
          this.#typed();
        }}
        @keydown=${this.#key}
        @blur=${this.#close}
      />
      <div class="drop" ?hidden=${!this._isOpen}>${this.#renderList()}</div>
    `;
  }

  #renderList() {
    let at = 0;
    return html`
      <div id="list" role="listbox" aria-label=${this.label} aria-busy=${this._isBusy}>
        ${this._groups.map(
          ({ heading, products }) => html`<div role="group" aria-label=${heading ?? 'Found'}>
            ${heading === undefined ? nothing : html`<div class="heading" aria-hidden="true">${heading}</div>`}
            ${products.map((product) => this.#renderOption(product, at++))}
          </div>`,
        )}
      </div>
      ${this._note === undefined ? nothing : html`<p class="note muted">${this._note}</p>`}
    `;
  }

  #renderOption(product: ProductFacts, at: number) {
    const { id, title = id, brand, category, price, currency, inStock } = product;
    const image = imageUrl(product);
    return html`<div
      class="option"
      id=${`o${at}`}
      role="option"
      aria-selected=${at === this._active}
      @mousedown=${(event: Event) => event.preventDefault()}
      @click=${() => this.#pick(product)}
    >
      ${image === undefined ? html`<i></i>` : html`<img src=${image} alt="" width="40" height="40" />`}
      <span class="words">
        <span class="title">${title}</span>
        <span class="muted small">${[id, brand, category].filter(Boolean).join(' · ')}</span>
      </span>
      <span class="small number">
        ${price === undefined ? nothing : formatPrice(price, currency)}
        ${inStock === false ? html`<br /><span class="bad">out of stock</span>` : nothing}
      </span>
    </div>`;
  }
}
customElements.define('sp-product-search', SpProductSearch);

function searchStyles() {
  return css`
    :host { position: relative; }
    input { width: 100%; }
    :host(:not([compact])) input { margin-top: 4px; }
    .drop {
      position: absolute; z-index: 20; top: 100%; left: 0; width: 100%; min-width: min(380px, calc(100vw - 32px)); max-height: min(440px, 60vh);
      margin-top: 4px; padding: 4px; overflow-y: auto; border: 1px solid var(--line); border-radius: var(--radius);
      background: var(--surface-2); box-shadow: var(--shadow-up);
    }
    .heading { padding: 6px 8px 2px; color: var(--text-muted); font-size: 12px; font-weight: 600; }
    .option {
      display: grid; grid-template-columns: 40px minmax(0, 1fr) auto; align-items: center; gap: 10px; padding: 4px 8px;
      border-radius: 4px; cursor: pointer;
    }
    .option[aria-selected='true'] { background: var(--accent-soft); outline: 1px solid var(--accent); outline-offset: -1px; }
    .option:hover { background: var(--surface-3); }
    img, i { width: 40px; height: 40px; border-radius: 4px; background: #ffffff; object-fit: contain; }
    i { background: var(--surface-3); }
    .words { display: grid; min-width: 0; }
    .words span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .note { padding: 8px; }
  `;
}
