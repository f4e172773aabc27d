// `npm run loadtest`: the command line. Each verb has a file in commands/.

import { Command, CommanderError } from 'commander';
import { compare } from './commands/compare.ts';
import { run } from './commands/run.ts';
import { search } from './commands/search.ts';
import { LoadError, WrongAnswers } from './mistake.ts';
import { addLoadOptions, type LoadOptions, loadOptions, number, type SearchOptions } from './options.ts';
import { readScenario, scenarioNames } from './scenario/read.ts';

const exitCodes = `
Exit codes: 0 everything was as it must be; 1 an answer was wrong, a request failed, or what the scenario must show was
not met; 2 the command line, a file or the server was not right; 130 ended by Ctrl-C (the report of what was measured
until then is printed; a second Ctrl-C ends at once).`;

const examples = `
Examples:
  npm run loadtest                                    scenario widget on the demo shop, for 10 seconds
  npm run loadtest -- run basket --artifact data/or/artifact.sepet --connections 64
  npm run loadtest -- run --rate 2000 --duration 30   a constant rate instead of as fast as possible
  npm run loadtest -- run cold --driver wrk           saturation, by wrk
  npm run loadtest -- run overload -- --queue 256     what follows -- goes to \`sepet serve\`
  npm run loadtest -- run --url http://127.0.0.1:7700 --html report.html
  npm run --silent loadtest -- run --json > before.json
  npm run loadtest -- search widget --p99-ms 5        the highest rate that holds p99 under 5 ms
  npm run loadtest -- compare before.json after.json --html compare.html
  npm run loadtest -- scenarios                       what can be run
${exitCodes}`;

const asked = new AbortController();

process.on('SIGINT', () => {
  if (asked.signal.aborted) process.exit(130);
  process.stderr.write('\nEnding; a second Ctrl-C ends at once.\n');
  asked.abort();
});

/** What follows \`--\` is the server's. */
function split(argv: readonly string[]): [own: readonly string[], flags: readonly string[]] {
  const at = argv.indexOf('--');
  return at === -1 ? [argv, []] : [argv.slice(0, at), argv.slice(at + 1)];
}

function settle(isGood: boolean): void {
  process.exitCode = asked.signal.aborted ? 130 : isGood ? 0 : 1;
}

const [own, flags] = split(process.argv.slice(2));

const program = new Command('npm run loadtest --')
  .description('Serves an artifact, checks a sample of its answers and measures it under load.')
  .exitOverride()
  .addHelpText('after', examples);

addLoadOptions(program.command('run [scenario]', { isDefault: true }))
  .description('measure a scenario, by name or from a YAML file (default widget)')
  .option('--rate <n>', 'requests a second over all connections', number(0.1, 1_000_000, false))
  .addHelpText('after', examples)
  .action(async (name: string | undefined, given: Record<string, unknown>) =>
    settle(await run(name ?? 'widget', loadOptions<LoadOptions>(given, flags), asked.signal)),
  );

addLoadOptions(program.command('search [scenario]'))
  .description('find the highest constant rate that holds p99 under a bound, without failures')
  .option('--p99-ms <n>', 'the bound', number(0.01, 60_000, false), 5)
  .option('--from <n>', 'rate tried first (default half of a closed loop)', number(1, 1_000_000, true))
  .option('--to <n>', 'highest rate tried', number(1, 1_000_000, true), 100_000)
  .option('--precision <share>', 'how near the rates that hold and do not get', number(0.005, 1, false), 0.05)
  .option('--tries <n>', 'how often a rate must fail to be given up', number(1, 10, true), 2)
  .addHelpText('after', exitCodes)
  .action(async (name: string | undefined, given: Record<string, unknown>) =>
    settle(await search(name ?? 'widget', loadOptions<SearchOptions>(given, flags), asked.signal)),
  );

program
  .command('compare <before> <after>')
  .description('two reports of --json side by side')
  .option('--tolerance <share>', 'difference that counts as none', number(0, 1, false), 0.05)
  .option('--json', 'one JSON object on stdout', false)
  .option('--html <file>', 'write the comparison as a page, too')
  .option('--fail-if-worse', 'exit code 1 where the second is worse', false)
  .action((before: string, after: string, given) => settle(compare(before, after, given)));

program
  .command('scenarios')
  .description('list the scenarios that come with Sepet')
  .option('--json', 'one JSON object on stdout', false)
  .action(({ json }: { json: boolean }) => {
    const scenarios = scenarioNames().map(readScenario);
    const text = scenarios.map(({ name, about }) => `${name.padEnd(14)}${about}`).join('\n');
    process.stdout.write(`${json ? JSON.stringify({ scenarios }) : text}\n`);
  });

try {
  await program.parseAsync(['node', 'loadtest', ...own]);
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof LoadError) {
    process.stderr.write(`loadtest: ${error.message}\n`);
    process.exitCode = asked.signal.aborted ? 130 : error instanceof WrongAnswers ? 1 : 2;
  } else throw error;
}
