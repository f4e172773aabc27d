// The call that tells what there is to choose from.

import { z } from 'zod';
import { genders } from '../../base/products.ts';
import { facetsQuery } from '../routes/facets.ts';
import { artifactId, count } from './answers.ts';
import { named } from './names.ts';
import { type Operation, queryParameters } from './operation.ts';

const field = z
  .object({
    field: z.string(),
    products: count.describe('Those whose value is known'),
    min: z.number(),
    max: z.number(),
    mean: z.number(),
    deviation: z.number().describe('Of the population'),
  })
  .describe("`price` in minor units, `orders`, `released` in days since 1970, and the shop's own");

const facets = named(
  'Facets',
  z.object({
    categories: z
      .array(z.object({ category: z.string().describe('The whole path'), products: count }))
      .describe('Most products first; a category counts what is below it too'),
    brands: z.array(z.object({ brand: z.string(), products: count })).describe('Most products first'),
    fields: z.array(field),
    genders: z.partialRecord(z.enum(genders), count),
    currency: z.string().nullable().describe('Of prices'),
    artifact: artifactId,
  }),
);

export const facetOperations: readonly Operation[] = [
  {
    id: 'facets',
    ...{ method: 'GET', path: '/v1/facets', tag: 'catalog' },
    summary: 'What there is to choose from: categories, brands, genders and numeric fields',
    description: 'Counted as the artifact was built: what came or went by deltas has no part in it.',
    parameters: queryParameters(facetsQuery),
    answer: { description: 'Names with how many products have them', schema: facets },
    errors: ['option_unknown', 'option_invalid', 'not_acceptable', 'client_limited'],
    examples: {
      most: { summary: 'The largest ones', parameters: { limit: 2 } },
      begun: { summary: 'Beginnings of words of the names', parameters: { q: 'lapt', limit: 2 } },
    },
  },
];
