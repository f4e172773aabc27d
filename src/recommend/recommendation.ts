// What events call the list of an answer. The same list has the same name in every process, so that answers may be cached
// and a click still tells which list it came from.

import { hash } from 'node:crypto';

/** What makes a list, beside the products in it. */
export interface ListOrigin {
  readonly artifact: string;
  /** Revision of the latest delta, 0 for none. */
  readonly deltas: number;
  /** `name@revision`. */
  readonly policy: string;
  /** The products asked for. */
  readonly product: string;
  readonly basket?: readonly string[] | undefined;
}

/** `r_` and the first 64 bits of a SHA-256, in hexadecimal digits. Under a microsecond. */
export function recommendationOf(origin: ListOrigin, items: readonly { readonly id: string }[]): string {
  const { artifact, deltas, policy, product, basket = [] } = origin;
  let text = `${artifact}\n${deltas}\n${policy}\n${JSON.stringify([product, ...basket])}`;
  for (const { id } of items) text += `\n${id}`;
  return `r_${hash('sha256', text).slice(0, 16)}`;
}
