// `sepet query`: recommendations in the terminal, from the same recommender and encoder as the server's.

import type { Command } from 'commander';
import { SepetError } from '../base/errors.ts';
import { type RequestParameter, requestParameters } from '../recommend/request.ts';
import { collected } from './common.ts';

const examples = `
Examples:
  sepet query data/demo/artifact.sepet P00042
  sepet query artifact.sepet 85123A 22423 --limit 5
  sepet query artifact.sepet P00042 --with P00007 --with P00123     a basket of three
  sepet query artifact.sepet P00042 --explain             why these, and what the rules dropped
  sepet query artifact.sepet P00042 --policy pdp.yaml --category Electronics --price-max 50000
  sepet query artifact.sepet P00042 --policy pdp.yaml --policy cart.yaml --placement cart
  sepet query artifact.sepet P00042 --policy a.yaml --policy b.yaml --experiments tests.yaml --visitor v1   by the arm of v1
  sepet query artifact.sepet P00042 --policy fm.yaml --user country=France --context time.hour=13
  sepet query artifact.sepet P00042 --fields all --json   the body that the server sends, a line a product`;

interface QueryOptions extends Record<string, unknown> {
  policy?: readonly string[];
  experiments?: string;
  with?: readonly string[];
  user?: readonly string[];
  context?: readonly string[];
  exact?: true;
  verify?: true;
  json?: true;
}

/** `--policy` names a file here, so the parameter of that name has another option. */
const optionOf = (name: string): string => (name === 'policy' ? 'policyName' : name);
const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function addParameter(command: Command, { name, about, placeholder, repeats }: RequestParameter): void {
  const flag = `--${kebab(optionOf(name))}`;
  if (placeholder === undefined) command.option(flag, about);
  else if (repeats) command.option(`${flag} <${placeholder}>`, about, collected);
  else command.option(`${flag} <${placeholder}>`, about);
}

export function register(program: Command): void {
  const command = program
    .command('query')
    .description('Recommend for products, in the terminal')
    .argument('<file>', 'an artifact of `sepet build`')
    .argument('<product...>', 'product ids')
    .option(
      '--policy <file>',
      'A policy document (YAML or JSON); may be repeated, the first is the default',
      collected,
    );
  for (const parameter of requestParameters) addParameter(command, parameter);
  command
    .option('--experiments <file>', 'Which policy answers which placement, channel and visitor')
    .option('--with <id>', 'A further product of the basket; may be repeated', collected)
    .option(
      '--user <column=value>',
      'What is known of who asks; may be repeated, of one column for a list',
      collected,
    )
    .option('--context <column=value>', 'Where and when it is asked; may be repeated', collected)
    .option('--exact', 'Search by exact scan in place of the graph')
    .option('--no-in-stock', 'Only what is out of stock')
    .option('--verify', 'First check the whole file')
    .option('--json', "Print the server's JSON body, one line a product")
    .addHelpText('after', examples)
    .action(query);
}

/** The options given, as the name/value pairs that a query string would hold. */
function pairs(options: QueryOptions): [string, string][] {
  return requestParameters.flatMap(({ name }): [string, string][] => {
    const value = options[optionOf(name)];
    if (value === undefined) return [];
    if (typeof value === 'boolean') return [[name, value ? '1' : '0']];
    return [value].flat().map((one) => [name, String(one)]);
  });
}

/** `country=France` as values by column; a column that is given again has a list. Throws `option_invalid`. */
function askedColumns(name: 'user' | 'context', given: readonly string[] | undefined): object {
  if (given === undefined) return {};
  const columns = new Map<string, string | string[]>();
  for (const pair of given) {
    const cut = pair.indexOf('=');
    if (cut < 1)
      throw new SepetError(
        'option_invalid',
        `--${name} takes COLUMN=VALUE, such as country=France, not "${pair}".`,
      );
    const [column, value] = [pair.slice(0, cut), pair.slice(cut + 1)];
    const before = columns.get(column);
    columns.set(column, before === undefined ? value : [before, value].flat());
  }
  return { [name]: Object.fromEntries(columns) };
}

async function query(file: string, products: string[], options: QueryOptions): Promise<void> {
  const { openArtifact } = await import('../recommend/artifact.ts');
  const { createRecommender } = await import('../recommend/open.ts');
  const { readPolicies } = await import('./policies.ts');
  const { parseRequest, withBasket } = await import('../recommend/request.ts');
  const { assigned } = await import('../recommend/assigned.ts');
  const { openExperiments } = await import('./serve-experiments.ts');
  const { printOutcome } = await import('./query-print.ts');
  const given = pairs(options);
  if (options.json !== true && options.fields === undefined) given.push(['fields', 'all']);
  const policies = readPolicies(options.policy);
  const experiments = await openExperiments(options.experiments);
  const assignments = experiments?.check(policies);
  const requests = products.map((product) => ({
    ...withBasket(assigned(parseRequest(product, given), assignments).request, options.with ?? []),
    ...askedColumns('user', options.user),
    ...askedColumns('context', options.context),
    ...(options.exact && { exact: options.exact }),
  }));
  const artifact = openArtifact(file, { verify: options.verify === true });
  const recommender = createRecommender(artifact, policies);
  for (const [i, outcome] of recommender.recommend(requests).entries())
    printOutcome(artifact, outcome, {
      products: [products[i] ?? '', ...(options.with ?? [])],
      first: i === 0,
      json: options.json === true,
    });
}
