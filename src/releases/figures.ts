// The offline figures that releases are compared by: those of the model, of both tasks.

import { z } from 'zod';
import type { ArtifactManifest } from '../artifact/manifest.ts';

const figures = z.record(z.string(), z.number()).default({});
const metricsSchema = z.looseObject({
  methods: z.record(z.string(), z.looseObject({ fbt: figures, leaveOneOut: figures })),
  /** Of what was evaluated before it had several lengths, all are of the one. */
  parameters: z.looseObject({ k: z.number().optional() }).default({}),
});
type Metrics = z.output<typeof metricsSchema>;
type Judged = Pick<ArtifactManifest, 'metrics'> & { readonly blend?: unknown };

function metricsOf(manifest: Judged | undefined): Metrics | undefined {
  const parsed = metricsSchema.safeParse(manifest?.metrics);
  return parsed.success ? parsed.data : undefined;
}

/** The method that the artifact serves by: its blend where it has one that was judged, else word2vec. */
const servedBy = ({ blend }: Judged, { methods }: Metrics): 'blend' | 'word2vec' =>
  blend !== undefined && methods.blend !== undefined ? 'blend' : 'word2vec';

/** More is better in these; coverage and the popularity lift are told by inspect, and no gate. */
const isJudged = (name: string): boolean => /^(hitRate|recall|ndcg)At\d+$|^mrr$/.test(name);

const words: Readonly<Record<string, string>> = { hitRate: 'hit rate', recall: 'recall', ndcg: 'NDCG' };

/** `hitRateAt10` of the task of leaving one out: `leave-one-out hit rate@10`. */
function wordsOf(task: string, name: string): string {
  const [metric = '', k] = name.split('At');
  const said = k === undefined ? 'MRR' : `${words[metric] ?? metric}@${k}`;
  return task === 'fbt' ? said : `leave-one-out ${said}`;
}

/** A figure of lists of the main length, or one without a length. */
function isMain(name: string, { parameters: { k } }: Metrics): boolean {
  const [, length] = name.split('At');
  return length === undefined || k === undefined || Number(length) === k;
}

/** The model's figures by name, at the main length of the lists; empty where the artifact has no metrics. */
export function figuresOf(manifest: Judged | undefined): Map<string, number> {
  const metrics = metricsOf(manifest);
  if (manifest === undefined || metrics === undefined) return new Map();
  const model = metrics.methods[servedBy(manifest, metrics)];
  if (model === undefined) return new Map();
  const { fbt, leaveOneOut } = model;
  return new Map(
    Object.entries({ fbt, leaveOneOut }).flatMap(([task, values]) =>
      Object.entries(values)
        .filter(([name]) => isJudged(name) && isMain(name, metrics))
        .map(([name, value]): [string, number] => [wordsOf(task, name), value]),
    ),
  );
}

const counted = ['conditional', 'salton', 'decayed'];

export interface Baseline {
  /** What is compared: `blend` or `word2vec`. */
  readonly model: 'blend' | 'word2vec';
  /** The measure of co-occurrence with the highest NDCG. */
  readonly name: string;
  /** The model's figures as shares of its. */
  readonly ndcg: number;
  readonly coverage: number;
}

/** The model beside the best co-occurrence, products asked alone; undefined where the metrics do not have both. */
export function baselineOf(manifest: Judged): Baseline | undefined {
  const metrics = metricsOf(manifest);
  if (metrics === undefined) return undefined;
  const both = (name: string): [number, number] | undefined => {
    const { fbt = {} } = metrics.methods[name] ?? {};
    const [, ndcg] =
      Object.entries(fbt).find(([figure]) => figure.startsWith('ndcgAt') && isMain(figure, metrics)) ?? [];
    return ndcg === undefined || fbt.coverage === undefined ? undefined : [ndcg, fbt.coverage];
  };
  const name = servedBy(manifest, metrics);
  const model = both(name);
  const found = counted.flatMap((measure) => {
    const own = both(measure);
    return own === undefined || own[0] === 0 || own[1] === 0
      ? []
      : [{ name: measure, ndcg: own[0], coverage: own[1] }];
  });
  const [best] = found.sort((a, b) => b.ndcg - a.ndcg);
  if (model === undefined || best === undefined) return undefined;
  return { model: name, name: best.name, ndcg: model[0] / best.ndcg, coverage: model[1] / best.coverage };
}

/** `+12.3 %`, `-0.4 %`. */
export function percent(share: number): string {
  const value = (100 * share).toFixed(1);
  const plain = value === '-0.0' ? '0.0' : value;
  return `${plain.startsWith('-') ? '' : '+'}${plain} %`;
}
