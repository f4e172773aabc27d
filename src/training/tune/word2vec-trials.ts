// Trials of word2vec on a validation part: the data read once, trained on in threads.

import { limits } from '../../base/limits.ts';
import { readManifest } from '../../tables/dataset.ts';
import { readTrainingData, tokensPerEpoch } from '../train/data.ts';
import { defaultEpochs, settleParameters } from '../train/parameters.ts';
import { type JudgeOptions, readJudged } from './judge.ts';
import type { Trials } from './tune.ts';
import { TrialThreads } from './word2vec.ts';

/** Reads a validation part. Throws what reading throws, and `cancelled` from `run` once the signal is aborted. */
export async function word2vecTrials(
  dir: string,
  judge: JudgeOptions,
  signal?: AbortSignal,
): Promise<Trials> {
  const manifest = await readManifest(dir);
  const data = await readTrainingData(dir, manifest, 'train');
  const { all: _, ...judged } = await readJudged(dir, judge);
  const threads = new TrialThreads({ data, judged });
  const stop = (): void => threads.stop();
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  const { maxBasket } = manifest.parameters;
  const tokens = tokensPerEpoch(data, maxBasket);
  return {
    judgedBaskets: judged.test.heldOut.length,
    defaultEpochs: defaultEpochs(tokens),
    run: ({ gamma = limits.gamma.default, ...asked }, epochs, onEpoch) => {
      const { seed } = judge;
      const parameters = settleParameters(
        { ...asked, epochs, seed, deterministic: true },
        { maxBasket, tokensPerEpoch: tokens },
      );
      return threads.run({ parameters, gamma }, onEpoch);
    },
    close: async () => {
      signal?.removeEventListener('abort', stop);
      await threads.close();
    },
  };
}
