// The user tower: a model in ONNX that turns what a request gives as `tower` into a vector to ask with. The only importer of
// onnxruntime-node, a large package that nobody gets who did not ask for it; it is looked for when a tower is opened.
// Thread rule: a tower belongs to the thread that opened it.

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Recommender } from '../recommend/recommender.ts';
import { failureOf, type Job, type JobFailure } from './answers.ts';
import type { Opener } from './versions.ts';

/** Plain data, so that every thread can open it for itself. */
export interface TowerOptions {
  /** A model with one input [batch, inputs] and one output [batch, dims], float32 both; the batch may be fixed to 1. */
  readonly file: string;
  /** Products are asked with (1 - weight) times their IN vector and `weight` times the tower's. */
  readonly weight: number;
}

export interface Tower {
  readonly inputs: number;
  readonly dims: number;
  readonly weight: number;
  /** The vectors of rows of `inputs` numbers each, in their order. Rejects with what the model throws. */
  run(rows: readonly Float32Array[]): Promise<readonly Float32Array[]>;
}

/** What is used of onnxruntime-node. */
interface Runtime {
  readonly InferenceSession: { create(file: string, options: object): Promise<Session> };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => Tensor;
}
interface Tensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}
interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** A symbolic size is its name. */
  readonly inputMetadata: readonly {
    readonly type?: string;
    readonly shape?: readonly (number | string)[];
  }[];
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
}

/** Where onnxruntime-node is, if Node.js does not find it from here: the folder of the package. */
const runtimeVariable = 'SEPET_ONNXRUNTIME';

async function loadRuntime(): Promise<Runtime> {
  const given = process.env[runtimeVariable] ?? '';
  try {
    const path = createRequire(import.meta.url).resolve(given === '' ? 'onnxruntime-node' : given);
    const loaded = (await import(pathToFileURL(path).href)) as { readonly default?: Runtime } & Runtime;
    return loaded.default ?? loaded;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new SepetError(
      'tower_unavailable',
      `A user tower needs the package onnxruntime-node, which cannot be loaded (${why}). Install it beside Sepet: npm install onnxruntime-node`,
      { cause },
    );
  }
}

const invalid = (file: string, said: string, cause?: unknown): SepetError =>
  new SepetError('tower_invalid', `${file}: ${said}`, cause === undefined ? {} : { cause });

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] as string;

/** Numbers in, and whether rows go together, by the shape of the model's one input. */
function inputOf(session: Session, file: string): { readonly inputs: number; readonly isBatched: boolean } {
  const { inputNames, outputNames, inputMetadata } = session;
  if (inputNames.length !== 1 || outputNames.length !== 1)
    throw invalid(file, `has ${inputNames.length} inputs and ${outputNames.length} outputs, not one each.`);
  const { type, shape = [] } = inputMetadata[0] ?? {};
  const [batch, inputs] = shape;
  const shown = `${type} [${shape.join(', ')}]`;
  const { min, max } = limits.towerInputs;
  const isWidth = typeof inputs === 'number' && inputs >= min && inputs <= max;
  if (type !== 'float32' || shape.length !== 2 || !isWidth || (typeof batch === 'number' && batch !== 1))
    throw invalid(file, `its input is ${shown}, not float32 [batch, ${min} to ${max}].`);
  return { inputs, isBatched: typeof batch !== 'number' };
}

/**
 * Opens a model and runs it once. Throws `tower_unavailable` without onnxruntime-node, and `tower_invalid` for a file that is no
 * model, for one of other shapes, and for one that does not run.
 */
export async function openTower({ file, weight }: TowerOptions): Promise<Tower> {
  const { InferenceSession, Tensor } = await loadRuntime();
  let session: Session;
  try {
    session = await InferenceSession.create(file, {
      // Each worker has a core of its own.
      ...{ intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential' },
      logSeverityLevel: 3,
    });
  } catch (error) {
    throw invalid(file, `cannot be opened as a model: ${messageOf(error)}`, error);
  }
  const { inputs, isBatched } = inputOf(session, file);
  const [inputName = '', outputName = ''] = [session.inputNames[0], session.outputNames[0]];

  async function runTogether(rows: readonly Float32Array[]): Promise<Float32Array[]> {
    const data = new Float32Array(rows.length * inputs);
    rows.forEach((row, i) => {
      data.set(row, i * inputs);
    });
    const results = await session.run({ [inputName]: new Tensor('float32', data, [rows.length, inputs]) });
    const output = results[outputName];
    const [count, dims] = output?.dims ?? [];
    if (!(output?.data instanceof Float32Array) || output.dims.length !== 2 || count !== rows.length || !dims)
      throw invalid(
        file,
        `${rows.length} rows came out as ${output?.type} [${output?.dims}], not as float32 [${rows.length}, dims].`,
      );
    const { data: vectors } = output;
    return rows.map((_, i) => vectors.slice(i * dims, (i + 1) * dims));
  }

  async function run(rows: readonly Float32Array[]): Promise<Float32Array[]> {
    if (isBatched) return runTogether(rows);
    const vectors: Float32Array[] = [];
    for (const row of rows) vectors.push(...(await runTogether([row])));
    return vectors;
  }

  try {
    const [probe] = await run([new Float32Array(inputs)]);
    return { inputs, dims: (probe as Float32Array).length, weight, run };
  } catch (error) {
    if (error instanceof SepetError) throw error;
    throw invalid(file, `does not run: ${messageOf(error)}`, error);
  }
}

/** An opener whose versions the tower's vectors fit: others are refused with `tower_invalid`. */
export function fitting<Opened extends Pick<Recommender, 'info'>>(
  opener: Opener<Opened>,
  tower: Tower,
): Opener<Opened> {
  return {
    open(version) {
      const opened = opener.open(version);
      const { dims } = opened.info;
      if (dims === tower.dims) return opened;
      throw new SepetError(
        'tower_invalid',
        `The user tower gives vectors of ${tower.dims} numbers; those of this artifact have ${dims}.`,
      );
    },
    forgetOthers: (kept) => opener.forgetOthers(kept),
  };
}

const areFinite = (values: Float32Array): boolean => values.every(Number.isFinite);

/** What a request gives the tower, as it takes it; or why it does not. */
function inputFor({ inputs }: Tower, given: readonly number[]): Float32Array | JobFailure {
  if (given.length !== inputs)
    return { code: 'option_invalid', message: `tower must have ${inputs} numbers, not ${given.length}.` };
  const row = Float32Array.from(given);
  if (areFinite(row)) return row;
  return { code: 'option_invalid', message: 'tower holds a number that is too large for 32 bits.' };
}

/** The jobs with the tower's vectors in the requests that ask for it; where that fails, they carry why. */
export async function liftJobs(tower: Tower, jobs: readonly Job[]): Promise<readonly Job[]> {
  const lifted = [...jobs];
  const asked: { readonly at: number; readonly row: Float32Array }[] = [];
  const refuse = (at: number, refused: JobFailure): void => {
    lifted[at] = { ...(jobs[at] as Job), refused };
  };
  for (const [at, { request }] of jobs.entries()) {
    if (request.tower === undefined) continue;
    const row = inputFor(tower, request.tower);
    if ('code' in row) refuse(at, row);
    else asked.push({ at, row });
  }
  if (asked.length === 0) return lifted;
  try {
    const vectors = await tower.run(asked.map(({ row }) => row));
    asked.forEach(({ at }, i) => {
      const vector = vectors[i] as Float32Array;
      const { request, encoding } = jobs[at] as Job;
      if (vector.length === tower.dims && areFinite(vector))
        lifted[at] = { request: { ...request, towered: { vector, weight: tower.weight } }, encoding };
      else refuse(at, { code: 'tower_invalid', message: 'The user tower gave no vector of finite numbers.' });
    });
  } catch (error) {
    const message = `The user tower failed: ${messageOf(error)}`;
    for (const { at } of asked) refuse(at, { ...failureOf(error), code: 'tower_invalid', message });
  }
  return lifted;
}
