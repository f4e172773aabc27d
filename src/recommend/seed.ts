// Where a request's lot begins: the same request draws the same on the same day.

import type { RecommendRequest } from './request.ts';

const dayMs = 86_400_000;

/** FNV-1a over UTF-16 units, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

/**
 * The seed for a policy's: of `request`, another one each day (UTC) and for each seed that a request brings; of a number,
 * always the same for a product.
 */
export function lotOf(
  { product, seed }: Pick<RecommendRequest, 'product' | 'seed'>,
  policy: number | 'request',
  nowMs: number,
): number {
  if (policy !== 'request') return hash(`${product}\n${policy}`);
  return hash(`${product}\n${seed ?? ''}\n${Math.floor(nowMs / dayMs)}`);
}
