// The list as cards, in its order. Arrow keys walk them; Enter looks at one, w says why it is there.

import { html, LitElement, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { RecommendAnswer, RecommendItem } from 'sepet/client';
import '../../kit/product-card.ts';
import { formatNumber } from '../../kit/money.ts';
import { base, buttons, cards } from '../../kit/styles.ts';
import { patchedSearch } from '../../kit/url-state.ts';
import { type Places, placesOf, slide } from './flip.ts';
import { resultSheet } from './result-styles.ts';
import { sourceWords, whyOf } from './why.ts';

export class TryResults extends LitElement {
  static override properties = {
    answer: { attribute: false },
    written: { attribute: false },
    titles: { attribute: false },
    _open: { state: true },
    _at: { state: true },
  };
  static override styles = [base, buttons, cards, resultSheet];
  declare answer: RecommendAnswer | undefined;
  /** Places in the list of the policy as it is written; undefined where nothing is changed. */
  declare written: ReadonlyMap<string, number> | undefined;
  /** Of the basket's products. */
  declare titles: ReadonlyMap<string, string>;
  declare _open: ReadonlySet<string>;
  /** The card that Tab reaches. */
  declare _at: number;
  #places: Places = new Map();

  constructor() {
    super();
    this.titles = new Map();
    this._open = new Set();
    this._at = 0;
  }

  get #cards(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('ol > li')];
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has('answer')) return;
    this.#places = placesOf(this.#cards);
    this._at = Math.min(this._at, Math.max(0, (this.answer?.items.length ?? 1) - 1));
  }

  protected override updated(changed: Map<string, unknown>): void {
    if (changed.has('answer')) slide(this.#cards, this.#places);
  }

  /** How many cards stand beside each other. */
  get #columns(): number {
    const [first, ...others] = this.#cards.map((card) => card.offsetTop);
    const next = others.findIndex((top) => top !== first);
    return next < 0 ? others.length + 1 : next + 1;
  }

  #key(event: KeyboardEvent, item: RecommendItem, at: number): void {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const steps: Record<string, number> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: this.#columns,
      ArrowUp: -this.#columns,
    };
    const step = steps[event.key];
    const isCard = event.target === event.currentTarget;
    if (step !== undefined) this.#walk(event, at + step);
    else if (event.key === 'Home') this.#walk(event, 0);
    else if (event.key === 'End') this.#walk(event, this.#cards.length - 1);
    else if (event.key === 'w') this.#toggle(item.id);
    else if (event.key === 'Enter' && isCard) this.#send('look', item.id);
    else if (event.key === '+') this.#send('add', item.id);
  }

  #walk(event: Event, to: number): void {
    const card = this.#cards[to];
    event.preventDefault();
    if (card === undefined) return;
    this._at = to;
    card.focus();
  }

  #toggle(id: string): void {
    const open = new Set(this._open);
    if (!open.delete(id)) open.add(id);
    this._open = open;
  }

  #send(type: 'look' | 'add', id: string): void {
    this.dispatchEvent(new CustomEvent(type, { detail: id, bubbles: true, composed: true }));
  }

  override render() {
    const items = this.answer?.items ?? [];
    return html`<ol class="grid" aria-label="Recommendations, best first">
      ${repeat(
        items,
        ({ id }) => id,
        (item, at) => this.#renderItem(item, at),
      )}
    </ol>
    ${
      items.length === 0
        ? nothing
        : html`<p class="small muted keys">
            Keys: <kbd>/</kbd> search, arrows walk the cards, <kbd>Enter</kbd> looks at one, <kbd>w</kbd> why, <kbd>+</kbd> into the basket
          </p>`
    }`;
  }

  #renderItem(item: RecommendItem, at: number) {
    const { id, title = id, source, score } = item;
    const isOpen = this._open.has(id);
    const why = this.answer?.explain?.items.find((one) => one.id === id);
    return html`<li
      data-id=${id}
      tabindex=${at === this._at ? 0 : -1}
      aria-label=${`${at + 1}. ${title}`}
      aria-keyshortcuts="Enter w"
      @focus=${() => {
        this._at = at;
      }}
      @keydown=${(event: KeyboardEvent) => this.#key(event, item, at)}
    >
      <sp-product-card .item=${item} badge=${at + 1} href=${`/ui/try${patchedSearch({ product: id })}`}>
        <span slot="marks">${this.#renderMark(id, at + 1)}</span>
        <div slot="more" class="more">
          <div class="row spread foot">
            <span class="small muted" title=${`Score, from ${sourceWords[source] ?? source}`}>
              ${formatNumber(score, 2)} · ${sourceWords[source] ?? source}
            </span>
            <span class="row acts">
              <button class="plain small" title="Add to the basket (+)" aria-label=${`Add ${title} to the basket`} @click=${() => this.#send('add', id)}>+</button>
              <button class="plain small why-button" aria-expanded=${isOpen} aria-label=${`Why ${title}`} @click=${() => this.#toggle(id)}>Why</button>
            </span>
          </div>
          ${isOpen && why !== undefined && this.answer ? whyOf(why, this.answer, this.titles) : nothing}
        </div>
      </sp-product-card>
    </li>`;
  }

  /** Against the list of the policy as it is written. */
  #renderMark(id: string, place: number) {
    if (this.written === undefined) return nothing;
    const before = this.written.get(id);
    if (before === undefined) return html`<span class="chip accent mark">new</span>`;
    if (before === place) return nothing;
    const isUp = place < before;
    return html`<span class=${`chip mark ${isUp ? 'good' : 'warn'}`} title=${`Place ${before} by the policy as it is`}>
      <span aria-hidden="true">${isUp ? '↑' : '↓'}${Math.abs(before - place)}</span>
      <span class="visually-hidden">${isUp ? 'up' : 'down'} from place ${before}</span>
    </span>`;
  }
}
customElements.define('try-results', TryResults);
