// Options of a bench: numbers with defaults, --json and --help. A wrong one is a sentence, not a stack.

import { parseArgs } from 'node:util';

export interface BenchFlags<Name extends string> {
  readonly json: boolean;
  readonly numbers: Readonly<Record<Name, number>>;
  /** Values of the options that may be repeated, as text. */
  readonly texts: readonly string[];
}

/** Reads the process's arguments. `texts` names an option that takes text and may be repeated. Ends the process on --help. */
export function benchFlags<Name extends string>(
  usage: string,
  defaults: Readonly<Record<Name, number>>,
  texts?: string,
): BenchFlags<Name> {
  const names = Object.keys(defaults) as Name[];
  try {
    const { values } = parseArgs({
      options: {
        json: { type: 'boolean' },
        help: { type: 'boolean' },
        ...(texts !== undefined && { [texts]: { type: 'string' as const, multiple: true } }),
        ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
      },
    }) as { values: Record<string, string | boolean | string[] | undefined> };
    if (values.help === true) {
      process.stdout.write(`${usage}\n`);
      process.exit(0);
    }
    const numbers = Object.fromEntries(
      names.map((name) => {
        const value = Number(values[name] ?? defaults[name]);
        if (!Number.isInteger(value) || value < 1)
          throw new Error(`--${name} must be a whole number from 1 on.`);
        return [name, value];
      }),
    ) as Record<Name, number>;
    return {
      json: values.json === true,
      numbers,
      texts: (values[texts ?? ''] as string[] | undefined) ?? [],
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
    process.exit(1);
  }
}
