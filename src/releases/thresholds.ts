// How much the gates let pass: the defaults of limits.ts, or a file that a team keeps beside its policies.

import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { suggestion } from '../base/nearest.ts';

const names = {
  recall: 'gateRecall',
  metricDrop: 'gateMetricDrop',
  baselineNdcg: 'gateBaselineNdcg',
  baselineCoverage: 'gateBaselineCoverage',
  sizeChange: 'gateSizeChange',
  productsRemoved: 'gateProductsRemoved',
} as const;
type Key = keyof typeof names;
const keys = Object.keys(names) as Key[];

export type Thresholds = { readonly [K in Key as (typeof names)[K]]: number };

export const defaultThresholds: Thresholds = Object.fromEntries(
  keys.map((key) => [names[key], limits[names[key]].default]),
) as Thresholds;

const schema = z.strictObject(
  Object.fromEntries(
    keys.map((key) => {
      const { min, max } = limits[names[key]];
      const said = `must be a number from ${min} to ${max}`;
      return [key, z.number(said).min(min, said).max(max, said).optional()];
    }),
  ) as Record<Key, z.ZodOptional<z.ZodNumber>>,
);

/**
 * Reads a file of thresholds, YAML or JSON: `recall: 0.97`. Throws `input_missing`, and `option_invalid` naming the nearest key.
 */
export function readThresholds(file: string): Partial<Thresholds> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SepetError('input_missing', `The gates file ${file} cannot be read.`, { cause });
  }
  const document = parseDocument(text);
  const [error] = document.errors;
  const invalid = (said: string): SepetError => new SepetError('option_invalid', `${file}: ${said}`);
  if (error !== undefined) throw invalid(`is not YAML: ${error.message.split('\n', 1)[0]}`);
  const parsed = schema.safeParse(document.toJS());
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    if (issue?.code === 'unrecognized_keys')
      throw invalid(`there is no gate "${issue.keys[0]}".${suggestion(issue.keys[0] ?? '', keys)}`);
    throw invalid(`${issue?.path.join('.') || 'the file'} ${issue?.message}.`);
  }
  const given = keys.flatMap((key) =>
    parsed.data[key] === undefined ? [] : [[names[key], parsed.data[key]]],
  );
  return Object.fromEntries(given);
}
