// <bought-together>: what is bought together with a product, or with a basket, on a shop's page. Until there is something to
// show it takes no room, and where nothing comes in time it never does; docs/widget.md describes it for shops.

import { LitElement, nothing } from 'lit';
import type { GivenEvent, RecommendAnswer } from 'sepet/client';
import { type Asked, ask, NoList } from './ask.ts';
import { isUnwanted, send, sessionId } from './report.ts';
import { watch } from './seen.ts';
import {
  type AddDetail,
  type EmptyDetail,
  type ItemDetail,
  itemsOf,
  listDetail,
  type RenderedDetail,
  type Shown,
  type ShownItem,
  sumOf,
} from './shown.ts';
import { styles } from './styles.ts';
import { listView } from './view.ts';
import { usableLocale, type Words, wordsOf } from './words.ts';

/** Of the module: addresses of the server begin one folder above /ui/widget.js. */
const ownAddress = import.meta.url;
const usualTimeoutMs = 1000;
/** For how long the button says that it is done. */
const addedMs = 2500;

const text = { type: String };
const inner = { state: true };

const listOf = (given: string | null | undefined): string[] =>
  (given ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

export class BoughtTogether extends LitElement {
  static override styles = styles;
  static override properties = {
    ...{ product: text, endpoint: text, limit: text, policy: text, placement: text, exclude: text },
    ...{ fallback: { type: Boolean }, timeoutMs: { type: Number, attribute: 'timeout-ms' } },
    ...{ locale: text, heading: text, headingLevel: { type: Number, attribute: 'heading-level' } },
    ...{ href: text, images: text, events: text, words: { type: Object } },
    ...{ channel: text, visitor: text, experiment: text, session: text, user: text },
    ...{ products: { attribute: false }, state: { reflect: true }, chosen: inner, isAdded: inner },
  };

  declare product: string | null | undefined;
  declare endpoint: string | null | undefined;
  declare limit: string | null | undefined;
  declare policy: string | null | undefined;
  declare placement: string | null | undefined;
  declare exclude: string | null | undefined;
  declare fallback: boolean;
  declare timeoutMs: number | null | undefined;
  declare locale: string | null | undefined;
  declare heading: string | null | undefined;
  declare headingLevel: number | null | undefined;
  declare href: string | null | undefined;
  declare images: string | null | undefined;
  declare events: string | null | undefined;
  declare channel: string | null | undefined;
  declare visitor: string | null | undefined;
  declare experiment: string | null | undefined;
  declare session: string | null | undefined;
  declare user: string | null | undefined;
  /** In place of the language's own words. */
  declare words: Partial<Words> | null | undefined;
  /** In place of `product`, for ids with commas. */
  declare products: readonly string[] | undefined;
  /** What it is at: written by the widget, for the page's style sheet and scripts. */
  declare state: 'loading' | 'ready' | 'empty';
  declare private chosen: ReadonlySet<string>;
  declare private isAdded: boolean;

  #shown: Shown | undefined;
  /** What the list was asked by: another one is asked for where it changes. */
  #key = '';
  #asking: AbortController | undefined;
  #watched: Shown | undefined;
  /** Positions of the list that count as seen: once, wherever in the page it goes. */
  readonly #seen = new Set<number>();
  #unwatch = (): void => {};

  constructor() {
    super();
    this.state = 'empty';
    this.chosen = new Set();
    this.isAdded = false;
  }

  /** The answer that is shown. */
  get answer(): RecommendAnswer | undefined {
    return this.#shown?.answer;
  }

  /** Asks again. */
  reload(): void {
    this.#key = '';
    this.requestUpdate();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // What was under way is asked for again should the element come back.
    if (this.#asking !== undefined) this.#key = '';
    this.#asking?.abort();
    this.#unwatch();
    this.#watched = undefined;
  }

  protected override updated(): void {
    if (!this.isConnected) return;
    const asked = this.#asked();
    const key = JSON.stringify(asked);
    if (key !== this.#key) {
      this.#key = key;
      void this.#load(asked);
    }
    const shown = this.#shown;
    if (shown !== undefined && shown !== this.#watched) this.#watch(shown);
  }

  protected override render(): unknown {
    const shown = this.#shown;
    if (shown === undefined) return nothing;
    const locale = usableLocale(
      this.locale,
      this.closest<HTMLElement>('[lang]')?.lang,
      document.documentElement.lang,
      navigator.language,
    );
    const words = { ...wordsOf(locale), ...this.words };
    return listView({
      key: shown.answer.recommendation,
      items: this.#items(shown),
      chosen: this.chosen,
      isAdded: this.isAdded,
      words: { ...words, heading: this.heading ?? words.heading },
      locale,
      headingLevel: this.headingLevel ?? 2,
      onChoose: ({ id }) => {
        const chosen = new Set(this.chosen);
        if (!chosen.delete(id)) chosen.add(id);
        this.chosen = chosen;
      },
      onOpen: (item, event) => this.#open(shown, item, event),
      onAdd: () => this.#add(shown),
    });
  }

  /** '' where it is no address. */
  #endpoint(): string {
    const { endpoint } = this;
    try {
      const { href } = endpoint ? new URL(endpoint, document.baseURI) : new URL('..', ownAddress);
      return href.replace(/\/+$/, '');
    } catch {
      return '';
    }
  }

  #asked(): Asked {
    const { limit, policy, placement, channel, visitor, exclude, fallback, timeoutMs } = this;
    return {
      endpoint: this.#endpoint(),
      products: this.products ?? listOf(this.product),
      timeoutMs: timeoutMs && timeoutMs > 0 ? timeoutMs : usualTimeoutMs,
      options: {
        ...{ limit: limit ?? '', policy: policy ?? '', placement: placement ?? '' },
        ...{ channel: channel ?? '', visitor: isUnwanted() ? '' : (visitor ?? '') },
        ...{ exclude: listOf(exclude), fallback: fallback ? '1' : '' },
      },
    };
  }

  #items({ answer, asked }: Shown): readonly ShownItem[] {
    const images = this.images ?? `${asked.endpoint}/ui/media/`;
    return itemsOf(answer, { href: this.href, images });
  }

  async #load(asked: Asked): Promise<void> {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    const { products } = asked;
    try {
      if (products.length === 0) {
        this.#show(undefined);
        return;
      }
      if (this.#shown === undefined) this.state = 'loading';
      const answer = await ask(asked, asking.signal);
      const shown = { answer, asked };
      this.#show(shown);
      await this.updateComplete;
      const detail: RenderedDetail = { ...listDetail(shown), items: this.#items(shown) };
      this.#tell('sepet-rendered', detail);
    } catch (error) {
      if (asking.signal.aborted) return;
      this.#show(undefined);
      const reason = error instanceof NoList ? error.reason : 'invalid';
      console.debug(`<bought-together> shows nothing: ${reason}`, error);
      this.#tell('sepet-empty', { products, reason } satisfies EmptyDetail);
    } finally {
      if (this.#asking === asking) this.#asking = undefined;
    }
  }

  #show(shown: Shown | undefined): void {
    const buyable = shown?.answer.items.filter(({ inStock }) => inStock !== false) ?? [];
    this.#unwatch();
    this.#seen.clear();
    this.#shown = shown;
    this.chosen = new Set(buyable.map(({ id }) => id));
    this.isAdded = false;
    this.state = shown === undefined ? 'empty' : 'ready';
  }

  /** Returns whether nobody objected. */
  #tell(type: string, detail: object, cancelable = false): boolean {
    return this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true, cancelable }));
  }

  #watch(shown: Shown): void {
    this.#watched = shown;
    const items = this.#items(shown);
    const cards = [...this.renderRoot.querySelectorAll('li')];
    const unseen = cards.filter((_, i) => !this.#seen.has(i + 1));
    this.#unwatch = watch(unseen, (now) => {
      const seen = items.filter(({ position }) => now.includes(cards[position - 1] as Element));
      for (const { position } of seen) this.#seen.add(position);
      this.#report(shown, 'impression', seen);
    });
  }

  #open(shown: Shown, item: ShownItem, event: Event): void {
    this.#report(shown, 'click', [item]);
    const detail: ItemDetail = { ...listDetail(shown), item };
    if (!this.#tell('sepet-item', detail, true)) event.preventDefault();
  }

  #add(shown: Shown): void {
    const items = this.#items(shown).filter(({ id }) => this.chosen.has(id));
    const detail: AddDetail = { ...listDetail(shown), items, ...sumOf(items) };
    if (!this.#tell('sepet-add', detail, true)) return;
    this.#report(shown, 'cart', items);
    this.isAdded = true;
    setTimeout(() => {
      this.isAdded = false;
    }, addedMs);
  }

  #report({ answer, asked }: Shown, type: GivenEvent['type'], items: readonly ShownItem[]): void {
    if (this.events === 'off' || isUnwanted()) return;
    const { products, endpoint } = asked;
    const { placement, channel } = this;
    const experiment = this.experiment || answer.experiment;
    const user = this.user || this.visitor;
    send(endpoint, {
      type,
      recommendation: answer.recommendation,
      ...(products.length === 1 && { product: products[0] }),
      policy: answer.policy,
      artifact: answer.artifact,
      ...(placement && { placement }),
      ...(channel && { channel }),
      ...(experiment && { experiment }),
      session: this.session || sessionId(),
      ...(user && { user }),
      items: items.map(({ id, position, price }) => ({
        ...{ id, position },
        ...(type === 'cart' && { quantity: 1, ...(price !== undefined && { priceMinor: price }) }),
      })),
      ...(type === 'cart' && items[0]?.currency !== undefined && { currency: items[0].currency }),
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'bought-together': BoughtTogether;
  }
  interface HTMLElementEventMap {
    'sepet-rendered': CustomEvent<RenderedDetail>;
    'sepet-item': CustomEvent<ItemDetail>;
    'sepet-add': CustomEvent<AddDetail>;
    'sepet-empty': CustomEvent<EmptyDetail>;
  }
}

// A page may load it twice, from two places.
if (customElements.get('bought-together') === undefined)
  customElements.define('bought-together', BoughtTogether);
