// A list as the page has it, and what the events of the widget tell of it.

import type { RecommendAnswer } from 'sepet/client';
import type { Asked, EmptyReason } from './ask.ts';

/** One product as it is shown. */
export interface ShownItem {
  readonly id: string;
  /** From 1. */
  readonly position: number;
  readonly title: string;
  /** Minor units. */
  readonly price?: number;
  readonly currency?: string;
  readonly inStock?: boolean;
  /** Whole addresses. */
  readonly image?: string;
  readonly href?: string;
}

/** What every event of the widget tells of its list. */
export interface ListDetail {
  /** The products that were asked for. */
  readonly products: readonly string[];
  /** What the server calls the list. */
  readonly recommendation: string;
  readonly policy: string;
  readonly artifact: string;
}

export type RenderedDetail = ListDetail & { readonly items: readonly ShownItem[] };
export type ItemDetail = ListDetail & { readonly item: ShownItem };
export type AddDetail = RenderedDetail & Partial<Sum>;

export interface EmptyDetail {
  readonly products: readonly string[];
  readonly reason: EmptyReason;
}

/** What items cost together, in minor units. */
export interface Sum {
  readonly total: number;
  readonly currency: string;
}

/** A list on the page, and what it was asked with. */
export interface Shown {
  readonly answer: RecommendAnswer;
  readonly asked: Asked;
}

/** How addresses are made. */
export interface Addresses {
  /** Where `{id}` stands for the product's id. */
  readonly href: string | null | undefined;
  /** What pictures are relative to; '' for no pictures. */
  readonly images: string;
}

function pictureOf(image: string | undefined, base: string): string | undefined {
  try {
    return image && base ? new URL(image, new URL(base, document.baseURI)).href : undefined;
  } catch {
    return undefined;
  }
}

export const itemsOf = ({ items }: RecommendAnswer, { href, images }: Addresses): readonly ShownItem[] =>
  items.map(({ id, title = id, price, currency, inStock, image }, i) => {
    const picture = pictureOf(image, images);
    return {
      ...{ id, position: i + 1, title },
      ...(price !== undefined && { price }),
      ...(currency !== undefined && { currency }),
      ...(inStock !== undefined && { inStock }),
      ...(picture !== undefined && { image: picture }),
      ...(href && { href: href.replaceAll('{id}', encodeURIComponent(id)) }),
    };
  });

/** Undefined where a price is not known, or the currencies differ. */
export function sumOf(items: readonly ShownItem[]): Sum | undefined {
  const currency = items[0]?.currency;
  if (currency === undefined) return undefined;
  let total = 0;
  for (const item of items) {
    if (item.price === undefined || item.currency !== currency) return undefined;
    total += item.price;
  }
  return { total, currency };
}

export const listDetail = ({ answer, asked }: Shown): ListDetail => ({
  products: asked.products,
  recommendation: answer.recommendation,
  policy: answer.policy,
  artifact: answer.artifact,
});
