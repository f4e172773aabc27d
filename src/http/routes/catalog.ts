// What the artifact knows: its products and itself.

import { SepetError } from '../../base/errors.ts';
import { checkLimit, limits } from '../../base/limits.ts';
import { suggestion } from '../../base/nearest.ts';
import { decodeSegment, queryPairs } from '../url.ts';
import { type Handler, queryOf, type Route } from './route.ts';

const products: Handler = (exchange, request, { served: { recommender } }) => {
  let count: number = limits.productsListed.default;
  for (const [name, value] of queryPairs(queryOf(request))) {
    if (name !== 'limit')
      throw new SepetError(
        'option_unknown',
        `There is no parameter "${name}".${suggestion(name, ['limit'])}`,
      );
    count = checkLimit('productsListed', value === '' ? Number.NaN : Number(value));
  }
  const listed = recommender.popularIds(count).map((id) => ({ id }));
  exchange.json({ products: listed, artifact: recommender.info.artifact });
};

const product: Handler = (exchange, request, { served: { recommender } }) => {
  const id = decodeSegment(request.getParameter(0) ?? '');
  const facts = recommender.product(id);
  if (facts === undefined)
    throw new SepetError('product_unknown', `There is no product "${id}" in this artifact.`);
  exchange.json({ ...facts, artifact: recommender.info.artifact });
};

const artifact: Handler = (exchange, _request, { served: { recommender, release } }) =>
  exchange.json({ ...recommender.info, ...(release && { release }) });

export const catalogRoutes: readonly Route[] = [
  { path: '/v1/products', methods: { GET: products } },
  { path: '/v1/products/:id', methods: { GET: product } },
  { path: '/v1/artifact', methods: { GET: artifact } },
];
