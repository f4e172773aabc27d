// What the controls of rules need to know of the catalogue.

import type { Facets } from 'sepet/client';
import { client } from '../api.ts';
import type { Suggest } from '../inputs/names.ts';

export interface Around {
  readonly facets: Facets | undefined;
  readonly currency: string | undefined;
  /** Completes names of one kind. */
  suggest(kind: 'category' | 'brand'): Suggest;
}

const most = 12;

/** Names of the facets at hand; what is typed is asked of the server. */
export function aroundOf(facets: Facets | undefined): Around {
  const pick = (found: Facets | undefined, kind: 'category' | 'brand') =>
    kind === 'category'
      ? (found?.categories ?? []).map(({ category, products }) => [category, products] as const)
      : (found?.brands ?? []).map(({ brand, products }) => [brand, products] as const);
  return {
    facets,
    currency: facets?.currency ?? undefined,
    suggest: (kind) => async (q) => {
      const text = q.trim();
      if (text === '') return pick(facets, kind).slice(0, most);
      const found = await client.facets({ q: text, limit: most });
      return pick(found, kind);
    },
  };
}
