// The calls that tell what is served.

import { productsQuery, similarQuery } from '../routes/catalog.ts';
import { artifact, policies, policy, product, products, similarBrands } from './answers.ts';
import { type Operation, pathParameter, queryParameters } from './operation.ts';

const tag = 'catalog';

export const catalogOperations: readonly Operation[] = [
  {
    id: 'products',
    ...{ method: 'GET', path: '/v1/products', tag },
    summary: 'Products by their words, category and brand, by lot, or the most ordered ones',
    parameters: queryParameters(productsQuery),
    answer: { description: 'Products, the most ordered first', schema: products },
    errors: ['option_unknown', 'option_invalid', 'not_acceptable', 'client_limited'],
    examples: {
      popular: { summary: 'The ids of the most ordered products', parameters: { limit: 3 } },
      search: { summary: 'Beginnings of words', parameters: { q: 'lapt pik', limit: 1 } },
      narrowed: {
        summary: 'Of a category and a brand',
        parameters: { category: ['Electronics/Computers'], brand: ['Pikselo'], limit: 1, offset: 1 },
      },
      lot: {
        summary: 'By lot, of a category',
        parameters: { sample: 'random', seed: 7, category: ['Electronics/Computers'], limit: 2 },
      },
    },
  },
  {
    id: 'product',
    ...{ method: 'GET', path: '/v1/products/{id}', tag },
    summary: 'What is known of a product',
    parameters: [pathParameter('id', 'The product')],
    answer: { description: 'The product', schema: product },
    errors: ['option_unknown', 'product_unknown', 'not_acceptable', 'client_limited'],
    examples: {
      known: { summary: 'A product', parameters: { id: 'P100000' } },
      unknown: { summary: 'One that is not there', parameters: { id: 'P1' }, status: 404 },
    },
  },
  {
    id: 'similarBrands',
    ...{ method: 'GET', path: '/v1/brands/{brand}/similar', tag },
    summary: 'The brands nearest to one',
    description: "A brand is the mean of its products' vectors; `spread` says how much that means.",
    parameters: [pathParameter('brand', 'The brand'), ...queryParameters(similarQuery)],
    answer: { description: 'Brands, nearest first', schema: similarBrands },
    errors: ['option_unknown', 'option_invalid', 'brand_unknown', 'not_acceptable', 'client_limited'],
    examples: {
      near: { summary: 'Two brands', parameters: { brand: 'Pikselo', limit: 2 } },
      unknown: { summary: 'A brand that is not there', parameters: { brand: 'Piksel' }, status: 404 },
    },
  },
  {
    id: 'artifact',
    ...{ method: 'GET', path: '/v1/artifact', tag },
    summary: 'What is served: the artifact, its manifest, its policies',
    answer: { description: 'The artifact', schema: artifact },
    errors: ['not_acceptable', 'client_limited'],
    examples: { served: { summary: 'What is served' } },
  },
  {
    id: 'policies',
    ...{ method: 'GET', path: '/v1/policies', tag },
    summary: 'The policies that are served',
    answer: { description: 'The policies', schema: policies },
    errors: ['not_acceptable', 'client_limited'],
    examples: { served: { summary: 'What is served' } },
  },
  {
    id: 'policy',
    ...{ method: 'GET', path: '/v1/policies/{name}', tag },
    summary: 'One policy in full',
    parameters: [pathParameter('name', 'The policy')],
    answer: { description: 'The policy', schema: policy },
    errors: ['policy_unknown', 'not_acceptable', 'client_limited'],
    examples: {
      own: { summary: 'The policy of a server that was given none', parameters: { name: 'default' } },
      unknown: { summary: 'One that is not served', parameters: { name: 'defalt' }, status: 404 },
    },
  },
];
