// What the URL says of the page.

import type { ServedLabel } from 'sepet/client';
import { readSample, type Sample } from './sample.ts';
import { readSides, type Sides, sameSide } from './sides.ts';
import type { Walk } from './walk.ts';

export interface View {
  readonly sides: Sides;
  readonly sample: Sample;
  readonly walk: Walk;
  /** The columns are not named and change places by lot. */
  readonly isBlind: boolean;
}

/** `products` are those drawn so far; the first is shown where the URL names none. */
export function readView(
  params: URLSearchParams,
  labels: readonly ServedLabel[],
  products: readonly string[],
): View {
  return {
    sides: readSides(params, labels),
    sample: readSample(params),
    walk: { products, product: params.get('product') ?? products[0] },
    isBlind: params.get('blind') === '1',
  };
}

/** Whether there is nothing to compare. */
export const isSame = ({ a, b }: Sides): boolean => sameSide(a, b);
