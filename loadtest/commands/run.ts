// `run`: one scenario.

import { writeFileSync } from 'node:fs';
import { execute } from '../execute.ts';
import type { LoadOptions } from '../options.ts';
import { adjusted, prepare } from '../prepare.ts';
import { Teller } from '../progress.ts';
import { runPage } from '../report/html-run.ts';
import { printRun } from '../report/print.ts';
import { readScenario } from '../scenario/read.ts';

/** Runs a scenario and prints its report. Returns whether everything was as it must be. */
export async function run(name: string, options: LoadOptions, signal: AbortSignal): Promise<boolean> {
  const teller = new Teller(options.quiet);
  const scenario = adjusted(readScenario(name), options);
  const bench = await prepare(scenario, options, teller);
  try {
    const { warmupSeconds, seconds } = scenario;
    teller.say(`Warming up for ${warmupSeconds} s, then measuring for ${seconds} s …`);
    const report = await execute({ bench, options, signal, teller });
    teller.close();
    process.stdout.write(`${options.json ? JSON.stringify(report) : printRun(report)}\n`);
    if (options.html !== undefined) writeFileSync(options.html, runPage(report));
    return report.expectations.every(({ met }) => met);
  } finally {
    await bench.close();
  }
}
