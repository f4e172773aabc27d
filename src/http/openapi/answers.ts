// What the calls answer, as schemas: /openapi.json is made of them, and tests hold real answers against them. They say what
// is there today; more may come, so nothing here forbids further keys.

import { z } from 'zod';
import { artifactManifestSchema } from '../../artifact/manifest.ts';
import { genders } from '../../base/products.ts';
import { sources as policySources } from '../../policy/document.ts';
import { sources } from '../../recommend/recommender.ts';
import { named } from './names.ts';

export const count = z.int().min(0);
const score = z.number().describe('Comparable only within one source');
export const hash = z.string().regex(/^sha256:[0-9a-f]{64}$/);

export const artifactId = hash.describe('The artifact that answered');
export const policyLabel = z.string().describe('`name@revision`');
const source = named('Source', z.enum(sources).describe('Where an item comes from'));

export const problem = named(
  'Problem',
  z
    .object({
      type: z.string().describe('`urn:sepet:error:` and the code'),
      title: z.string(),
      status: z.int(),
      detail: z.string().describe('For people; says what to do'),
      code: z.string().describe('For programs; stable'),
    })
    .describe('An error, after RFC 9457'),
);

const facts = {
  title: z.string(),
  price: count.describe('Minor units (cents, kuruş)'),
  currency: z.string(),
  category: z.string().describe('The whole path'),
  brand: z.string(),
  gender: z.enum(genders),
  inStock: z.boolean(),
  image: z.string(),
};

export const productFacts = named(
  'ProductFacts',
  z.object({ id: z.string(), ...z.object(facts).partial().shape }),
);

const item = named('Item', z.object({ id: z.string(), score, source, ...z.object(facts).partial().shape }));

const bySource = z.partialRecord(z.enum(sources), count);

const filled = named(
  'Filled',
  z
    .object({
      wanted: count,
      returned: count,
      missing: count,
      from: bySource.describe('Returned items by source'),
      filteredBy: z.record(z.string(), count).optional().describe('Dropped candidates by rule'),
      outside: count.optional().describe('Products left out as a set, without being looked at one by one'),
      exhausted: z.literal(true).optional().describe('Every product was considered'),
    })
    .describe('How many were wanted and returned, from where, and what took the others'),
);

const boosts = z.array(z.object({ rule: z.string(), add: z.number() }));
const compared = z.union([z.string(), z.number(), z.boolean()]).nullable();
const place = z.int().min(1);

const sourceName = z.enum(policySources);
const blendAccount = named(
  'BlendAccount',
  z
    .object({
      shares: z.array(
        z.object({
          source: sourceName,
          score: z.number().optional().describe('What it says; absent where it does not know the candidate'),
          calibrated: z.number().optional().describe('The same as a log-odds, with a fitted blend'),
          weight: z.number(),
        }),
      ),
      popularity: z.number().optional(),
      offset: z.number().optional(),
      sum: z.number(),
    })
    .describe('How a blended score came about: weight times calibrated (else score), popularity and offset'),
);

const explainedItem = z.object({
  id: z.string(),
  source,
  inOut: z.number().optional(),
  popularity: z.number().optional(),
  cooccurrence: z.number().optional(),
  blended: z.number().optional(),
  blend: blendAccount.optional(),
  boosts: boosts.optional(),
  total: z.number(),
  byProduct: z
    .array(z.object({ product: z.string(), score: z.number(), blend: blendAccount.optional() }))
    .optional(),
  before: place.optional(),
  after: place,
  pinned: z.literal(true).optional(),
});

const explainedCandidate = z.object({
  id: z.string(),
  source,
  scores: z.partialRecord(sourceName, z.number()),
  score: z.number(),
  blended: z.number().optional(),
  total: z.number().optional(),
  boosts: boosts.optional(),
  drop: z.object({ rule: z.string(), candidate: compared, against: compared }).optional(),
  before: place.optional(),
  after: place.optional(),
});

const droppedExample = z.object({
  id: z.string(),
  title: z.string().optional(),
  score: z.number(),
  candidate: compared,
  against: compared,
});

const explanation = named(
  'Explanation',
  z
    .object({
      query: productFacts.optional(),
      basket: z.array(productFacts).optional(),
      search: z
        .enum(['graph', 'scan', 'everything', 'eligible', 'none'])
        .describe('How vectors were searched'),
      efSearch: count,
      gamma: z.number(),
      candidates: count.describe('Candidates that the filters looked at'),
      items: z.array(explainedItem).describe('How each returned item got its score'),
      dropped: z.array(z.object({ rule: z.string(), count, examples: z.array(droppedExample) })),
      looked: z.array(explainedCandidate).describe('The first candidates, in the order they were looked at'),
    })
    .describe('How the answer came about; only with `explain`'),
);

export const boughtTogether = named(
  'BoughtTogether',
  z.object({
    product: z.string(),
    basket: z.array(z.string()).optional().describe('The further products asked for together with it'),
    unknown: z.array(z.string()).optional().describe('Of these, the ones that the artifact does not know'),
    items: z.array(item).describe('Best first'),
    filled,
    recommendation: z.string().describe('What events call this list'),
    artifact: artifactId,
    policy: policyLabel,
    experiment: z.string().optional().describe("The visitor's arm, `experiment:arm`"),
    explain: explanation.optional(),
  }),
);

export const batchAnswers = named(
  'BatchAnswers',
  z.object({
    answers: z
      .array(z.union([boughtTogether, problem]))
      .describe(
        'One entry a request, in their order; a problem in place of an answer that could not be given',
      ),
  }),
);

export const products = named(
  'Products',
  z.object({
    products: z
      .array(productFacts)
      .describe(
        'Most ordered first, but for the one whose id `q` is; with no other parameter than `limit` only their ids',
      ),
    more: z.boolean().optional().describe('Whether further ones match'),
    artifact: artifactId,
  }),
);

export const product = named('Product', productFacts.extend({ artifact: artifactId }));

const spread = {
  products: count.describe('Products of the brand'),
  vectors: count.describe('Those of them with a vector: the mean is theirs'),
  spread: z.number().optional().describe('0: all point the same way; near 1: the mean means little'),
};

export const similarBrands = named(
  'SimilarBrands',
  z.object({
    brand: z.string(),
    ...spread,
    brands: z
      .array(z.object({ brand: z.string(), score: z.number().describe('Cosine'), ...spread }))
      .describe('Nearest first'),
    artifact: artifactId,
  }),
);

export const combined = named(
  'Combined',
  z.object({
    parts: z.array(
      z.object({
        product: z.string().optional(),
        brand: z.string().optional(),
        weight: z.number(),
        ...spread,
      }),
    ),
    spread: z.number().describe('Near 1 the parts cancel each other out'),
    items: z.array(item).describe('Best first'),
    filled,
    artifact: artifactId,
  }),
);

export const release = z.object({
  store: z.string(),
  label: z.string(),
  revision: count,
  file: hash.describe("The name of the artifact's file in the store"),
  deltas: count.describe('The latest delta that answers know; 0 for none'),
});

export const artifact = named(
  'Artifact',
  z.object({
    artifact: artifactId,
    products: count,
    dims: count,
    manifest: artifactManifestSchema,
    policy: policyLabel.describe('The default one'),
    policies: z.array(policyLabel),
    release: release.optional().describe('Where it comes from, of a server that follows a label'),
  }),
);

const policyIdentity = { name: z.string(), revision: count, policy: policyLabel, hash };

export const policies = named(
  'Policies',
  z.object({
    default: z.string(),
    policies: z.array(
      z.object({
        ...policyIdentity,
        placement: z.array(z.string()),
        limit: count,
        filters: count,
        rank: count,
      }),
    ),
  }),
);

export const policy = named(
  'Policy',
  z.object({
    ...policyIdentity,
    document: z.record(z.string(), z.unknown()).describe('With every default filled in; docs/policy.md'),
  }),
);

export const live = named('Live', z.object({ status: z.literal('live') }));

export const ready = named(
  'Ready',
  z.object({ status: z.literal('ready'), artifact: artifactId, policy: policyLabel }),
);
