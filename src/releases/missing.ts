// Which products one catalogue has and another lacks, by id.

import type { Catalog } from '../catalog/catalog.ts';

const named = 3;

/** How many products of `old` are not in `now`, with the titles or ids of some. */
export function productsGone(
  old: Catalog,
  now: Catalog,
  most: number = named,
): { readonly gone: number; readonly examples: readonly string[] } {
  const examples: string[] = [];
  let gone = 0;
  for (let row = 0; row < old.products; row++) {
    const id = old.ids.id(row);
    if (now.ids.row(id) >= 0) continue;
    if (gone++ < most) examples.push(titled(old, row));
  }
  return { gone, examples };
}

/** `P7 (Blue lamp)`, or the id alone. */
export function titled(catalog: Catalog, row: number): string {
  const title = catalog.titles.at(row);
  const id = catalog.ids.id(row);
  return title === '' ? id : `${id} (${title})`;
}
