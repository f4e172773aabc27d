// The offline figures that releases are compared by: those of the model, of both tasks.

import { z } from 'zod';
import type { ArtifactManifest } from '../artifact/manifest.ts';

const figures = z.record(z.string(), z.number()).default({});
const metricsSchema = z.looseObject({
  methods: z.looseObject({ word2vec: z.looseObject({ fbt: figures, leaveOneOut: figures }) }),
});

/** More is better in these; coverage and the popularity lift are told by inspect, and no gate. */
const isJudged = (name: string): boolean => /^(hitRate|recall|ndcg)At\d+$|^mrr$/.test(name);

const words: Readonly<Record<string, string>> = { hitRate: 'hit rate', recall: 'recall', ndcg: 'NDCG' };

/** `hitRateAt10` of the task of leaving one out: `leave-one-out hit rate@10`. */
function wordsOf(task: string, name: string): string {
  const [metric = '', k] = name.split('At');
  const said = k === undefined ? 'MRR' : `${words[metric] ?? metric}@${k}`;
  return task === 'fbt' ? said : `leave-one-out ${said}`;
}

/** The model's figures by name; empty where the artifact has no metrics. */
export function figuresOf(manifest: ArtifactManifest | undefined): Map<string, number> {
  const parsed = metricsSchema.safeParse(manifest?.metrics);
  if (!parsed.success) return new Map();
  const { fbt, leaveOneOut } = parsed.data.methods.word2vec;
  return new Map(
    Object.entries({ fbt, leaveOneOut }).flatMap(([task, values]) =>
      Object.entries(values)
        .filter(([name]) => isJudged(name))
        .map(([name, value]): [string, number] => [wordsOf(task, name), value]),
    ),
  );
}

const methodsSchema = z.looseObject({
  methods: z.record(z.string(), z.looseObject({ fbt: figures })),
});
const counted = ['conditional', 'salton', 'decayed'];

export interface Baseline {
  /** The measure of co-occurrence with the highest NDCG. */
  readonly name: string;
  /** The model's figures as shares of its. */
  readonly ndcg: number;
  readonly coverage: number;
}

/** The model beside the best co-occurrence, products asked alone; undefined where the metrics do not have both. */
export function baselineOf({ metrics }: Pick<ArtifactManifest, 'metrics'>): Baseline | undefined {
  const parsed = methodsSchema.safeParse(metrics);
  if (!parsed.success) return undefined;
  const ndcgOf = (name: string): [number, number] | undefined => {
    const { fbt } = parsed.data.methods[name] ?? {};
    const [, ndcg] = Object.entries(fbt ?? {}).find(([figure]) => figure.startsWith('ndcgAt')) ?? [];
    return ndcg === undefined || fbt?.coverage === undefined ? undefined : [ndcg, fbt.coverage];
  };
  const model = ndcgOf('word2vec');
  const found = counted.flatMap((name) => {
    const own = ndcgOf(name);
    return own === undefined || own[0] === 0 || own[1] === 0
      ? []
      : [{ name, ndcg: own[0], coverage: own[1] }];
  });
  const [best] = found.sort((a, b) => b.ndcg - a.ndcg);
  if (model === undefined || best === undefined) return undefined;
  return { name: best.name, ndcg: model[0] / best.ndcg, coverage: model[1] / best.coverage };
}

/** `+12.3 %`, `-0.4 %`. */
export function percent(share: number): string {
  const value = (100 * share).toFixed(1);
  const plain = value === '-0.0' ? '0.0' : value;
  return `${plain.startsWith('-') ? '' : '+'}${plain} %`;
}
