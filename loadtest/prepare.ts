// Before the load: a server, its answers checked, the requests drawn and one of each kind tried.

import { makeSwapper, remoteSwapper, type Swapper } from './beside/swapper.ts';
import { type CheckReport, checkAnswers } from './check.ts';
import { LoadError } from './mistake.ts';
import type { LoadOptions } from './options.ts';
import type { Teller } from './progress.ts';
import { askCatalogue, askFacts, type Served } from './requests/catalogue.ts';
import { drawRequests } from './requests/draw.ts';
import { acceptTypes, freshMark, freshNumber, type LoadRequest, wireText } from './requests/request.ts';
import type { Scenario } from './scenario/schema.ts';
import { checkArtifact, runningServer, startServer, type Target } from './server.ts';

/** Everything that a measurement needs. */
export interface Bench {
  readonly scenario: Scenario;
  readonly url: string;
  readonly served: Served;
  readonly serverFlags: readonly string[];
  readonly check: CheckReport;
  /** The requests as latin1 text. */
  readonly texts: readonly string[];
  /** A path that any client may ask for. */
  readonly plainPath: string;
  readonly swapper?: Swapper;
  close(): Promise<void>;
}

const sampledFacts = 200;

/** The scenario with what the command line says otherwise. */
export function adjusted(scenario: Scenario, options: LoadOptions): Scenario {
  const { connections, rate, seconds, warmupSeconds, skew } = options;
  return {
    ...scenario,
    ...(connections !== undefined && { connections }),
    ...(rate !== undefined && { rate }),
    ...(seconds !== undefined && { seconds }),
    ...(warmupSeconds !== undefined && { warmupSeconds }),
    ...(skew !== undefined && { skew }),
  };
}

/** Gets everything ready. Throws a LoadError where the server is wrong or refuses the scenario's requests. */
export async function prepare(scenario: Scenario, options: LoadOptions, teller: Teller): Promise<Bench> {
  if (options.driver === 'wrk' && (scenario.rate !== undefined || scenario.overload !== undefined))
    throw new LoadError(
      `wrk knows no constant rate, which ${scenario.name} asks for: take --driver autocannon or another scenario.`,
    );
  const swapper = await swapperFor(scenario, options);
  const flags = [...scenario.serve, ...workerFlags(options), ...options.flags];
  let target: Target | undefined;
  const close = async (): Promise<void> => {
    await target?.stop();
    swapper?.close();
  };
  try {
    target = await open(options, swapper, flags);
    const { url } = target;
    const ready = await readyRequests(url, scenario, options, swapper, teller);
    return { scenario, url, serverFlags: flags, ...ready, ...(swapper !== undefined && { swapper }), close };
  } catch (error) {
    await close();
    throw error;
  }
}

const workerFlags = ({ workers }: LoadOptions): string[] =>
  workers === undefined ? [] : ['--workers', String(workers)];

async function swapperFor({ swap }: Scenario, options: LoadOptions): Promise<Swapper | undefined> {
  if (options.url === undefined) checkArtifact(options.artifact);
  if (swap === undefined) return undefined;
  if (options.url !== undefined) return remoteSwapper(swap.by);
  const { artifact, other, policy } = options;
  return makeSwapper(swap.by, { artifact, other, policy, flags: [] });
}

function open(
  options: LoadOptions,
  swapper: Swapper | undefined,
  flags: readonly string[],
): Target | Promise<Target> {
  const { url, artifact, policy } = options;
  if (url !== undefined) return runningServer(url);
  if (swapper !== undefined) return startServer([...swapper.serve, ...flags]);
  return startServer([artifact, ...(policy === undefined ? [] : ['--policy', policy]), ...flags]);
}

async function readyRequests(
  url: string,
  scenario: Scenario,
  options: LoadOptions,
  swapper: Swapper | undefined,
  teller: Teller,
) {
  const { seed, check: count, artifact } = options;
  const { served, products } = await askCatalogue(url);
  const wantsFacts = scenario.mix.some(({ filters }) => filters.length > 0);
  const facts = wantsFacts ? await askFacts(url, products, { count: sampledFacts, seed }) : [];
  const requests = drawRequests(scenario, { products, facts }, seed);
  await tryRequests(url, requests, scenario);
  if (count > 0) teller.say(`Checking ${count} products against \`sepet query\` …`);
  const policy = swapper?.policy ?? options.policy;
  const check = await checkAnswers({ url, products, count, seed, artifact, policy });
  const { host } = new URL(url);
  const texts = requests.map((request) => wireText(request, { host, accept: scenario.accept }));
  const plainPath = `/v1/products/${encodeURIComponent(products[0] ?? '')}/bought-together`;
  return { served, check, texts, plainPath };
}

const tried = 20;
const triedMs = 10_000;

/** The first few, as a server that refuses them would be measured refusing. */
async function tryRequests(url: string, requests: readonly LoadRequest[], { accept, name }: Scenario) {
  const filled = (text: string): string => text.replace(freshMark, freshNumber(0));
  for (const { method, path: drawn, body } of requests.slice(0, tried)) {
    const path = filled(drawn);
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { accept: acceptTypes[accept], ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: filled(body) }),
      signal: AbortSignal.timeout(triedMs),
    }).catch((cause: unknown) => {
      throw new LoadError(`${url} does not answer ${method} ${path} of scenario ${name}.`, { cause });
    });
    const answer = Buffer.from(await response.arrayBuffer());
    // A batch is 200 even where each of its requests fails.
    if (!response.ok || answer.includes('urn:sepet:error:'))
      throw new LoadError(
        `${url} answers ${method} ${path} of scenario ${name} with ${response.status}: ${answer}`,
      );
  }
}
