// Where pictures come from: the server says so in its configuration.

import { configNow } from './api.ts';

/** A product's picture, or undefined where it has none or the server serves none. */
export function imageUrl(product: { readonly image?: string }): string | undefined {
  const { image } = product;
  if (image === undefined || image === '') return undefined;
  if (/^https?:\/\//.test(image)) return image;
  const from = configNow().images;
  return from === null ? undefined : `${from}${image.replace(/^\/+/, '')}`;
}
