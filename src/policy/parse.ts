// Reads a policy from YAML or JSON text. A mistake is named with its line, its place and, for a misspelled
// key or word, the nearest one that exists.

import { readFileSync } from 'node:fs';
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { z } from 'zod';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { suggestion } from '../base/nearest.ts';
import { type PolicyDocument, policySchema } from './document.ts';

type Path = readonly PropertyKey[];

function collectLines(node: unknown, path: Path, counter: LineCounter, lines: Record<string, number>): void {
  const mark = (at: Path, place: Node): void => {
    if (place.range) lines[at.join('.')] = counter.linePos(place.range[0]).line;
  };
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      if (!isScalar(key)) continue;
      const at = [...path, String(key.value)];
      mark(at, key);
      collectLines(value, at, counter, lines);
    }
  } else if (isSeq(node)) {
    node.items.forEach((item, i) => {
      mark([...path, i], item as Node);
      collectLines(item, [...path, i], counter, lines);
    });
  }
}

/** The line of a place in the document, or of the nearest place around it. */
export function lineOf(origin: PolicyDocument['origin'], path: Path): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const line = origin?.lines[path.slice(0, length).join('.')];
    if (line !== undefined) return line;
  }
  return undefined;
}

/** `pdp.yaml, line 7: filters.2.keep: …`, as a `policy_invalid`. */
export function policyError(origin: PolicyDocument['origin'], path: Path, said: string): SepetError {
  const line = lineOf(origin, path);
  const where = [origin?.file ?? 'policy', ...(line === undefined ? [] : [`line ${line}`])].join(', ');
  const place = path.length === 0 ? '' : `${path.join('.')} `;
  return new SepetError('policy_invalid', `${where}: ${place}${said}`);
}

function unwrap(schema: unknown): unknown {
  let inner = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault)
    inner = inner.unwrap();
  return inner;
}

function keysAt(path: Path): string[] {
  let schema: unknown = policySchema;
  for (const part of path) {
    const inner = unwrap(schema);
    if (inner instanceof z.ZodObject) schema = inner.shape[String(part)];
    else if (inner instanceof z.ZodArray) schema = inner.element;
  }
  const found = unwrap(schema);
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

function explain(issue: z.core.$ZodIssue, value: unknown, origin: PolicyDocument['origin']): SepetError {
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const known = keysAt(issue.path);
    const said = `is no key here.${suggestion(key, known)} Known: ${known.join(', ')}.`;
    return policyError(origin, [...issue.path, key], said);
  }
  const given = issue.path.reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown>)?.[part], value);
  const deepest = issue.code === 'invalid_union' ? issue.errors.flat()[0] : issue;
  if (deepest?.code === 'invalid_value' && typeof given === 'string') {
    const known = deepest.values.map(String);
    const said = `must be one of ${known.join(', ')}, not "${given}".${suggestion(given, known)}`;
    return policyError(origin, issue.path, said);
  }
  const said = issue.path.length === 0 ? `The policy ${issue.message}` : `${issue.message}`;
  return policyError(origin, issue.path, `${said.replace(/\.$/, '')}.`);
}

/** Checks a policy that is already data. Throws `policy_invalid`. */
export function checkPolicy(value: unknown, origin?: PolicyDocument['origin']): PolicyDocument {
  const parsed = policySchema.safeParse(value);
  if (!parsed.success) throw explain(parsed.error.issues[0] as z.core.$ZodIssue, value, origin);
  return origin === undefined ? parsed.data : { ...parsed.data, origin };
}

/**
 * Parses and checks YAML or JSON text; `file` is its name in messages.
 * Throws `policy_invalid` with the line and, for a misspelling, the nearest known word.
 */
export function parsePolicy(text: string, file: string): PolicyDocument {
  if (Buffer.byteLength(text) > limits.policyBytes.max)
    throw new SepetError('policy_invalid', `${file} is longer than ${limits.policyBytes.max} bytes.`);
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const [error] = document.errors;
  if (error !== undefined) {
    const said = error.message.split('\n', 1)[0]?.replace(/:$/, '');
    throw new SepetError('policy_invalid', `${file} is not YAML: ${said}.`);
  }
  const lines: Record<string, number> = {};
  collectLines(document.contents, [], counter, lines);
  return checkPolicy(document.toJS(), { file, lines });
}

/** Reads a policy file. Throws `input_missing` where it cannot be read, and what `parsePolicy` throws. */
export function readPolicy(file: string): PolicyDocument {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SepetError('input_missing', `The policy ${file} cannot be read.`, { cause });
  }
  return parsePolicy(text, file);
}
