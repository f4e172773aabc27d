// What a scenario file may say. docs/loadtest.md describes each key.

import { z } from 'zod';

export const calls = ['bought-together', 'basket', 'batch', 'product'] as const;
export const filterKinds = ['category', 'brand', 'gender', 'price', 'inStock'] as const;
export type FilterKind = (typeof filterKinds)[number];

const whole = (min: number, max: number) => z.number().int().min(min).max(max);

const mixSchema = z.strictObject({
  call: z.enum(calls),
  weight: z.number().positive().max(1e6).default(1),
  /** Parameters that each call of this kind carries. */
  query: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))
    .default({}),
  /** Filters whose values are those of a product drawn from what is served. */
  filters: z.array(z.enum(filterKinds)).default([]),
  /** Least and most products of a basket. */
  products: z.tuple([whole(1, 50), whole(1, 50)]).default([2, 5]),
  /** Requests in a batch. */
  requests: whole(1, 1000).default(16),
});

const overloadSchema = z.strictObject({
  times: z.number().min(1).max(100).default(3),
  capacitySeconds: z.number().min(0.2).max(600).default(3),
  goodput: z.number().min(0).max(2).default(0.8),
  refusedMs: z.number().positive().default(10),
});

export const swapKinds = ['label', 'reload', 'policy'] as const;

const swapSchema = z.strictObject({
  by: z.enum(swapKinds),
  everySeconds: z.number().min(0.05).max(3600).default(1),
});

const slowSchema = z.strictObject({
  headers: whole(0, 20_000).default(0),
  bodies: whole(0, 20_000).default(0),
  readers: whole(0, 20_000).default(0),
  idle: whole(0, 20_000).default(0),
  abortsPerSecond: whole(0, 10_000).default(0),
  p99Times: z.number().min(1).default(3),
});

export const scenarioSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'must be of small letters, digits and hyphens'),
  about: z.string().default(''),
  connections: whole(1, 20_000).default(32),
  rate: z.number().positive().max(1e6).optional(),
  seconds: z.number().min(0.2).max(86_400).default(10),
  warmupSeconds: z.number().min(0).max(3600).default(2),
  accept: z.enum(['json', 'msgpack']).default('json'),
  /** Zipf exponent of the products. */
  skew: z.number().min(0).max(4).default(1),
  /** Requests drawn before the run; they are walked round. */
  drawn: whole(1, 1_000_000).default(40_000),
  /** Each request differs from all others, by a `seed` of its own. */
  fresh: z.boolean().default(false),
  mix: z.array(mixSchema).min(1),
  /** Further flags of `sepet serve`, where the load test starts it. */
  serve: z.array(z.string()).default([]),
  overload: overloadSchema.optional(),
  swap: swapSchema.optional(),
  slow: slowSchema.optional(),
});

export type Scenario = z.infer<typeof scenarioSchema>;
export type Mix = z.infer<typeof mixSchema>;
export type Overload = z.infer<typeof overloadSchema>;
export type Swap = z.infer<typeof swapSchema>;
export type Slow = z.infer<typeof slowSchema>;

/** The keys at a place of a scenario: what a wrong one is compared with. */
export function keysAt(path: readonly PropertyKey[]): string[] {
  const parts = { mix: mixSchema, overload: overloadSchema, swap: swapSchema, slow: slowSchema };
  const part = parts[path[0] as keyof typeof parts] ?? scenarioSchema;
  return Object.keys(part.shape);
}
