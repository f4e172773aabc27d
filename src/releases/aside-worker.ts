// The thread that works on the labels of a store beside a server. What it opens, hashes and compares costs the event loop
// nothing.

import { setPriority } from 'node:os';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { checkPolicy, parsePolicy } from '../policy/parse.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import type {
  AsideCall,
  AsideData,
  AsideFailure,
  AsideJob,
  AsideResult,
  Change,
  Comparison,
} from './aside-jobs.ts';
import type { ArtifactPlaces } from './cache.ts';
import { compareSides, openSides } from './diff.ts';
import { removePolicy, savePolicy } from './edit-policies.ts';
import { tellHistory, tellLabels } from './overview.ts';
import { promote } from './promote.ts';
import { RefusedError } from './publish.ts';
import { rollback } from './rollback.ts';

/** What a job is done with. */
interface Place {
  readonly store: Store;
  readonly publicKeys?: string | undefined;
  readonly places: ArtifactPlaces;
}

/** Throws `policy_invalid`, also where it is longer than a policy may be. */
function documentOf(policy: unknown): PolicyDocument {
  if (typeof policy === 'string') return parsePolicy(policy, 'policy');
  const document = checkPolicy(policy);
  const { max } = limits.policyBytes;
  if (Buffer.byteLength(JSON.stringify(document)) <= max) return document;
  throw new SepetError('policy_invalid', `The policy is longer than ${max} bytes as JSON.`);
}

function mustPublish(label: string): SepetError {
  return new SepetError(
    'signature_missing',
    `This server serves only what is signed and has no private key: publish the policies of ${label} with \`sepet publish --label ${label} --sign-key KEY\`.`,
  );
}

async function change(job: Change, { store, publicKeys, places }: Place): Promise<object> {
  const { label, why, by, expected } = job;
  const how = { why, ...(by !== undefined && { by }), ...(expected !== undefined && { expected }) };
  const signed = { ...how, ...(publicKeys !== undefined && { publicKeys }) };
  if (job.kind === 'promote') return promote(store, { ...signed, from: job.from, to: label });
  if (job.kind === 'rollback') {
    const { to } = job;
    return rollback(store, { ...signed, label, ...(to !== undefined && { to }) });
  }
  if (publicKeys !== undefined) throw mustPublish(label);
  const edit = { ...how, label, name: job.name, places };
  return job.kind === 'save-policy'
    ? savePolicy(store, documentOf(job.policy), edit)
    : removePolicy(store, edit);
}

async function compare({ from, to, products, examples }: Comparison, place: Place): Promise<object> {
  const [before, after] = await openSides(place.store, [from, to], { ...place.places, files: false });
  return compareSides(before, after, { products, examples });
}

async function carryOut(job: AsideJob, place: Place): Promise<object> {
  const { store } = place;
  if (job.kind === 'labels') return { store: store.url, labels: await tellLabels(store) };
  if (job.kind === 'history') {
    const { label, limit } = job;
    return { label, entries: await tellHistory(store, label, limit) };
  }
  return job.kind === 'diff' ? compare(job, place) : change(job, place);
}

function failureOf(error: unknown): AsideFailure {
  if (error instanceof RefusedError) return { code: error.code, message: error.message, gates: error.gates };
  if (error instanceof SepetError) return { code: error.code, message: error.message };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'internal', message: 'It failed inside; the log holds the details.', stack };
}

async function resultOf({ number, job, places }: AsideCall, data: AsideData): Promise<AsideResult> {
  try {
    store ??= openStore(data.store);
    return { number, result: await carryOut(job, { store, places, publicKeys: data.publicKeys }) };
  } catch (error) {
    return { number, failure: failureOf(error) };
  }
}

let store: Store | undefined;
const port = parentPort as MessagePort;
const data = workerData as AsideData;
// Behind whatever answers requests. Linux has a priority for each thread; elsewhere it would be the process's.
if (process.platform === 'linux') setPriority(10);
port.on('message', (call: AsideCall) => {
  void resultOf(call, data).then((result) => port.postMessage(result));
});
