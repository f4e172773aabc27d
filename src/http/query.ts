// Query strings of the calls that the event loop answers by itself. A schema describes values as JSON has them, so that it
// describes the parameters in /openapi.json too; here texts become such values.

import { z } from 'zod';
import { SepetError } from '../base/errors.ts';
import { type LimitName, limits } from '../base/limits.ts';
import { suggestion } from '../base/nearest.ts';
import { queryPairs } from './url.ts';

/** A whole number within a limit. */
export function bounded(name: LimitName) {
  const { min, max, unit } = limits[name];
  const error = ({ input }: { readonly input?: unknown }): string =>
    `must be a whole number from ${min} to ${max} (${unit}), not ${String(input)}.`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** A text of at least one character. */
export function text(longest: number) {
  return z.string().min(1, 'must not be empty.').max(longest, `must have at most ${longest} characters.`);
}

/** Names, by a parameter that may be repeated. */
export function names(limit: LimitName) {
  const { max, unit } = limits[limit];
  return z.array(text(1024)).max(max, `takes at most ${max} ${unit}.`);
}

const unwrapped = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
    ? unwrapped(schema.unwrap() as z.ZodType)
    : schema;

/** The values that a query string gives. Throws `url_invalid`, `option_unknown` and `option_invalid`. */
export function readQuery<S extends z.ZodObject>(schema: S, query: string): z.output<S> {
  const given: Record<string, unknown> = {};
  const shape: Readonly<Record<string, z.ZodType>> = schema.shape as Readonly<Record<string, z.ZodType>>;
  for (const [name, value] of queryPairs(query)) {
    const known = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (known === undefined)
      throw new SepetError(
        'option_unknown',
        `There is no parameter "${name}".${suggestion(name, Object.keys(shape))}`,
      );
    const type = unwrapped(known);
    const before = given[name];
    if (type instanceof z.ZodArray) given[name] = Array.isArray(before) ? [...before, value] : [value];
    else if (before !== undefined) throw new SepetError('option_invalid', `${name} is given more than once.`);
    else if (type instanceof z.ZodNumber) given[name] = numberOf(value);
    else given[name] = value;
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SepetError('option_invalid', `${String(issue?.path[0])} ${issue?.message}`);
}

/** Texts that are no number stay texts, for the message. */
function numberOf(value: string): number | string {
  const number = Number(value);
  return value.trim() === '' || Number.isNaN(number) ? `"${value}"` : number;
}
