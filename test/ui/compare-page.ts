// What the tests of the compare page share: opening it as somebody, and reading what stands on it.

import type { Page } from 'playwright-core';
import type { Opened, OpenOptions, Pages, Shop } from './browser.ts';

export interface Answer {
  readonly items: readonly { readonly id: string; readonly price?: number }[];
  readonly filled: { readonly wanted: number; readonly returned: number; readonly missing: number };
}

/** Asks the server itself. */
export async function ask<T>(shop: Shop, path: string, body?: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const request = body && { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fetch(shop.at(path), request);
  return (await response.json()) as T;
}

export const listOf = (shop: Shop, label: string, product: string, more: object = {}): Promise<Answer> =>
  ask(shop, `/v1/labels/${label}/bought-together`, { product, fields: ['price'], ...more });

/** The most ordered products, as the walk has them where nothing else is chosen. */
export async function popularOf(shop: Shop): Promise<readonly string[]> {
  const { products } = await ask<{ products: { id: string }[] }>(shop, '/v1/products?limit=50');
  return products.map(({ id }) => id);
}

/** Opens a page as somebody who has said who they are. */
export async function openAs(
  who: string,
  pages: Pages,
  url: string,
  options: OpenOptions = {},
): Promise<Opened> {
  const opened = await pages.open(new URL('/ui/config.json', url).href, options);
  await opened.page.evaluate((name) => localStorage.setItem('sepet-who', name), who);
  await opened.page.goto(url);
  return opened;
}

/** Waits until a product is shown with its own lists. */
export const shows = async (page: Page, product: string | undefined): Promise<void> =>
  page.locator(`.work[data-product="${product}"][aria-busy="false"]`).waitFor();

export interface Mark {
  readonly id: string | undefined;
  readonly mark: string | undefined;
  readonly text: string;
}

/** What stands in a column: each item's id, its mark, and the mark's words. */
export const marksOf = (page: Page, column: string): Promise<Mark[]> =>
  page.locator(`cmp-lists section[aria-label="${column}"] li.item`).evaluateAll((items) =>
    items.map((item) => {
      const { id, mark } = (item as HTMLElement).dataset;
      return { id, mark, text: item.querySelector('.mark .visually-hidden')?.textContent ?? '' };
    }),
  );

/** What an item should be marked as, by the list of the other side. */
export function markOf(id: string, at: number, other: Answer, alone: 'new' | 'gone'): Mark {
  const there = other.items.findIndex((item) => item.id === id);
  if (there < 0)
    return {
      ...{ id, mark: alone },
      text: alone === 'new' ? 'New: not in the list as it is now' : 'Gone: not in the proposed list',
    };
  if (there === at) return { id, mark: 'kept', text: 'In the same place in both lists' };
  const isUp = alone === 'new' ? at < there : there < at;
  const far = Math.abs(at - there);
  const whence = alone === 'new' ? 'from' : 'to';
  const text = `${isUp ? 'Up' : 'Down'} ${far} ${far === 1 ? 'place' : 'places'}, ${whence} ${there + 1}`;
  return { id, mark: isUp ? 'up' : 'down', text };
}
