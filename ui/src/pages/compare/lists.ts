// The two lists side by side, place by place, with lines from where an item stands in one to where it stands in the other.

import { css, html, LitElement, nothing, svg } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { Outcome, RecommendAnswer } from 'sepet/client';
import '../../kit/states.ts';
import { imageUrl } from '../../kit/images.ts';
import { formatPrice } from '../../kit/money.ts';
import { base, cards } from '../../kit/styles.ts';
import type { Pair } from './answers.ts';
import { type Placed, type Row, rowsOf } from './moves.ts';
import type { Column } from './sides.ts';
import { blindMarkWords, columnNames, markWords } from './words.ts';

const isAnswer = (outcome: Outcome): outcome is RecommendAnswer => 'items' in outcome;
const leafOf = (category: string): string => category.slice(category.lastIndexOf('/') + 1);

export class CmpLists extends LitElement {
  static override properties = {
    pair: { attribute: false },
    names: { attribute: false },
    hrefs: { attribute: false },
    isBlind: { attribute: false },
    isSwapped: { attribute: false },
    _over: { state: true },
  };
  static override styles = [base, cards, listStyles()];
  declare pair: Pair | undefined;
  /** What stands below the head of each column. */
  declare names: Readonly<Record<Column, string>>;
  /** Where each list can be looked into. */
  declare hrefs: Readonly<Record<Column, string>>;
  declare isBlind: boolean;
  declare isSwapped: boolean;
  declare _over: string | undefined;

  override render() {
    const { pair } = this;
    if (pair === undefined) return nothing;
    const items = (column: Column) => {
      const outcome = pair[column];
      return isAnswer(outcome) ? outcome.items : [];
    };
    const rows = rowsOf(items('a'), items('b'));
    const [left, right]: readonly [Column, Column] = this.isSwapped ? ['b', 'a'] : ['a', 'b'];
    return html`
      ${this.#renderColumn(left, rows, pair[left], 'Left')}
      ${this.#renderLines(left, rows)}
      ${this.#renderColumn(right, rows, pair[right], 'Right')}
    `;
  }

  #renderColumn(column: Column, rows: readonly Row[], outcome: Outcome, place: string) {
    const name = this.isBlind ? place : columnNames[column];
    return html`<section aria-label=${name} class="column">
      <h3>
        ${name}
        ${
          this.isBlind
            ? nothing
            : html`<span class="muted small side">${this.names[column]}</span>
                <a class="small why" href=${this.hrefs[column]} title="Look into this list: scores, rules, what was dropped">Why?</a>`
        }
      </h3>
      ${
        isAnswer(outcome)
          ? html`<ol>
              ${rows.map((row) => this.#renderItem(row[column], column))}
              ${this.#renderHoles(outcome)}
            </ol>`
          : html`<sp-error heading="No list" .error=${outcome} final></sp-error>`
      }
    </section>`;
  }

  /** The places that nothing was found for. */
  #renderHoles({ filled }: RecommendAnswer) {
    return Array.from(
      { length: filled.missing },
      (_, index) =>
        html`<li class="hole"><span class="place">${filled.returned + index + 1}</span> Not filled</li>`,
    );
  }

  #renderItem(placed: Placed | undefined, column: Column) {
    if (placed === undefined) return nothing;
    const { item, place, mark } = placed;
    const { id, title = id, brand, category, price, currency, inStock, source } = item;
    const words = this.isBlind ? blindMarkWords(placed) : markWords(placed, column);
    const tone = this.isBlind && placed.other === undefined ? 'only' : this.isBlind ? 'plain' : mark;
    const image = imageUrl(item);
    return html`<li
      class=${`item ${tone} ${this._over === id ? 'over' : ''}`}
      data-id=${id}
      data-mark=${this.isBlind ? nothing : mark}
      @mouseenter=${() => this.#over(id)}
      @mouseleave=${() => this.#over(undefined)}
    >
      <span class="place">${place}</span>
      ${
        image === undefined
          ? html`<span class="picture none" aria-hidden="true">${title.slice(0, 1)}</span>`
          : // A new element, so that no other product's picture stands here until this one is loaded.
            keyed(
              image,
              html`<img class="picture" src=${image} alt="" width="44" height="44" decoding="async" />`,
            )
      }
      <span class="words">
        <a class="title" href=${this.#hrefOf(id)} title=${title}>${title}</a>
        <span class="about small">
          <span class="price">${formatPrice(price, currency)}</span>
          <span class="muted more">${[brand, category && leafOf(category)].filter(Boolean).join(' · ')}</span>
        </span>
      </span>
      <span class="marks">
        <span class="mark" title=${words.full}>
          <span aria-hidden="true">${words.icon} ${words.text}</span>
          <span class="visually-hidden">${words.full}</span>
        </span>
        ${inStock === false ? html`<span class="bad tiny">Out of stock</span>` : nothing}
        ${source === 'fallback' ? html`<span class="warn tiny" title="From the popularity lists, as too few others passed the rules">Fallback</span>` : nothing}
      </span>
    </li>`;
  }

  /** The page of this item, walked from here. */
  #hrefOf(id: string): string {
    const params = new URLSearchParams(location.search);
    params.set('product', id);
    return `/ui/compare?${params}`;
  }

  #over(id: string | undefined): void {
    this._over = id;
  }

  /** A line for each item of both lists; the eye finds what moved by its slope. */
  #renderLines(left: Column, rows: readonly Row[]) {
    const placed = rows.flatMap((row) => row[left] ?? []);
    return html`<svg class="lines" viewBox=${`0 0 10 ${Math.max(rows.length, 1)}`} preserveAspectRatio="none" aria-hidden="true" .style=${`height: calc(var(--row) * ${rows.length})`}>
      ${placed.map(({ item, place, other, mark }) =>
        other === undefined
          ? nothing
          : svg`<path class=${`${this.isBlind ? 'plain' : mark} ${this._over === item.id ? 'over' : ''}`}
              d=${`M0 ${place - 0.5} C5 ${place - 0.5} 5 ${other - 0.5} 10 ${other - 0.5}`} />`,
      )}
    </svg>`;
  }
}
customElements.define('cmp-lists', CmpLists);

function listStyles() {
  return css`
    :host {
      --row: 58px; --head: 28px;
      display: grid; grid-template-columns: minmax(0, 1fr) 44px minmax(0, 1fr); align-items: start;
    }
    h3 { display: flex; align-items: baseline; gap: 8px; height: var(--head); overflow: hidden; white-space: nowrap; }
    .side { min-width: 0; overflow: hidden; text-overflow: ellipsis; font-weight: 400; }
    .why { flex: none; margin-left: auto; font-weight: 400; }
    ol { display: grid; gap: 6px; padding: 3px 0; }
    .item { display: grid; grid-template-columns: 22px 44px minmax(0, 1fr) auto; align-items: center; gap: 8px; }
    .item {
      height: calc(var(--row) - 6px); padding: 0 8px 0 4px; border: 1px solid var(--line); border-left: 3px solid var(--line-strong);
      border-radius: var(--radius); background: var(--surface-2);
    }
    .item.new { border-left-color: var(--good); }
    .item.gone { border-left-color: var(--bad); }
    .item.up, .item.only { border-left-color: var(--accent); }
    .item.down { border-left-color: var(--warn); }
    .item.over { border-color: var(--accent); background: var(--accent-soft); }
    .place { color: var(--text-muted); font-variant-numeric: tabular-nums; text-align: right; }
    .picture { width: 44px; height: 44px; border-radius: 4px; background: #ffffff; object-fit: contain; }
    .none { display: grid; place-items: center; color: #54606f; font-weight: 600; }
    .words { display: grid; min-width: 0; }
    .title, .about { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .title { color: inherit; font-weight: 550; text-decoration: none; }
    .title:hover { text-decoration: underline; }
    .price { font-weight: 600; }
    .marks { display: grid; justify-items: end; gap: 1px; }
    .mark { color: var(--text-muted); font-size: 12.5px; font-weight: 600; white-space: nowrap; }
    .new .mark { padding: 0 8px; border-radius: 10px; background: var(--good-soft); color: var(--good); }
    .gone .mark { padding: 0 8px; border-radius: 10px; background: var(--bad-soft); color: var(--bad); }
    .only .mark { padding: 0 8px; border-radius: 10px; background: var(--accent-soft); color: var(--accent); }
    .up .mark { color: var(--accent); }
    .down .mark { color: var(--warn); }
    .tiny { font-size: 11.5px; line-height: 14px; font-weight: 600; white-space: nowrap; }
    .hole { display: flex; align-items: center; gap: 8px; height: calc(var(--row) - 6px); padding: 0 8px 0 4px; border: 1px dashed var(--warn); border-radius: var(--radius); color: var(--warn); font-size: 12.5px; }
    .hole .place { width: 22px; color: inherit; }
    .lines { width: 100%; margin-top: var(--head); overflow: visible; }
    .lines { grid-row: 1; grid-column: 2; }
    path { fill: none; stroke: var(--line-strong); stroke-width: 1.5px; vector-effect: non-scaling-stroke; opacity: 0.55; }
    path.up { stroke: var(--accent); opacity: 0.9; }
    path.down { stroke: var(--warn); opacity: 0.9; }
    path.over { stroke: var(--accent); stroke-width: 3px; opacity: 1; }
    @media (max-width: 760px) {
      :host { --row: 116px; --head: 44px; grid-template-columns: minmax(0, 1fr) 14px minmax(0, 1fr); }
      h3 { flex-wrap: wrap; gap: 0 8px; line-height: 20px; }
      .side { order: 3; flex-basis: 100%; line-height: 16px; }
      .item { grid-template-columns: 36px minmax(0, 1fr); grid-template-rows: 36px 1fr; gap: 2px 6px; align-items: start; padding: 5px; }
      .item .place { position: absolute; min-width: 16px; padding: 0 3px; border-radius: 8px; background: #18212d; color: #ffffff; font-size: 11px; line-height: 16px; text-align: center; }
      .picture { width: 36px; height: 36px; }
      .marks { grid-area: 1 / 2; }
      .words { grid-column: 1 / 3; }
      .title { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; line-clamp: 2; line-height: 18px; white-space: normal; font-size: 13px; }
      .more { display: none; }
    }
  `;
}
