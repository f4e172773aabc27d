// The figures of a pair of lists, in words where words do.

import { css, html, LitElement, nothing } from 'lit';
import type { Outcome, RecommendAnswer } from 'sepet/client';
import { formatNumber, formatShare } from '../../kit/money.ts';
import { base, tables } from '../../kit/styles.ts';
import type { Pair } from './answers.ts';
import { figuresOf, type ListFigures, listFigures, pairWords } from './moves.ts';
import type { Column } from './sides.ts';
import { columnNames } from './words.ts';

const isAnswer = (outcome: Outcome): outcome is RecommendAnswer => 'items' in outcome;

export class CmpFigures extends LitElement {
  static override properties = {
    pair: { attribute: false },
    price: { attribute: false },
    isBlind: { attribute: false },
    isSwapped: { attribute: false },
  };
  static override styles = [
    base,
    tables,
    css`
      :host { display: grid; gap: var(--space-2); }
      th, td { padding: 3px 0 3px 8px; }
      th:first-child { padding-left: 0; }
      thead th { font-weight: 600; text-align: right; }
      tbody th { font-weight: 400; }
      td { text-align: right; white-space: nowrap; }
      .bar { display: flex; height: 6px; overflow: hidden; border-radius: 3px; background: var(--surface-3); }
      .bar i { background: var(--accent); }
    `,
  ];
  declare pair: Pair | undefined;
  /** Of the product that was asked for. */
  declare price: number | undefined;
  declare isBlind: boolean;
  declare isSwapped: boolean;

  override render() {
    const { pair } = this;
    if (pair === undefined || !isAnswer(pair.a) || !isAnswer(pair.b)) return nothing;
    const both = figuresOf(pair.a.items, pair.b.items);
    const of = { a: listFigures(pair.a, this.price), b: listFigures(pair.b, this.price) };
    const order: readonly Column[] = this.isSwapped ? ['b', 'a'] : ['a', 'b'];
    const heads = this.isBlind ? ['Left', 'Right'] : order.map((column) => columnNames[column]);
    const { shared, k, fresh, gone, moved, rankBiasedOverlap } = both;
    const turned = this.isBlind
      ? `${moved} elsewhere`
      : [fresh > 0 && `${fresh} new`, gone > 0 && `${gone} gone`, moved > 0 && `${moved} moved`]
          .filter((word) => word !== false)
          .join(', ');
    return html`
      <p><strong>${pairWords(both)}</strong>${turned === '' ? nothing : html`<span class="muted">: ${turned}</span>`}</p>
      <div class="bar" aria-hidden="true"><i .style=${`width: ${100 * both.overlap}%`}></i></div>
      <p class="muted small">
        <span data-figure="overlap">${shared} of ${k}</span> in both ·
        <span title="Rank-biased overlap: 1 is the same list, 0 nothing in common; first places count most">
          rank overlap <span data-figure="rbo">${formatNumber(rankBiasedOverlap, 2)}</span> of 1
        </span>
      </p>
      <table>
        <thead>
          <tr><th><span class="visually-hidden">Figure</span></th>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr>
        </thead>
        <tbody>
          ${this.#row('Places filled', order, of, ({ returned, wanted }) => `${returned} of ${wanted}`)}
          ${this.#row('From fallback lists', order, of, ({ fallbackShare }) => formatShare(fallbackShare))}
          ${this.#row('Median price', order, of, ({ priceRatio }) =>
            priceRatio === undefined ? 'not known' : `${formatNumber(priceRatio, 2)} ×`,
          )}
        </tbody>
      </table>
      <p class="muted small">The median price is told as a multiple of this product’s own.</p>
    `;
  }

  #row(
    name: string,
    order: readonly Column[],
    of: Readonly<Record<Column, ListFigures>>,
    say: (figures: ListFigures) => string,
  ) {
    return html`<tr>
      <th scope="row">${name}</th>
      ${order.map((column) => html`<td data-column=${this.isBlind ? nothing : column}>${say(of[column])}</td>`)}
    </tr>`;
  }
}
customElements.define('cmp-figures', CmpFigures);
