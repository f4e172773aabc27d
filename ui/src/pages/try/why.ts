// Why a product stands where it stands: the parts of its score, what the ranking added, how variety moved it.

import { html, nothing, type TemplateResult } from 'lit';
import type { ExplainedItem, RecommendAnswer } from 'sepet/client';
import { formatNumber, formatSigned } from '../../kit/money.ts';
import type { Candidates } from '../../kit/policy-types.ts';

export const sourceWords: Readonly<Record<string, string>> = {
  embedding: 'vectors',
  cooccurrence: 'bought-with list',
  fallback: 'popularity list',
};

const line = (term: string, value: string, className = '') =>
  html`<div class=${className}><dt>${term}</dt><dd class="number">${value}</dd></div>`;

function placeWords({ before, after, pinned }: ExplainedItem): string {
  if (pinned) return `Pinned to place ${after}.`;
  if (before === undefined || before === after) return `Place ${after}: by its score.`;
  return before > after
    ? `Moved up from place ${before} to ${after}: variety, shares of slots or the order on the page put others behind it.`
    : `Moved down from place ${before} to ${after}: variety, shares of slots, pins or the order on the page put others before it.`;
}

const share = (weight: number | undefined): string => `${formatNumber(100 * (weight ?? 0), 0)} %`;

/** The account of one item. */
export function whyOf(
  item: ExplainedItem,
  { explain }: RecommendAnswer,
  blend: Candidates['blend'],
  titles: ReadonlyMap<string, string>,
): TemplateResult {
  const { inOut, popularity, cooccurrence, blended, boosts = [], total, byProduct = [], source } = item;
  const own = blended ?? total - boosts.reduce((sum, { add }) => sum + add, 0);
  return html`<dl class="why">
    ${inOut === undefined ? nothing : line('Goes with it (vectors)', formatSigned(inOut))}
    ${popularity === undefined ? nothing : line(`Popularity (gamma ${formatNumber(explain?.gamma ?? 0)})`, formatSigned(popularity))}
    ${cooccurrence === undefined ? nothing : line('Bought-with list', formatSigned(cooccurrence))}
    ${blended === undefined ? nothing : line(`Blend: ${share(blend?.embedding)} vectors, ${share(blend?.cooccurrence)} list`, formatNumber(blended, 3), 'sum')}
    ${
      inOut === undefined && blended === undefined
        ? line(
            source === 'fallback' ? 'Popularity list: ln(1 + orders)' : 'Bought-with list',
            formatNumber(own, 3),
          )
        : nothing
    }
    ${boosts.map(({ rule, add }) => line(`Rule ${rule}`, formatSigned(add), add >= 0 ? 'good' : 'bad'))}
    ${line('Score', formatNumber(total, 3), 'sum')}
  </dl>
  ${
    byProduct.length < 2
      ? nothing
      : html`<p class="small muted">By product of the basket</p>
          <dl class="why">${byProduct.map(({ product, score }) => line(titles.get(product) ?? product, formatNumber(score, 3)))}</dl>`
  }
  <p class="small">${placeWords(item)}</p>`;
}
