// What there is to choose from: for whoever writes filters.

import { z } from 'zod';
import { limits } from '../../base/limits.ts';
import type { FacetsRequest } from '../../recommend/recommender.ts';
import { acceptedOf, answer } from '../answering.ts';
import { bounded, readQuery, text } from '../query.ts';
import { type Handler, queryOf, type Route } from './route.ts';

/** What `GET /v1/facets` takes. */
export const facetsQuery = z
  .object({
    q: text(limits.searchText.max).describe('Words of the names, or their beginnings, in any order'),
    limit: bounded('facetsListed').describe(limits.facetsListed.about),
  })
  .partial();

const facets: Handler = (exchange, request, { served: { recommender } }) => {
  const accepted = acceptedOf(exchange, request);
  if (accepted === undefined) return;
  const found = recommender.facets(readQuery(facetsQuery, queryOf(request)) as FacetsRequest);
  answer(exchange, accepted, { ...found, artifact: recommender.info.artifact });
};

export const facetRoutes: readonly Route[] = [{ path: '/v1/facets', methods: { GET: facets } }];
