// One product with both lists, the figures of the pair and the verdict on it.

import { html, nothing } from 'lit';
import type { Outcome, ServedLabel } from 'sepet/client';
import '../../kit/product-card.ts';
import '../../kit/states.ts';
import type { Shown } from './answers.ts';
import type { Desk } from './desk.ts';
import './figures.ts';
import './lists.ts';
import { sideWords, tryHref, verdictSide } from './sides.ts';
import type { Chosen } from './verdict-bar.ts';
import './verdict-bar.ts';
import { verdictOf } from './verdicts.ts';
import { isSame, type View } from './view.ts';
import { isSwapped } from './walk.ts';

export interface ProductParts {
  readonly view: View;
  readonly shown: Shown;
  /** The lists of another product or side are still shown. */
  readonly isStale: boolean;
  readonly labels: readonly ServedLabel[];
  readonly desk: Desk;
  /** Who looks. */
  readonly by: string;
  readonly on: { readonly judge: (chosen: Chosen) => void; readonly undo: () => void };
}

const hasList = (outcome: Outcome): boolean => 'items' in outcome;

export function renderProduct({ view, shown, isStale, labels, desk, by, on }: ProductParts) {
  const { sides, sample, isBlind } = view;
  const { product, pair } = shown;
  const swapped = isBlind && isSwapped(product.id, sample.seed);
  const { verdicts, state, canUndo, refused } = desk;
  const names = { a: sideWords(verdictSide(sides.a, labels)), b: sideWords(verdictSide(sides.b, labels)) };
  const hrefs = { a: tryHref(product.id, sides.a), b: tryHref(product.id, sides.b) };
  const [isListed, isPaired] = [hasList(pair.a) || hasList(pair.b), hasList(pair.a) && hasList(pair.b)];
  return html`<div class=${`work ${isStale ? 'stale' : ''}`} data-product=${product.id} aria-busy=${isStale}>
    <div class="product">
      <h2 class="visually-hidden">${product.title ?? product.id}</h2>
      <sp-product-card wide .product=${product} .href=${hrefs.b}></sp-product-card>
    </div>
    <div class="panel verdict">
      <cmp-verdict-bar
        .product=${product.id}
        .mine=${verdictOf(verdicts, product.id, by)}
        .others=${verdicts.filter((given) => given.product === product.id && given.by !== by)}
        .isBlind=${isBlind}
        .isSwapped=${swapped}
        .canUndo=${canUndo}
        ?disabled=${state === 'off' || isStale || isSame(sides) || !isListed}
        @verdict=${({ detail }: CustomEvent<Chosen>) => on.judge(detail)}
        @undo=${on.undo}
      ></cmp-verdict-bar>
      ${isSame(sides) ? html`<p class="small muted">The same side twice: nothing to judge.</p>` : nothing}
      ${state === 'off' ? html`<p class="small muted">This server keeps no verdicts (see below).</p>` : nothing}
      ${refused === undefined ? nothing : html`<sp-error heading="The verdict was not kept" .error=${refused} final></sp-error>`}
    </div>
    <div class="panel figures" ?hidden=${!isPaired}>
      <cmp-figures .pair=${pair} .price=${product.price} .isBlind=${isBlind} .isSwapped=${swapped}></cmp-figures>
    </div>
    <cmp-lists .pair=${pair} .names=${names} .hrefs=${hrefs} .isBlind=${isBlind} .isSwapped=${swapped}></cmp-lists>
  </div>`;
}
