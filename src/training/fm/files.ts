// The factorization machine's model and its checkpoint: Sepet files (docs/formats.md). The model holds what scoring needs;
// the state of training stays behind in the checkpoint, which goes when the model is there.

import { existsSync } from 'node:fs';
import { z } from 'zod';
import { readKind } from '../../artifact/manifest.ts';
import { SepetError } from '../../base/errors.ts';
import { type FittedFeatures, fittedSchema } from '../../features/encode.ts';
import { type FmModel, fmWidth, type MappedFile, mapFile, writeFile } from '../../native/index.ts';
import type { FmState } from './loop.ts';

const number = z.number();

const parametersSchema = z.object({
  factorsEach: number,
  loss: z.enum(['logistic', 'squared']),
  epochs: number,
  patience: number,
  learningRate: number,
  l2: number,
  seed: number,
  negatives: number.default(0),
  alpha: number.default(0),
  deterministic: z.boolean(),
});

const epochSchema = z.object({
  trainLoss: number,
  validationLoss: number,
  validationAuc: number.exactOptional(),
});

const manifestSchema = z.object({
  kind: z.enum(['sepet-fm', 'sepet-fm-checkpoint']),
  version: z.literal(1),
  parameters: parametersSchema,
  /** sha256 of the files that it was trained on, by name. */
  hashes: z.record(z.string(), z.string()),
  counts: z.object({ features: number, trainRows: number, validationRows: number }),
  position: z.object({
    epoch: number,
    slice: number,
    lossSum: number,
    lossRows: number,
    history: z.array(epochSchema).readonly(),
    best: number,
  }),
  kernel: z.string(),
});

/** Without times: the same data and parameters give the same bytes where a run is deterministic. */
export type FmManifest = z.output<typeof manifestSchema>;

export const fmCheckpointPath = (out: string): string => `${out}.checkpoint`;

const modelSections = ({ bias, linear, factors }: FmModel) => [
  { name: 'fm.bias', data: Float32Array.of(bias) },
  { name: 'fm.linear', data: linear },
  { name: 'fm.factors', data: factors },
];

const utf8 = new TextEncoder();
const featuresSection = 'fm.features';

const manifestSection = (manifest: FmManifest) => ({
  name: 'manifest',
  data: utf8.encode(JSON.stringify(manifest)),
});

export interface FmModelParts {
  readonly model: FmModel;
  /** How values become the model's features, where it was trained on a table. */
  readonly fitted: FittedFeatures | undefined;
}

/** Writes the best machine of a run, whole or not at all. */
export function writeFmModel(
  path: string,
  manifest: Omit<FmManifest, 'kind'>,
  { model, fitted }: FmModelParts,
): void {
  writeFile(path, [
    manifestSection({ kind: 'sepet-fm', ...manifest }),
    ...modelSections(model),
    ...(fitted === undefined ? [] : [{ name: featuresSection, data: utf8.encode(JSON.stringify(fitted)) }]),
  ]);
}

/** Writes where a run stands, whole or not at all. */
export function writeFmCheckpoint(
  path: string,
  manifest: Omit<FmManifest, 'kind'>,
  { best, machine }: FmState,
): void {
  writeFile(path, [
    manifestSection({ kind: 'sepet-fm-checkpoint', ...manifest }),
    ...modelSections(best),
    { name: 'fm.bias.state', data: machine.bias },
    { name: 'fm.linear.state', data: machine.linear },
    { name: 'fm.factors.state', data: machine.factors },
  ]);
}

function open(path: string, kind: FmManifest['kind']): { file: MappedFile; manifest: FmManifest } {
  const file = mapFile(path);
  const found = readKind(file, path);
  if (found.kind !== kind)
    throw new SepetError('manifest_invalid', `${path} is a ${found.kind}, not a ${kind}.`);
  const parsed = manifestSchema.safeParse(found);
  if (parsed.success) return { file, manifest: parsed.data };
  const said = parsed.error.issues[0]?.path.join('.');
  throw new SepetError(
    'manifest_invalid',
    `${path} is no ${kind} of this version (${said}): train it again.`,
  );
}

function sized(file: MappedFile, name: string, length: number, path: string): Float32Array {
  const values = file.f32(name);
  if (values.length === length) return values;
  throw new SepetError('file_damaged', `${path}: ${name} has ${values.length} values and not ${length}.`);
}

function modelIn(file: MappedFile, { counts, parameters }: FmManifest, path: string): FmModel {
  const { factorsEach } = parameters;
  const [bias = 0] = sized(file, 'fm.bias', 1, path);
  const linear = sized(file, 'fm.linear', counts.features, path);
  const factors = sized(file, 'fm.factors', counts.features * fmWidth(factorsEach), path);
  return { factorsEach, bias, linear, factors };
}

function fittedIn(file: MappedFile, { counts }: FmManifest, path: string): FittedFeatures | undefined {
  if (!file.has(featuresSection)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(file.u8(featuresSection)));
  } catch (cause) {
    throw new SepetError('file_damaged', `${path}: ${featuresSection} is no JSON.`, { cause });
  }
  const parsed = fittedSchema.safeParse(value);
  if (parsed.success && parsed.data.features === counts.features) return parsed.data;
  throw new SepetError('file_damaged', `${path}: ${featuresSection} does not fit the model.`);
}

/** Opens a model: views on the mapped file. Throws `manifest_invalid`, `file_damaged` and what mapFile throws. */
export function openFmModel(path: string): FmModelParts & { readonly manifest: FmManifest } {
  const { file, manifest } = open(path, 'sepet-fm');
  return { manifest, model: modelIn(file, manifest, path), fitted: fittedIn(file, manifest, path) };
}

export interface FmCheckpoint {
  readonly manifest: FmManifest;
  /** Copies, free to be trained on. */
  readonly state: FmState;
}

/** The checkpoint of a run that was to write `out`, or undefined. Throws like `openFmModel`. */
export function readFmCheckpoint(out: string): FmCheckpoint | undefined {
  const path = fmCheckpointPath(out);
  if (!existsSync(path)) return undefined;
  const { file, manifest } = open(path, 'sepet-fm-checkpoint');
  const best = modelIn(file, manifest, path);
  const { features } = manifest.counts;
  const { factorsEach } = manifest.parameters;
  const state = {
    position: manifest.position,
    best: { ...best, linear: best.linear.slice(), factors: best.factors.slice() },
    machine: {
      factorsEach,
      bias: sized(file, 'fm.bias.state', 2, path).slice(),
      linear: sized(file, 'fm.linear.state', 2 * features, path).slice(),
      factors: sized(file, 'fm.factors.state', 2 * features * fmWidth(factorsEach), path).slice(),
    },
  };
  return { manifest, state };
}
