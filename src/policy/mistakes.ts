// What is wrong with a policy, said with file, line, place and the nearest thing that would be right.

import { z } from 'zod';
import { SepetError } from '../base/errors.ts';
import { suggestion } from '../base/nearest.ts';
import type { PolicyDocument } from './document.ts';

type Path = readonly PropertyKey[];
type Origin = PolicyDocument['origin'];

export interface PolicyMistake {
  readonly file: string;
  /** From 1; absent where the document has no lines. */
  readonly line?: number;
  readonly column?: number;
  /** Such as `filters.2.keep`; '' is the whole document. */
  readonly place: string;
  /** What is wrong, without file, line and place. */
  readonly said: string;
}

/** Line and column of a place in the document, or of the nearest place around it. */
function positionOf(origin: Origin, path: Path): Pick<PolicyMistake, 'line' | 'column'> {
  for (let length = path.length; length > 0; length--) {
    const name = path.slice(0, length).join('.');
    const line = origin?.lines[name];
    if (line === undefined) continue;
    const column = origin?.columns?.[name];
    return { line, ...(column !== undefined && { column }) };
  }
  return {};
}

export function mistake(origin: Origin, path: Path, said: string): PolicyMistake {
  return { file: origin?.file ?? 'policy', ...positionOf(origin, path), place: path.join('.'), said };
}

/** `pdp.yaml, line 7: filters.2.keep must be …`. */
export function sentence({ file, line, place, said }: PolicyMistake): string {
  const where = line === undefined ? file : `${file}, line ${line}`;
  return `${where}: ${place === '' ? said : `${place} ${said}`}`;
}

/** The first mistake as a `policy_invalid`, with how many more there are. */
export function errorOf(mistakes: readonly PolicyMistake[]): SepetError {
  const [first, ...more] = mistakes.map(sentence);
  const others = more.length === 0 ? '' : ` (${more.length} more: sepet policy check lists them)`;
  return new SepetError('policy_invalid', `${first}${others}`);
}

function unwrap(schema: unknown): unknown {
  let inner = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault)
    inner = inner.unwrap();
  if (inner instanceof z.ZodUnion) inner = inner.options.find((one) => one instanceof z.ZodObject) ?? inner;
  return inner;
}

function keysAt(root: z.ZodType, path: Path): string[] {
  let schema: unknown = root;
  for (const part of path) {
    const inner = unwrap(schema);
    if (inner instanceof z.ZodObject) schema = inner.shape[String(part)];
    else if (inner instanceof z.ZodArray) schema = inner.element;
    else if (inner instanceof z.ZodTuple) schema = inner.def.items[Number(part)];
    else if (inner instanceof z.ZodRecord) schema = inner.def.valueType;
  }
  const found = unwrap(schema);
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

const isMap = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Explaining {
  readonly root: z.ZodType;
  readonly value: unknown;
  readonly origin: Origin;
  /** What the whole is. */
  readonly noun: string;
}

function explain(issue: z.core.$ZodIssue, explaining: Explaining): PolicyMistake[] {
  const { root, value, origin, noun } = explaining;
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(root, issue.path);
    return issue.keys.map((key) => {
      const said = `is no key here.${suggestion(key, known)} Known: ${known.join(', ')}.`;
      return mistake(origin, [...issue.path, key], said);
    });
  }
  const given = issue.path.reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown>)?.[part], value);
  if (issue.code === 'invalid_union' && issue.message === 'Invalid input' && isMap(given)) {
    // Of the readings, the one that takes maps is meant.
    const meant = issue.errors.find((all) => all.some((one) => one.code !== 'invalid_value')) ?? [];
    return meant.flatMap((one) => explain({ ...one, path: [...issue.path, ...one.path] }, explaining));
  }
  const deepest = issue.code === 'invalid_union' ? issue.errors.flat()[0] : issue;
  if (deepest?.code === 'invalid_value' && typeof given === 'string') {
    const known = deepest.values.map(String);
    const said = `must be one of ${known.join(', ')}, not "${given}".${suggestion(given, known)}`;
    return [mistake(origin, issue.path, said)];
  }
  const said = issue.path.length === 0 ? `The ${noun} ${issue.message}` : `${issue.message}`;
  return [mistake(origin, issue.path, /[.?]$/.test(said) ? said : `${said}.`)];
}

/** Checks a value against a schema: what it becomes, or everything that is wrong with it. */
export function checkValue<T extends z.ZodType>(
  schema: T,
  value: unknown,
  origin: Origin,
  noun = 'policy',
): { data: z.output<T> } | { mistakes: PolicyMistake[] } {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { data: parsed.data };
  const { issues } = parsed.error;
  // Where a key is misspelled, what is missing without it is no mistake of its own.
  const misspelled = issues
    .filter(({ code }) => code === 'unrecognized_keys')
    .map(({ path }) => path.join('.'));
  const follows = ({ code, path }: z.core.$ZodIssue): boolean =>
    code === 'custom' && misspelled.some((place) => `${place}.`.startsWith([...path, ''].join('.')));
  const mistakes = issues
    .filter((issue) => !follows(issue))
    .flatMap((issue) => explain(issue, { root: schema, value, origin, noun }));
  return { mistakes: mistakes.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
}
