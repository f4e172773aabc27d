// The shopper's basket: kept in the tab, and gone with it.

import { priceText } from '../widget/words.ts';

export interface Line {
  readonly id: string;
  readonly title: string;
  /** Minor units. */
  readonly price?: number;
  readonly currency?: string;
  /** A whole address. */
  readonly image?: string;
  readonly quantity: number;
}

export type Lines = readonly Line[];

const key = 'sepet-shop-basket';

export function savedLines(): Lines {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? '[]') as Line[];
  } catch {
    return [];
  }
}

export function saveLines(lines: Lines): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(lines));
  } catch {
    // A tab that keeps nothing has a basket until it is left.
  }
}

/** One more of each; new ones stand last. */
export function withAdded(lines: Lines, added: readonly Omit<Line, 'quantity'>[]): Lines {
  const by = new Map(lines.map((line) => [line.id, line]));
  for (const { id, title, price, currency, image } of added) {
    const quantity = (by.get(id)?.quantity ?? 0) + 1;
    by.set(id, {
      ...{ id, title, quantity },
      ...(price !== undefined && { price }),
      ...(currency !== undefined && { currency }),
      ...(image !== undefined && { image }),
    });
  }
  return [...by.values()];
}

/** So many of one; none takes it out. */
export const withQuantity = (lines: Lines, id: string, quantity: number): Lines =>
  lines.flatMap((line) => (line.id !== id ? [line] : quantity < 1 ? [] : [{ ...line, quantity }]));

export const countOf = (lines: Lines): number => lines.reduce((sum, { quantity }) => sum + quantity, 0);

export const totalOf = (lines: Lines): number =>
  lines.reduce((sum, { price = 0, quantity }) => sum + price * quantity, 0);

/** A price as this shop writes it; nothing where it has none. */
export const priceOf = (minor: number | undefined, currency: string | undefined): string =>
  minor === undefined ? '' : priceText(minor, currency, 'en');
