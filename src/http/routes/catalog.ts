// What the artifact knows: its products, found by title, category and brand, its brands, and itself.

import { z } from 'zod';
import { SepetError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { SampleRequest, SearchRequest } from '../../recommend/recommender.ts';
import { parseCombine } from '../../recommend/request-body.ts';
import { acceptedOf, answer } from '../answering.ts';
import { withBody } from '../body.ts';
import { bounded, names, readQuery, text } from '../query.ts';
import { decodeSegment } from '../url.ts';
import { type Handler, queryOf, type Route, type RouteContext } from './route.ts';

/** What `GET /v1/products` takes. */
export const productsQuery = z
  .object({
    q: text(limits.searchText.max).describe(
      'Words of title, brand and category or their beginnings, in any order, case and accents are no matter; or the beginning of an id',
    ),
    category: names('filterNames').describe('Only this category and what is below it'),
    brand: names('filterNames').describe('Only this brand'),
    limit: bounded('productsListed').describe(limits.productsListed.about),
    offset: bounded('searchOffset').describe(limits.searchOffset.about),
    sample: z
      .enum(['random'], { error: 'must be random.' })
      .describe('Products by lot, narrowed by category and brand; the same for the same seed'),
    seed: bounded('seed').describe('Start of the lot'),
  })
  .partial();

/** What `GET /v1/brands/{brand}/similar` takes. */
export const similarQuery = z
  .object({ limit: bounded('brandsListed').describe(limits.brandsListed.about) })
  .partial();

type ProductsQuery = Omit<z.output<typeof productsQuery>, 'sample' | 'seed'>;
type Asked = RouteContext['served']['recommender'];

function search(recommender: Asked, query: ProductsQuery, seed: number | undefined): object {
  if (seed !== undefined) throw new SepetError('option_invalid', 'seed is of use only with sample=random.');
  const { limit = limits.productsListed.default, ...narrow } = query;
  if (Object.keys(narrow).length === 0)
    return { products: recommender.popularIds(limit).map((id) => ({ id })) };
  return recommender.searchProducts({ ...narrow, limit } as SearchRequest);
}

function drawn(recommender: Asked, query: ProductsQuery, seed: number | undefined): object {
  const { q, offset, limit = limits.productsListed.default, ...narrow } = query;
  if (q !== undefined || offset !== undefined)
    throw new SepetError('option_invalid', 'sample=random takes neither q nor offset.');
  const lot = { ...narrow, limit, ...(seed !== undefined && { seed }) };
  return recommender.sampleProducts(lot as SampleRequest);
}

const products: Handler = (exchange, request, { served: { recommender } }) => {
  const accepted = acceptedOf(exchange, request);
  if (accepted === undefined) return;
  const { sample, seed, ...query } = readQuery(productsQuery, queryOf(request));
  const found = sample === undefined ? search(recommender, query, seed) : drawn(recommender, query, seed);
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
