// What the artifact knows: its products, found by title, category and brand, its brands, and itself.

import { z } from 'zod';
import { SepetError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { SearchRequest } from '../../recommend/recommender.ts';
import { parseCombine } from '../../recommend/request-body.ts';
import { acceptedOf, answer } from '../answering.ts';
import { withBody } from '../body.ts';
import { bounded, names, readQuery, text } from '../query.ts';
import { decodeSegment } from '../url.ts';
import { type Handler, queryOf, type Route } from './route.ts';

/** What `GET /v1/products` takes. */
export const productsQuery = z
  .object({
    q: text(limits.searchText.max).describe(
      'Words of the title or their beginnings, in any order; case and accents are no matter',
    ),
    category: names('filterNames').describe('Only this category and what is below it'),
    brand: names('filterNames').describe('Only this brand'),
    limit: bounded('productsListed').describe(limits.productsListed.about),
    offset: bounded('searchOffset').describe(limits.searchOffset.about),
  })
  .partial();

/** What `GET /v1/brands/{brand}/similar` takes. */
export const similarQuery = z
  .object({ limit: bounded('brandsListed').describe(limits.brandsListed.about) })
  .partial();

const products: Handler = (exchange, request, { served: { recommender } }) => {
  const accepted = acceptedOf(exchange, request);
  if (accepted === undefined) return;
  const { limit = limits.productsListed.default, ...narrow } = readQuery(productsQuery, queryOf(request));
  const found =
    Object.keys(narrow).length === 0
      ? { products: recommender.popularIds(limit).map((id) => ({ id })) }
      : recommender.searchProducts({ ...narrow, limit } as SearchRequest);
  answer(exchange, accepted, { ...found, artifact: recommender.info.artifact });
};

const product: Handler = (exchange, request, { served: { recommender } }) => {
  const accepted = acceptedOf(exchange, request);
  if (accepted === undefined) return;
  readQuery(z.object({}), queryOf(request));
  const id = decodeSegment(request.getParameter(0) ?? '');
  const facts = recommender.product(id);
  if (facts === undefined)
    throw new SepetError('product_unknown', `There is no product "${id}" in this artifact.`);
  answer(exchange, accepted, { ...facts, artifact: recommender.info.artifact });
};

const similar: Handler = (exchange, request, { served: { recommender } }) => {
  const accepted = acceptedOf(exchange, request);
  if (accepted === undefined) return;
  const { limit = limits.brandsListed.default } = readQuery(similarQuery, queryOf(request));
  const brand = decodeSegment(request.getParameter(0) ?? '');
  const found = recommender.similarBrands(brand, limit);
  answer(exchange, accepted, { ...found, artifact: recommender.info.artifact });
};

const combine: Handler = (exchange, request, context) => {
  const accepted = acceptedOf(exchange, request);
  if (accepted === undefined) return;
  withBody(exchange, request, (value) => {
    const { recommender } = context.served;
    const found = recommender.combine(parseCombine(value));
    answer(exchange, accepted, { ...found, artifact: recommender.info.artifact });
  });
};

const artifact: Handler = (exchange, request, { served: { recommender, release } }) => {
  const accepted = acceptedOf(exchange, request);
  if (accepted === undefined) return;
  answer(exchange, accepted, { ...recommender.info, ...(release && { release }) });
};

export const catalogRoutes: readonly Route[] = [
  { path: '/v1/products', methods: { GET: products } },
  { path: '/v1/products/:id', methods: { GET: product } },
  { path: '/v1/brands/:brand/similar', methods: { GET: similar } },
  { path: '/v1/vectors/combine', methods: { POST: combine } },
  { path: '/v1/artifact', methods: { GET: artifact } },
];
