// The products whose lists change most, each with both lists.

import { html, nothing, type TemplateResult } from 'lit';
import { formatNumber, formatShare } from '../../kit/money.ts';
import type { Impact, ListChange } from './impact.ts';

export interface Links {
  /** Undefined where no request can be answered as by the draft. */
  readonly compare: string | undefined;
  readonly try: string;
}

const shown = 12;

export function changedLists(
  impact: Impact,
  linksOf: (product: string) => Links | undefined,
): TemplateResult {
  if (impact.lists.length === 0) return html``;
  const more = impact.lists.length - shown;
  return html`<section class="lists" aria-labelledby="most">
    <h3 id="most">Products that change most</h3>
    ${impact.lists.slice(0, shown).map((list) => changedList(list, linksOf(list.product.id)))}
    ${more > 0 ? html`<p class="small muted">And ${formatNumber(more)} more.</p>` : nothing}
  </section>`;
}

function changedList(
  { product, before, after, overlap }: ListChange,
  links: Links | undefined,
): TemplateResult {
  const old = new Set(before.map(({ id }) => id));
  const fresh = new Set(after.map(({ id }) => id));
  const added = after.filter(({ id }) => !old.has(id)).length;
  const what =
    added === 0 && before.length === after.length
      ? 'another order'
      : `${added} new, ${before.filter(({ id }) => !fresh.has(id)).length} gone`;
  return html`<details class="list" data-product=${product.id}>
    <summary>
      <b>${product.title ?? product.id}</b>
      <span class="small muted">${product.id} · ${what} · ${formatShare(overlap)} stay</span>
    </summary>
    <div class="pair">
      ${column('Served', before, fresh, 'gone', 'bad')} ${column('Draft', after, old, 'new', 'good')}
    </div>
    <p class="small row">
      ${links === undefined ? nothing : html`<a href=${links.try}>Open in Try</a>`}
      ${links?.compare === undefined ? nothing : html`<a href=${links.compare}>Open in Compare</a>`}
    </p>
  </details>`;
}

const column = (
  title: string,
  items: ListChange['before'],
  others: ReadonlySet<string>,
  word: string,
  tone: string,
): TemplateResult => html`<div>
  <h4 class="small muted">${title}</h4>
  ${items.length === 0 ? html`<p class="small muted">No items.</p>` : nothing}
  <ol>
    ${items.map(
      ({ id, title: name }, index) => html`<li>
        <span>${index + 1}</span><span>${name ?? id} ${others.has(id) ? nothing : html`<b class=${tone}>${word}</b>`}</span>
      </li>`,
    )}
  </ol>
</div>`;
