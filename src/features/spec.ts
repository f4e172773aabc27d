// A feature spec as it is written: which columns of a user, of the context and of an item enter a model, and how. It is fitted
// on training rows (fit.ts); what is fitted goes with the model and is applied by the same code when it serves (encode.ts).

import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { suggestion } from '../base/nearest.ts';

const column = z.string().min(1).max(200).describe('Name of the column.');
const { dictionaryEntries, hashBuckets } = limits;
const minCount = z
  .number()
  .int()
  .min(1)
  .default(1)
  .describe('Values seen less often in training share one feature with those never seen.');
const most = z.number().int().min(1).max(dictionaryEntries.max).default(dictionaryEntries.default);

/** How a column becomes features, by kind. */
const columnSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('dictionary'), column, minCount, most }),
  z.strictObject({
    kind: z.literal('hash'),
    column,
    buckets: z.number().int().min(hashBuckets.min).max(hashBuckets.max).default(hashBuckets.default),
  }),
  z.strictObject({
    kind: z.literal('number'),
    column,
    scale: z
      .enum(['none', 'standard', 'log', 'yeo-johnson'])
      .default('standard')
      .describe('All but none end in mean 0 and deviation 1 over the training rows.'),
  }),
  z.strictObject({
    kind: z.literal('rate'),
    column: column.describe('Column of the successes.'),
    of: column.describe('Column of the trials.'),
    z: z.number().positive().max(10).default(1.96).describe('Normal quantile of the interval; 1.96 is 95 %.'),
  }),
  z.strictObject({
    kind: z.literal('multi'),
    column,
    separator: z.string().min(1).default('|'),
    weightAfter: z.string().min(1).optional().describe('What stands between a value and its weight.'),
    minCount,
    most,
  }),
  z.strictObject({
    kind: z.literal('ordinal'),
    column,
    order: z.array(z.string().min(1)).min(2).max(limits.ordinalLevels.max).describe('Lowest first.'),
  }),
]);

export const groupNames = ['user', 'context', 'item'] as const;
export type GroupName = (typeof groupNames)[number];

const group = z.array(columnSchema).max(limits.featureColumns.max);

export const specSchema = z
  .strictObject({
    version: z.literal(1),
    label: column.optional().describe('1 or 0; where absent every row is a positive.'),
    time: column.optional().describe('Rows are put in its order; where absent they stand in it already.'),
    user: group.default([]),
    context: group.default([]),
    item: group.min(1, 'needs at least one column'),
  })
  .superRefine((spec, { addIssue }) => {
    for (const name of groupNames) {
      const columns = spec[name].map((one) => one.column);
      const twice = columns.find((one, i) => columns.indexOf(one) !== i);
      if (twice !== undefined)
        addIssue({ code: 'custom', path: [name], message: `has the column "${twice}" twice` });
    }
    for (const [i, one] of [...spec.user, ...spec.context, ...spec.item].entries())
      if (one.kind === 'ordinal' && new Set(one.order).size !== one.order.length)
        addIssue({ code: 'custom', path: ['order', i], message: `of "${one.column}" has a level twice` });
  });

export type FeatureSpec = z.output<typeof specSchema>;
export type ColumnSpec = z.output<typeof columnSchema>;

const invalid = (file: string, said: string): SepetError =>
  new SepetError('feature_spec_invalid', `${file}: ${said}`);

const kinds = columnSchema.options.map((option) => option.shape.kind.value);

/** Keys that may stand where an issue is. */
function keysAt(value: unknown, path: readonly PropertyKey[]): string[] {
  if (path.length === 0) return Object.keys(specSchema.shape);
  let at = value;
  for (const part of path) at = (at as Record<PropertyKey, unknown> | undefined)?.[part];
  const { kind } = (at ?? {}) as { kind?: unknown };
  return Object.keys(columnSchema.options.find((option) => option.shape.kind.value === kind)?.shape ?? {});
}

/** Checks a spec that is already data; `file` is its name in messages. Throws `feature_spec_invalid`. */
export function checkSpec(value: unknown, file: string): FeatureSpec {
  const parsed = specSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const place = issue?.path.join('.') || 'the spec';
  if (issue?.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    throw invalid(file, `${place} has no "${key}".${suggestion(key, keysAt(value, issue.path))}`);
  }
  if (issue?.code === 'invalid_union') throw invalid(file, `${place} must be one of ${kinds.join(', ')}.`);
  throw invalid(file, `${place}: ${issue?.message}.`);
}

/** Reads a spec, YAML or JSON. Throws `input_missing`, `feature_spec_invalid`. */
export function readSpec(file: string): FeatureSpec {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SepetError('input_missing', `The feature spec ${file} cannot be read.`, { cause });
  }
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw invalid(file, `is not YAML: ${error.message.split('\n', 1)[0]}`);
  return checkSpec(document.toJS(), file);
}
