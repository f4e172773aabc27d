// The thread of exact-aside.ts. It answers a served request twice more by the version that it was served by: as it was
// served, which tells how vectors were searched and that the version is the same, and by exact scan.

import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { unpack } from 'msgpackr';
import { collectGarbage } from '../base/garbage.ts';
import { openArtifact } from './artifact.ts';
import type { ExactOutcome, ExactStart, ExactVersion, ServedAnswer, ToExact } from './exact-aside.ts';
import { createRecommender } from './open.ts';
import { isFailure, type RecommendAnswer, type Recommender } from './recommender.ts';

const { load } = workerData as ExactStart;
/** Lists are compared so far. */
const compared = 10;

/** Behind whatever answers requests. Linux has a priority for each thread; elsewhere it would be the process's. */
const patience = 19;
if (process.platform === 'linux') setPriority(patience);

let recommender: Recommender | undefined;
let failure = '';
let waiting: ServedAnswer[] = [];
let isResting = false;

function open({ file, artifact: id, pages, policies, ...options }: ExactVersion): void {
  recommender = undefined;
  try {
    const artifact = openArtifact(file, { pages });
    if (artifact.id !== id) throw new Error(`${file} was replaced while it was served.`);
    recommender = createRecommender(artifact, policies, options);
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
}

const tell = (outcome: ExactOutcome): void => parentPort?.postMessage(outcome);
const idsOf = ({ items }: Pick<RecommendAnswer, 'items'>): string[] => items.map(({ id }) => id);

function answer(opened: Recommender, request: ServedAnswer['request']): RecommendAnswer {
  const [outcome] = opened.recommend([request]);
  if (outcome === undefined || isFailure(outcome))
    throw new Error(outcome?.error.message ?? 'The request has no answer.');
  return outcome;
}

function compare({ request, encoding, body, nowMs }: ServedAnswer): ExactOutcome {
  if (recommender === undefined) return { result: 'failed', message: failure };
  try {
    const text = encoding === 'json' ? JSON.parse(new TextDecoder().decode(body)) : unpack(body);
    const served = idsOf(text as RecommendAnswer);
    const same = { ...request, nowMs: request.nowMs ?? nowMs };
    const again = answer(recommender, { ...same, explain: true });
    if (idsOf(again).join('\n') !== served.join('\n')) return { result: 'differs' };
    const exact = idsOf(answer(recommender, { ...same, explain: false, exact: true })).slice(0, compared);
    if (exact.length === 0) return { result: 'empty' };
    const found = new Set(served.slice(0, compared));
    const recall = exact.filter((id) => found.has(id)).length / exact.length;
    return { result: 'compared', recall, way: again.explain?.search ?? 'none' };
  } catch (error) {
    return { result: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

/** Works off one answer, then rests so long that the scans take no more than their share of a core. */
function work(): void {
  if (isResting) return;
  const next = waiting.shift();
  if (next === undefined) return;
  const startedMs = performance.now();
  tell(compare(next));
  isResting = true;
  const restMs = (performance.now() - startedMs) * (1 / load - 1);
  setTimeout(() => {
    isResting = false;
    work();
  }, restMs);
}

parentPort?.on('message', (message: ToExact) => {
  if ('served' in message) {
    waiting.push(message.served);
    work();
    return;
  }
  for (const _ of waiting) tell({ result: 'differs' });
  waiting = [];
  open(message.follow);
  void collectGarbage();
});
