// A product page as a shop has it: everything on it but the widget is the shop's own. Which product, basket, look and language
// stand in the URL.

import { css, html, LitElement, nothing } from 'lit';
import type { ProductFacts } from 'sepet/client';
import { announce } from '../kit/announce.ts';
import { client, config, configNow } from '../kit/api.ts';
import { imageUrl } from '../kit/images.ts';
import '../kit/product-search.ts';
import { base, buttons } from '../kit/styles.ts';
import { savedTheme, useTheme } from '../kit/theme.ts';
import { patchUrl, UrlController } from '../kit/url-state.ts';
import type { AddDetail, ItemDetail } from '../widget/shown.ts';
import { countOf, type Lines, savedLines, saveLines, withAdded, withQuantity } from './basket.ts';
import './developer.ts';
import './drawer.ts';
import { type Entry, eventEntry, watchBeacons, withEntry } from './log.ts';
import { lookOf, wear } from './looks.ts';
import { otherProducts, type ShopProduct } from './product.ts';

const told = ['sepet-rendered', 'sepet-empty', 'sepet-item', 'sepet-add'] as const;

export class ShopApp extends LitElement {
  static override properties = {
    _product: { state: true },
    _others: { state: true },
    _error: { state: true },
    _lines: { state: true },
    _entries: { state: true },
  };
  static override styles = [base, buttons, styles()];
  declare _product: ProductFacts | undefined;
  declare _others: readonly ProductFacts[];
  declare _error: string | undefined;
  declare _lines: Lines;
  declare _entries: readonly Entry[];
  #url = new UrlController(this, () => void this.#load());
  #asked = '';
  #loads = 0;

  constructor() {
    super();
    this._others = [];
    this._lines = savedLines();
    this._entries = [];
    useTheme(savedTheme());
    watchBeacons(this, (entry) => this.#note(entry));
    for (const type of told) this.addEventListener(type, (event) => this.#note(eventEntry(event)));
    this.addEventListener('sepet-add', ({ detail }) => this.#add(detail));
    this.addEventListener('sepet-item', (event) => this.#follow(event));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void config().then(() => this.#load());
  }

  #note(entry: Entry): void {
    this._entries = withEntry(this._entries, entry);
  }

  /** The product of the URL; the most ordered one where it names none. */
  async #load(): Promise<void> {
    wear(this, lookOf(this.#url.params.get('look')));
    const wanted = this.#url.params.get('product');
    if (wanted !== null && wanted === this.#asked) return;
    const isFirst = this.#asked === '';
    // Who has gone on meanwhile is not brought back by what comes late.
    const load = ++this.#loads;
    const isLate = (): boolean => load !== this.#loads;
    try {
      const id = wanted ?? (await client.products({ limit: 1 }))[0] ?? '';
      if (isLate()) return;
      this.#asked = id;
      const product = await client.product(id);
      if (isLate()) return;
      this._product = product;
      this._error = undefined;
      document.title = `${product.title ?? id} · Demo shop`;
      if (wanted === null) patchUrl({ product: id }, { replace: true });
      const { category } = product;
      const like = await client.searchProducts({ ...(category && { category: [category] }), limit: 9 });
      if (isLate()) return;
      this._others = like.products.filter((other) => other.id !== id).slice(0, 8);
    } catch (error) {
      if (isLate()) return;
      this._product = undefined;
      this._error = (error as Error).message;
      const { products } = await client.searchProducts({ limit: 8 }).catch(() => ({ products: [] }));
      if (isLate()) return;
      this._others = products;
    }
    if (isFirst) return;
    await this.updateComplete;
    scrollTo({ top: 0 });
    this.renderRoot.querySelector<ShopProduct>('shop-product')?.focus();
  }

  #set(lines: Lines): void {
    this._lines = lines;
    saveLines(lines);
  }

  #add({ items }: Pick<AddDetail, 'items'>): void {
    this.#set(withAdded(this._lines, items));
    announce(`${items.length === 1 ? 'One product' : `${items.length} products`} added to the basket`);
    patchUrl({ basket: 'open' });
  }

  #addOwn({ detail }: CustomEvent<ProductFacts>): void {
    const { id, title = id, price, currency } = detail;
    const image = imageUrl(detail);
    const priced = { ...(price !== undefined && { price }), ...(currency !== undefined && { currency }) };
    this.#add({ items: [{ id, title, ...priced, ...(image !== undefined && { image }), position: 1 }] });
  }

  /** A click on a card of the widget: this page needs no new document. */
  #follow(event: CustomEvent<ItemDetail>): void {
    event.preventDefault();
    this.#goTo(event.detail.item.id);
  }

  #goTo(product: string): void {
    patchUrl({ product, basket: null });
  }

  #click(event: MouseEvent): void {
    const link = (event.target as Element).closest('a');
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const product = new URL(link.href).searchParams.get('product');
    if (product === null) return;
    event.preventDefault();
    this.#goTo(product);
  }

  override render() {
    const { params } = this.#url;
    const { images, events } = configNow();
    const locale = params.get('locale') ?? 'en';
    const count = countOf(this._lines);
    const id = this._product?.id;
    const switches = { images: images ?? '', events: events ? 'on' : 'off' };
    return html`
      <header>
        <a class="name" href="/ui/shop/">Kardelen</a>
        <sp-product-search
          compact
          label="Search the shop"
          placeholder="Search the shop"
          @pick=${({ detail }: CustomEvent<ProductFacts>) => this.#goTo(detail.id)}
        ></sp-product-search>
        <button class="basket" @click=${() => patchUrl({ basket: 'open' })}>
          Basket <span class="count">${count}</span>
        </button>
      </header>
      <main @click=${this.#click}>
        ${
          this._product === undefined
            ? this.#without()
            : html`<shop-product .product=${this._product} @shop-add=${this.#addOwn}></shop-product>`
        }
        ${
          id === undefined
            ? nothing
            : html`<bought-together
                product=${id}
                placement="product-page"
                limit="6"
                timeout-ms="10000"
                href="/ui/shop/?product={id}"
                images=${switches.images}
                events=${switches.events}
                locale=${locale}
              ></bought-together>`
        }
        ${otherProducts(this._product ? 'More of this kind' : 'Ordered most', this._others)}
      </main>
      <shop-developer
        product=${id ?? ''}
        locale=${locale}
        look=${lookOf(params.get('look'))}
        .entries=${this._entries}
        .canSend=${events}
        @shop-choose=${({ detail }: CustomEvent<Record<string, string>>) => patchUrl(detail, { replace: true })}
      ></shop-developer>
      <shop-drawer
        .lines=${this._lines}
        ?open=${params.get('basket') === 'open'}
        images=${switches.images}
        events=${switches.events}
        locale=${locale}
        @shop-close=${() => patchUrl({ basket: null })}
        @shop-quantity=${({ detail }: CustomEvent<{ id: string; quantity: number }>) =>
          this.#set(withQuantity(this._lines, detail.id, detail.quantity))}
      ></shop-drawer>
    `;
  }

  #without() {
    if (this._error === undefined) return html`<p class="muted wait" role="status">One moment…</p>`;
    return html`<h1>This product is not here</h1>
      <p>${this._error}</p>
      <p>Search for another one above, or take one of those that are ordered most.</p>`;
  }
}
customElements.define('shop-app', ShopApp);

function styles() {
  return css`
    :host {
      --accent: light-dark(#0b6b50, #5fd0a8);
      --accent-soft: light-dark(#e2f2ec, #17332a);
      --accent-text: light-dark(#ffffff, #06231a);
      --surface: light-dark(#fafaf7, #121514);
      --surface-2: light-dark(#ffffff, #1b201e);
      --surface-3: light-dark(#eff1ec, #262d2a);
      min-height: 100vh; padding: 0 max(16px, calc((100% - 1120px) / 2)); background: var(--surface); font-size: 15px;
    }
    header { display: flex; align-items: center; gap: 24px; padding: 16px 0; border-bottom: 1px solid var(--line); }
    .name { color: var(--accent); font-size: 24px; font-weight: 750; letter-spacing: -0.02em; text-decoration: none; }
    sp-product-search { flex: 1; max-width: 520px; }
    .basket { min-height: 40px; margin-inline-start: auto; border-radius: 999px; white-space: nowrap; }
    .count {
      min-width: 22px; padding: 0 6px; border-radius: 999px; background: var(--accent); color: var(--accent-text); font-size: 13px; line-height: 22px;
    }
    main { display: grid; gap: 32px; padding: 20px 0 40px; }
    main > * { min-width: 0; }
    .wait { min-height: 440px; }
    .others h2 { margin-bottom: 8px; font-size: 18px; }
    .others ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(120px, 1fr)); gap: 16px; }
    .others a { display: grid; gap: 4px; color: inherit; font-size: 13px; text-decoration: none; }
    .others a:hover span:first-of-type { text-decoration: underline; }
    .others img { width: 100%; height: auto; aspect-ratio: 1; border-radius: 10px; background: var(--surface-2); object-fit: contain; }
    @media (max-width: 640px) {
      header { flex-wrap: wrap; gap: 8px 16px; }
      sp-product-search { order: 1; flex-basis: 100%; max-width: none; }
      .others ul { grid-template-columns: repeat(auto-fill, minmax(96px, 1fr)); }
    }
  `;
}
