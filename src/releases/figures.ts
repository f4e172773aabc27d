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

/** `+12.3 %`, `-0.4 %`. */
export function percent(share: number): string {
  const value = (100 * share).toFixed(1);
  const plain = value === '-0.0' ? '0.0' : value;
  return `${plain.startsWith('-') ? '' : '+'}${plain} %`;
}
