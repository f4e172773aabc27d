// What is seen of a list: cards in a row, and below them what those that are chosen cost, and the button that adds them.

import { html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { type ShownItem, sumOf } from './shown.ts';
import { directionOf, priceText, type Words } from './words.ts';

export interface View {
  /** Another list is drawn anew. */
  readonly key: string;
  readonly items: readonly ShownItem[];
  readonly chosen: ReadonlySet<string>;
  readonly isAdded: boolean;
  readonly words: Words;
  readonly locale: string;
  readonly headingLevel: number;
  onChoose(item: ShownItem): void;
  onOpen(item: ShownItem, event: Event): void;
  onAdd(): void;
}

const setVisible = (visibility: '' | 'hidden') => (event: Event) => {
  (event.target as HTMLElement).style.visibility = visibility;
};
const onLoad = setVisible('');
const onError = setVisible('hidden');

const price = ({ price, currency }: Pick<ShownItem, 'price' | 'currency'>, { locale }: View) =>
  price === undefined ? nothing : priceText(price, currency, locale);

function link(item: ShownItem, view: View) {
  const { title, image, href } = item;
  const inner = html`${
    image
      ? html`<img part="image" src=${image} alt="" width="160" height="160" loading="lazy" decoding="async" @load=${onLoad} @error=${onError} />`
      : nothing
  }<span part="title">${title}</span>`;
  const open = (event: MouseEvent): void => {
    // Further buttons than the first and the middle one open menus, or nothing.
    if (event.button < 2) view.onOpen(item, event);
  };
  return href === undefined
    ? html`<div part="link">${inner}</div>`
    : html`<a part="link" href=${href} @click=${open} @auxclick=${open}>${inner}</a>`;
}

function card(item: ShownItem, view: View) {
  const { id, title, inStock } = item;
  const { words, chosen } = view;
  const isOut = inStock === false;
  return html`<li part="item" class=${isOut ? 'out' : ''}>
    ${link(item, view)}
    <span part="price">${price(item, view)}</span>
    ${isOut ? html`<span part="stock">${words.outOfStock}</span>` : nothing}
    <input
      part="checkbox"
      type="checkbox"
      aria-label=${words.choose.replace('{title}', title)}
      .checked=${chosen.has(id)}
      ?disabled=${isOut}
      @change=${() => view.onChoose(item)}
    />
  </li>`;
}

function basket(view: View) {
  const { items, chosen, words, isAdded, locale } = view;
  const wanted = items.filter(({ id }) => chosen.has(id));
  const isAll = items.every(({ id, inStock }) => chosen.has(id) || inStock === false);
  const sum = sumOf(wanted);
  const add = isAll ? words.addAll : words.add.replace('{n}', wanted.length.toLocaleString(locale));
  return html`<div part="basket">
    ${
      sum &&
      html`<span part="total">${words.total}<b part="sum">${priceText(sum.total, sum.currency, locale)}</b></span>`
    }
    <button part="button" type="button" ?disabled=${wanted.length === 0} @click=${view.onAdd}>
      ${isAdded ? words.added : add}
    </button>
    <span role="status">${isAdded ? words.added : nothing}</span>
  </div>`;
}

export function listView(view: View) {
  const { items, words, locale, headingLevel } = view;
  const { heading } = words;
  return html`<section lang=${locale} dir=${directionOf(locale)} aria-label=${heading || nothing}>
    ${heading && html`<div part="heading" role="heading" aria-level=${headingLevel}>${heading}</div>`}
    ${keyed(view.key, html`<ul part="items" role="list">${items.map((item) => card(item, view))}</ul>`)}
    ${basket(view)}
  </section>`;
}
