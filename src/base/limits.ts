// Every limit in one place: unit, default, minimum, maximum. The CLI's help, the API's checks and
// docs/limits.md all read this table.

import { SepetError } from './errors.ts';

export interface Limit {
  readonly unit: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** What it bounds, in one sentence. */
  readonly about: string;
}

const row = (unit: string, value: number, min: number, max: number, about: string): Limit =>
  Object.freeze({ unit, default: value, min, max, about });

export const limits = {
  limit: row('products', 10, 1, 100, 'Recommendations in one answer.'),
  efSearch: row('candidates', 200, 10, 4096, 'Width of the graph search: more is slower and truer.'),
  gamma: row('per ln(orders)', 0.5, 0, 4, 'Weight of log popularity in the score; 0 is the affinity alone.'),
  excludes: row('product ids', 100, 0, 1000, 'Products a request may exclude by id.'),
  includes: row('product ids', 20, 0, 100, 'Products a request may add to the candidates.'),
  filterNames: row('names', 20, 1, 100, 'Categories, brands or genders in one filter of a request.'),
  priceMinor: row('minor units', 0, 0, 4_000_000_000, 'A price bound: cents, kuruş or pence.'),
  candidates: row('candidates', 200, 10, 10_000, 'Candidates a policy looks at first.'),
  candidatesMax: row(
    'candidates',
    3200,
    10,
    100_000,
    'Candidates a policy widens to before it looks at everything.',
  ),
  rerank: row(
    'candidates',
    64,
    1,
    100_000,
    'Best estimates of a scan over the int8 copy that are scored exactly; at least 16 more than four times the results.',
  ),
  explainCandidates: row('products', 200, 0, 200, 'Candidates that explain lists one by one.'),
  diversityWindow: row('candidates', 200, 10, 200, 'Candidates that diversity chooses each next item from.'),
  walkedRows: row(
    'products',
    65_536,
    0,
    65_536,
    'Catalogues up to this size are looked at product by product where too few candidates pass.',
  ),
  scannedRows: row(
    'products',
    32_768,
    0,
    32_768,
    'Eligible products up to which their list is scored exactly.',
  ),
  requestPolicies: row(
    'policies',
    16,
    1,
    64,
    'Different overrides of requests whose policies a thread keeps.',
  ),
  requestRules: row(
    'filters',
    64,
    1,
    1024,
    'Different filters of requests whose compiled rules a thread keeps.',
  ),
  explainExamples: row('products', 3, 0, 3, 'Dropped candidates shown for each rule by explain.'),
  policies: row('policies', 1, 1, 50, 'Policies that are served at once.'),
  policyBytes: row('bytes', 262_144, 1, 262_144, 'Size of a policy document.'),
  policyRules: row('rules', 50, 0, 50, 'Filters in a policy, and as many rules of its rank.'),
  policyNames: row('names', 1000, 1, 10_000, 'Categories, brands or ids in one condition of a policy.'),
  boost: row('times', 1, 0.001, 1000, 'Boost of a rank rule.'),
  fieldWeight: row('per deviation', 0, -100, 100, 'Weight of a standardised field in a rank rule.'),
  newerThanDays: row('days', 30, 1, 36_500, 'Age under which a product counts as new.'),
  pinPosition: row('place', 1, 1, 100, 'Where a pinned product stands.'),
  policyMasks: row('sets', 64, 1, 1024, 'Sets of rules whose eligible products a thread remembers as bits.'),
  M: row('links', 16, 4, 64, 'Graph links a product on the upper levels; twice as many on the base level.'),
  efConstruction: row(
    'candidates',
    200,
    16,
    2000,
    'Candidates from which a product draws its links at build.',
  ),
  buildThreads: row(
    'threads',
    2,
    1,
    64,
    'Threads that build the graph; with 1 the same input gives the same graph.',
  ),
  popularityScale: row(
    'per ln(orders)',
    1,
    0.01,
    10,
    'Stretch of the popularity dimension: shapes the graph, not the scores.',
  ),
  listLength: row('products', 50, 1, 1000, 'Longest co-occurrence list of a product.'),
  popularLength: row('products', 500, 1, 10_000, 'Longest popularity list of a category or gender.'),
  recallQueries: row('products', 500, 1, 10_000, 'Products whose IN vectors measure recall at build.'),
  numericFields: row(
    'fields',
    0,
    0,
    16,
    'Numeric fields of products, such as margin, that policies can use.',
  ),
  idBytes: row('bytes', 256, 1, 256, 'Length of a product id in UTF-8.'),
  port: row('TCP port', 7700, 0, 65_535, 'Where the server listens; 0 takes a free one.'),
  workers: row('threads', 2, 0, 64, 'Worker threads that answer batches; 0 answers on the event loop.'),
  maxBatch: row('requests', 32, 1, 256, 'Requests that go to a worker at once.'),
  queue: row('requests', 1024, 1, 65_536, 'Requests that wait for a worker before new ones get a 503.'),
  drainSeconds: row('seconds', 5, 0, 600, 'Serving on after SIGTERM while /readyz already fails.'),
  lingerSeconds: row('seconds', 1, 0, 60, 'Waiting for idle connections after the listener is closed.'),
  finishSeconds: row('seconds', 10, 1, 600, 'Waiting for requests in flight once the listener is closed.'),
  productsListed: row('products', 100, 1, 20_000, 'Ids in one answer of GET /v1/products.'),
  urlBytes: row('bytes', 8192, 1, 8192, 'Path and query string of a request.'),
  headerBytes: row('bytes', 16_384, 1, 16_384, 'Request line and headers of a request.'),
  maxBasket: row(
    'products',
    20,
    2,
    200,
    'Products drawn from one basket in training; a longer one is drawn from anew each epoch.',
  ),
  storedBasket: row(
    'products',
    5000,
    2,
    5000,
    'Products of a basket that ingest stores; a longer one is a bulk order and is dropped.',
  ),
  testShare: row(
    'share',
    0.1,
    0,
    0.9,
    'Share of the baskets, the latest ones, that is kept for testing; 0 keeps none.',
  ),
  testDays: row('days', 3, 1, 3650, 'Days at the end of the data whose baskets are kept for testing.'),
  recordBytes: row('bytes', 1_048_576, 1024, 1_048_576, 'Length of one line of an input file.'),
  categoryLevel: row('levels', 1, 1, 16, 'Levels of the category path that separate baskets.'),
  seed: row(
    'number',
    1,
    0,
    4_294_967_295,
    'Start of the random numbers: the same seed gives the same result.',
  ),
  demoProducts: row('products', 20_000, 200, 1_000_000, 'Products of the demo shop.'),
  demoOrders: row('orders', 200_000, 100, 20_000_000, 'Orders of the demo shop.'),
  evaluateK: row('products', 10, 1, 100, 'Length of the recommendation lists that evaluate judges.'),
  evaluateBaskets: row(
    'baskets',
    5000,
    10,
    1_000_000,
    'Test baskets that evaluate judges; of more, a seeded random choice.',
  ),
  dims: row('values', 64, 1, 1024, 'Length of a product vector.'),
  epochs: row(
    'passes',
    60,
    1,
    10_000,
    'Passes over the baskets; unless given, as many as train 14 million items, from 10 to 60.',
  ),
  learningRate: row('step', 0.2, 1e-6, 1e6, 'Step at the start of training; it falls linearly to zero.'),
  negatives: row('products', 32, 1, 1024, 'Negatives drawn for a basket and shared by its products.'),
  negativeWeight: row('times', 15, 0, 1000, 'What the negatives weigh against the positives of a product.'),
  alpha: row('exponent', 0.5, 0, 2, 'Negatives are drawn in proportion to orders to this power.'),
  halfLifeDays: row('days', 180, 0, 36_500, 'Age at which a basket counts half; 0 counts all alike.'),
  fmFactors: row('values', 16, 1, 64, 'Factors of a feature in a factorization machine.'),
  fmFeatures: row('features', 16_777_216, 1, 16_777_216, 'Features of a factorization machine.'),
  fmEpochs: row('passes', 50, 1, 10_000, 'Passes over the rows at most; validation ends them sooner.'),
  fmLearningRate: row('step', 0.1, 1e-6, 1e6, 'Step of a factorization machine; AdaGrad shortens it.'),
  l2: row('weight', 1e-5, 0, 100, 'Pull of a factorization machine towards zero.'),
  patience: row('passes', 3, 1, 1000, 'Passes without a better one before training ends.'),
  trainThreads: row('threads', 2, 1, 256, 'Threads that train; unless given, one a core.'),
  pollSeconds: row('seconds', 1, 0.1, 3600, 'Between two looks at a label and at the deltas of a store.'),
  startSeconds: row(
    'seconds',
    5,
    1,
    3600,
    'Waiting for a store at the start of a server that has a last good release to serve.',
  ),
  backoffSeconds: row(
    'seconds',
    60,
    1,
    3600,
    'Longest pause before a store that is away, or a release that cannot be served, is tried again.',
  ),
  storeTimeoutSeconds: row(
    'seconds',
    10,
    1,
    3600,
    'Waiting for an answer of a store before it is asked again.',
  ),
  storeAttempts: row('attempts', 3, 1, 10, 'How often a store is asked before it counts as away.'),
  uploadPartBytes: row('bytes', 16_777_216, 5_242_880, 1_073_741_824, 'Part of an upload in parts.'),
  documentBytes: row(
    'bytes',
    8_388_608,
    1,
    8_388_608,
    'Size of a label, a record or another small document.',
  ),
  deltaProducts: row('products', 1_000_000, 1, 1_000_000, 'Products in one delta.'),
  deltas: row('deltas', 4096, 1, 4096, 'Deltas since the last build; more must be folded in first.'),
  deltasListed: row('deltas', 20, 1, 4096, 'Deltas that delta list shows.'),
  downloads: row('files', 8, 1, 64, 'Downloads of small files at a time.'),
  releasesKept: row('releases', 5, 0, 1000, 'Latest releases of each label that prune keeps.'),
  revision: row('revision', 1, 1, 99_999_999, 'A revision of a label.'),
  pruneAgeMinutes: row('minutes', 60, 60, 525_600, 'Time since its last use in which prune removes nothing.'),
  historyListed: row('revisions', 20, 1, 10_000, 'Revisions that history shows.'),
  gateRecall: row('share', 0.95, 0, 1, 'Least recall@10 of an artifact that may be published.'),
  gateMetricDrop: row('share', 0.05, 0, 1, 'Most that an offline metric may fall against the label.'),
  gateSizeChange: row('share', 0.5, 0, 1000, "Most that the file's size may change against the label."),
  gateProductsRemoved: row('share', 0.1, 0, 1, 'Most products of the label that may be missing.'),
  diffProducts: row('products', 500, 1, 100_000, 'Products whose top-10 lists diff compares.'),
  diffExamples: row('products', 5, 0, 100, 'Examples that diff shows.'),
  checkpointSeconds: row('seconds', 30, 0, 86_400, 'Training time between checkpoints.'),
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof limits;

/** Checks one number against its limit. Throws `option_invalid` naming the bounds. */
export function checkLimit(name: LimitName, value: number, whole = true): number {
  const { min, max, unit } = limits[name];
  if (Number.isFinite(value) && value >= min && value <= max && (!whole || Number.isInteger(value)))
    return value;
  const kind = whole ? 'a whole number' : 'a number';
  throw new SepetError(
    'option_invalid',
    `${name} must be ${kind} from ${min} to ${max} (${unit}), not ${value}.`,
  );
}
