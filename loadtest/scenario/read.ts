// A scenario by its name, or from a file of one's own.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';
import { LoadError } from '../mistake.ts';
import { suggestion } from '../nearest.ts';
import { fromRoot } from '../root.ts';
import { keysAt, type Scenario, scenarioSchema } from './schema.ts';

/** The files are read where they are written: nothing copies them to dist. */
const folder = fromRoot('loadtest', 'scenarios');

const isFile = (name: string): boolean => /[./\\]/.test(name);

/** The names of the scenarios that come with Sepet. */
export const scenarioNames = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.replace(/\.yaml$/, ''))
    .sort();

/** Reads a scenario. Throws a LoadError that names the nearest one, or what is wrong in the file. */
export function readScenario(name: string): Scenario {
  if (isFile(name)) {
    if (!existsSync(name)) throw new LoadError(`There is no scenario file ${name}.`);
    return parseScenario(readFileSync(name, 'utf8'), name);
  }
  const names = scenarioNames();
  if (!names.includes(name))
    throw new LoadError(
      `There is no scenario "${name}".${suggestion(name, names)} Known: ${names.join(', ')}; or name a file.`,
    );
  return parseScenario(readFileSync(join(folder, `${name}.yaml`), 'utf8'), `${name}.yaml`);
}

/** The scenario that a YAML (or JSON) text holds; `where` is said in complaints. */
export function parseScenario(text: string, where: string): Scenario {
  let document: unknown;
  try {
    document = parse(text);
  } catch (cause) {
    throw new LoadError(`${where} is not YAML: ${(cause as Error).message}`, { cause });
  }
  const parsed = scenarioSchema.safeParse(document, { reportInput: true });
  if (!parsed.success)
    throw new LoadError(parsed.error.issues.map((issue) => `${where}: ${complaint(issue)}`).join('\n'));
  const [least, most] = [0, 1].map((end) => parsed.data.mix.map(({ products }) => products[end] ?? 0));
  if (least?.some((value, i) => value > (most?.[i] ?? 0)))
    throw new LoadError(`${where}: the first number of mix.products is the least, the second the most.`);
  return parsed.data;
}

function complaint(issue: z.core.$ZodIssue): string {
  const place = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  if (issue.code === 'unrecognized_keys')
    return issue.keys
      .map((key) => `${place}there is no key "${key}".${suggestion(key, keysAt(issue.path))}`)
      .join(' ');
  if (issue.code === 'invalid_value' && typeof issue.input === 'string')
    return `${place}"${issue.input}" is none of ${issue.values.join(', ')}.${suggestion(issue.input, issue.values.map(String))}`;
  return `${place}${issue.message}`;
}
