// `sepet policy`: checks policy documents, and says in words what one does.

import type { Command } from 'commander';
import { SepetError } from '../base/errors.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { PolicyHoldings } from '../policy/compile.ts';
import type { PolicyDocument } from '../policy/document.ts';
import type { PolicyMistake } from '../policy/mistakes.ts';
import type { PolicyLine } from '../policy/words.ts';
import { count, counted, textTable } from './text.ts';

interface PolicyOptions {
  artifact?: string;
  json?: true;
}

const checkExamples = `
Examples:
  sepet policy check pdp.yaml                             keys, words, ranges
  sepet policy check *.yaml --artifact artifact.sepet   also every category, brand and field, and names used twice`;
const showExamples = `
Examples:
  sepet policy show pdp.yaml
  sepet policy show pdp.yaml --artifact artifact.sepet   also how many products each fixed filter passes`;

export function register(program: Command): void {
  const policy = program.command('policy').description('Check policies, and say what they do');
  policy
    .command('check')
    .description('Name every mistake in policy documents, with its line')
    .argument('<file...>', 'policy documents (YAML or JSON)')
    .option('--artifact <file>', 'Also look every category, brand and field up in this artifact')
    .option('--json', 'Print one JSON object')
    .addHelpText('after', checkExamples)
    .action(check);
  policy
    .command('show')
    .description('Say in words what a policy does')
    .argument('<file>', 'a policy document (YAML or JSON)')
    .option('--artifact <file>', 'Also count what its filters pass in this artifact')
    .option('--json', 'Print one JSON object: the whole document with its defaults and its hash')
    .addHelpText('after', showExamples)
    .action(show);
}

/** What policies are checked against. */
interface World {
  readonly catalog: Catalog;
  readonly holdings: PolicyHoldings;
}

async function openWorld(file: string | undefined): Promise<World | undefined> {
  if (file === undefined) return undefined;
  const { holdingsOf, openArtifact } = await import('../recommend/artifact.ts');
  const artifact = openArtifact(file);
  return { catalog: artifact.catalog, holdings: holdingsOf(artifact) };
}

interface Checked {
  readonly file: string;
  readonly document?: PolicyDocument;
  readonly mistakes: readonly PolicyMistake[];
}

async function check(files: string[], options: PolicyOptions): Promise<void> {
  const { inspectPolicy, readPolicyText } = await import('../policy/parse.ts');
  const { catalogMistakes } = await import('../policy/compile.ts');
  const { conflicts } = await import('../policy/set.ts');
  const world = await openWorld(options.artifact);
  const reads = files.map((file) => ({ file, read: inspectPolicy(readPolicyText(file), file) }));
  const twice = conflicts(reads.flatMap(({ read }) => ('document' in read ? read.document : [])));
  const checked = reads.map(({ file, read }): Checked => {
    if ('mistakes' in read) return { file, mistakes: read.mistakes };
    const { document } = read;
    const own = twice.filter((conflict) => conflict.document === document);
    const mistakes = [
      ...own.map(({ said }) => ({ file, place: '', said })),
      ...(world === undefined ? [] : catalogMistakes(document, world.catalog, world.holdings)),
    ];
    return { file, document, mistakes };
  });
  process.stdout.write(
    options.json === true ? await checkedJson(checked) : await checkedText(checked, options.artifact),
  );
  const wrong = checked.filter(({ mistakes }) => mistakes.length > 0);
  if (wrong.length === 0) return;
  const total = wrong.reduce((sum, { mistakes }) => sum + mistakes.length, 0);
  const where = files.length === 1 ? files[0] : `${wrong.length} of ${files.length} policies`;
  throw new SepetError('policy_invalid', `${counted(total, 'mistake')} in ${where}.`);
}

async function checkedJson(checked: readonly Checked[]): Promise<string> {
  const { policyHash } = await import('../policy/hash.ts');
  const { policyLabel } = await import('../policy/document.ts');
  const policies = checked.map(({ file, document, mistakes }) => ({
    file,
    ok: mistakes.length === 0,
    ...(document && { policy: policyLabel(document), hash: policyHash(document) }),
    mistakes,
  }));
  return `${JSON.stringify({ ok: policies.every(({ ok }) => ok), policies })}\n`;
}

async function checkedText(checked: readonly Checked[], artifact: string | undefined): Promise<string> {
  const { policyLabel } = await import('../policy/document.ts');
  const { sentence } = await import('../policy/mistakes.ts');
  const lines = checked.flatMap(({ file, document, mistakes }) => {
    if (mistakes.length > 0 || document === undefined) return mistakes.map(sentence);
    const { filters, rank } = document;
    const parts = `${counted(filters.length, 'filter')}, ${counted(rank.length, 'rank rule')}`;
    const names = artifact === undefined ? '' : `, all its names are in ${artifact}`;
    return [`${file}: right. ${policyLabel(document)}, ${parts}${names}`];
  });
  return `${lines.join('\n')}\n`;
}

async function show(file: string, options: PolicyOptions): Promise<void> {
  const { policyLabel } = await import('../policy/document.ts');
  const { policyHash } = await import('../policy/hash.ts');
  const { readPolicy } = await import('../policy/parse.ts');
  const { describePolicy } = await import('../policy/words.ts');
  const document = readPolicy(file);
  const world = await openWorld(options.artifact);
  const products = world?.catalog.products;
  const passing = world === undefined ? undefined : await countPassing(document, world);
  if (options.json === true) {
    const { origin: _, ...policy } = document;
    const head = { policy: policyLabel(document), hash: policyHash(document) };
    const passes = passing && { passing: Object.fromEntries(passing), products };
    process.stdout.write(`${JSON.stringify({ ...head, ...passes, document: policy })}\n`);
    return;
  }
  const words = describePolicy(document);
  const sections: [string, readonly PolicyLine[]][] = [
    ['Candidates', words.general],
    ['Filters, in this order; what is not known passes unless it says otherwise', words.filters],
    ['Ranking', words.rank],
    ['Answer', words.answer],
  ];
  const out = [`${policyLabel(document)}  ${policyHash(document)}`];
  for (const [title, lines] of sections)
    if (lines.length > 0) out.push('', title, linesTable(lines, passing, products));
  process.stdout.write(`${out.join('\n')}\n`);
}

function linesTable(
  lines: readonly PolicyLine[],
  passing: ReadonlyMap<string, number> | undefined,
  products = 0,
): string {
  const passes = (name: string): string => {
    const rows = passing?.get(name);
    return rows === undefined ? '' : `passes ${count(rows)} of ${count(products)}`;
  };
  return textTable(
    [{ head: '' }, { head: '' }, { head: '' }, { head: '' }],
    lines.map(({ name, said, mandatory }) => [name, said, mandatory ? 'mandatory' : '', passes(name)]),
  )
    .split('\n')
    .slice(1)
    .join('\n');
}

/** How many products each filter passes that is the same for every query product. Throws `policy_invalid`. */
async function countPassing(
  document: PolicyDocument,
  { catalog, holdings }: World,
): Promise<Map<string, number>> {
  const { catalogMistakes, compilePolicy } = await import('../policy/compile.ts');
  const { errorOf } = await import('../policy/mistakes.ts');
  const mistakes = catalogMistakes(document, catalog, holdings);
  if (mistakes.length > 0) throw errorOf(mistakes);
  const unconditional = { ...document, filters: document.filters.map(({ when: _, ...rule }) => rule) };
  const compiled = compilePolicy(unconditional, catalog, holdings);
  const counts = new Map<string, number>();
  for (const rule of compiled.bind(-1, [])) {
    if (!rule.isFixed) continue;
    let rows = 0;
    for (let row = 0; row < catalog.products; row++) if (!rule.drops(row)) rows++;
    counts.set(rule.name, rows);
  }
  return counts;
}
