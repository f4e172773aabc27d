// Where one is in a sample, and where one goes from there.

export interface Walk {
  readonly products: readonly string[];
  /** The product that is shown, of the sample or not. */
  readonly product: string | undefined;
}

/** From 0; -1 for a product that is not in the sample. */
export const indexOf = ({ products, product }: Walk): number =>
  product === undefined ? -1 : products.indexOf(product);

/** The product so many steps on, or undefined at an end. From outside of the sample it begins at its first. */
export function stepped(walk: Walk, by: number): string | undefined {
  const index = indexOf(walk);
  return index < 0 ? walk.products[0] : walk.products[index + by];
}

/** The next product without a verdict, round to those passed over before; undefined where all have one. */
export function nextUnjudged(walk: Walk, isJudged: (product: string) => boolean): string | undefined {
  const start = indexOf(walk) + 1;
  const round = [...walk.products.slice(start), ...walk.products.slice(0, start)];
  return round.find((product) => product !== walk.product && !isJudged(product));
}

/** Those that are likely to be looked at next, nearest first. */
export function upcoming(walk: Walk, isJudged: (product: string) => boolean, count = 3): readonly string[] {
  const near = [nextUnjudged(walk, isJudged), stepped(walk, 1), stepped(walk, 2), stepped(walk, -1)];
  return [
    ...new Set(
      near.filter((product): product is string => product !== undefined && product !== walk.product),
    ),
  ].slice(0, count);
}

/**
 * Whether the columns change places for a product, where sides are not named: by seed and id, so that they do not change when
 * the page is loaded again, and about as often one way as the other.
 */
export function isSwapped(product: string, seed: number): boolean {
  let hash = 0x811c9dc5 ^ seed;
  for (let index = 0; index < product.length; index++)
    hash = Math.imul(hash ^ product.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return ((hash ^ (hash >>> 16)) & 1) === 1;
}
