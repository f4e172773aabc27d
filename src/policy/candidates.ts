// Where a policy's candidates come from on one artifact: the sources that it asks, and how their scores are blended.

import type { PolicyDocument, SourceName } from './document.ts';
import type { Report } from './resolve.ts';

/** What an artifact can be asked for. */
export interface PolicyHoldings {
  readonly sources: readonly SourceName[];
  /** The sources that its fitted blend weighs; absent where it has none. */
  readonly fitted?: readonly SourceName[];
  /** The sources whose scores that blend makes comparable. */
  readonly calibrated?: readonly SourceName[];
}

/** Of every artifact. */
export const plainHoldings: PolicyHoldings = { sources: ['embedding', 'cooccurrence'] };

export type Weights = Readonly<Partial<Record<SourceName, number>>>;

export interface CompiledCandidates {
  readonly count: number;
  readonly max: number;
  /** Asked in this order. */
  readonly source: readonly SourceName[];
  /** `fitted`: the artifact's own. Absent where sources are asked one after the other. */
  readonly blend?: 'fitted' | Weights;
}

const lacking: Record<Exclude<SourceName, 'embedding' | 'cooccurrence'>, string> = {
  fm: 'factorization machine',
  similar: 'lists of similar products',
};

/** Reports sources that the artifact does not hold, and blends that it cannot make. */
export function candidatesOf(
  { candidates: { count, max, source, blend } }: PolicyDocument,
  { sources, fitted, calibrated }: PolicyHoldings,
  report: Report,
): CompiledCandidates {
  if (blend === 'fitted' && fitted === undefined)
    report(
      ['candidates', 'blend'],
      'is "fitted", but this artifact has no fitted blend. Run `sepet tune blend` and build again, or say "if-fitted", or give weights.',
    );
  const isFitted = (blend === 'fitted' || blend === 'if-fitted') && fitted !== undefined;
  if (isFitted) return { count, max, source: fitted, blend: 'fitted' };
  source.forEach((name, i) => {
    if (sources.includes(name) || name === 'embedding' || name === 'cooccurrence') return;
    report(
      ['candidates', 'source', i],
      `asks for "${name}", but this artifact holds no ${lacking[name]}. Leave it out.`,
    );
  });
  if (typeof blend !== 'object') return { count, max, source };
  const weights: Partial<Record<SourceName, number>> = {};
  for (const name of source) {
    const weight = blend[name];
    if (weight === undefined) continue;
    weights[name] = weight;
    if (weight > 0 && calibrated !== undefined && !calibrated.includes(name))
      report(
        ['candidates', 'blend', name],
        `weighs "${name}", whose scores the blend of this artifact does not make comparable with others. Leave it out, or tune the blend with it.`,
      );
  }
  return { count, max, source, blend: weights };
}
