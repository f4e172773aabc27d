// Why a product stands where it stands: the parts of its score, what the ranking added, how variety moved it.

import { html, nothing, type TemplateResult } from 'lit';
import type { BlendAccount, ExplainedItem, RecommendAnswer } from 'sepet/client';
import { formatNumber, formatSigned } from '../../kit/money.ts';

export const sourceWords: Readonly<Record<string, string>> = {
  embedding: 'vectors',
  cooccurrence: 'bought-with list',
  fm: 'factorization machine',
  similar: 'similar products',
  cold: "neighbours' vectors",
  fallback: 'popularity list',
};

const sentenced = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;

const line = (term: string, value: string, className = '') =>
  html`<div class=${className}><dt>${term}</dt><dd class="number">${value}</dd></div>`;

function placeWords({ before, after, pinned }: ExplainedItem): string {
  if (pinned) return `Pinned to place ${after}.`;
  if (before === undefined || before === after) return `Place ${after}: by its score.`;
  return before > after
    ? `Moved up from place ${before} to ${after}: variety, shares of slots or the order on the page put others behind it.`
    : `Moved down from place ${before} to ${after}: variety, shares of slots, pins or the order on the page put others before it.`;
}

/** What each source adds to a blended score. */
function blendLines({ shares, popularity, offset, sum }: BlendAccount): TemplateResult {
  const added = (term: string, value: number | undefined) =>
    value === undefined ? nothing : line(term, formatSigned(value));
  return html`${shares
    .filter(({ weight }) => weight > 0)
    .map(({ source, score, calibrated, weight }) => {
      const said = score === undefined ? 'does not know it' : `says ${formatNumber(score, 3)}`;
      return line(
        `Blend: ${sourceWords[source] ?? source} ${said}, weight ${formatNumber(weight)}`,
        formatSigned(weight * (calibrated ?? score ?? 0)),
      );
    })}
    ${added('Blend: popularity', popularity)} ${added('Blend: the product asked', offset)}
    ${line('Blended', formatNumber(sum, 3), 'sum')}`;
}

/** The account of one item. */
export function whyOf(
  item: ExplainedItem,
  { explain }: RecommendAnswer,
  titles: ReadonlyMap<string, string>,
): TemplateResult {
  const {
    inOut,
    popularity,
    cooccurrence,
    blended,
    blend,
    boosts = [],
    total,
    byProduct = [],
    source,
  } = item;
  const own = blended ?? total - boosts.reduce((sum, { add }) => sum + add, 0);
  return html`<dl class="why">
    ${inOut === undefined ? nothing : line('Goes with it (vectors)', formatSigned(inOut))}
    ${popularity === undefined ? nothing : line(`Popularity (gamma ${formatNumber(explain?.gamma ?? 0)})`, formatSigned(popularity))}
    ${cooccurrence === undefined ? nothing : line('Bought-with list', formatSigned(cooccurrence))}
    ${blend === undefined ? (blended === undefined ? nothing : line('Blended', formatNumber(blended, 3), 'sum')) : blendLines(blend)}
    ${
      inOut === undefined && blended === undefined
        ? line(
            source === 'fallback'
              ? 'Popularity list: ln(1 + orders)'
              : sentenced(sourceWords[source] ?? source),
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
