// A thread of a search: trains word2vec as it is told, judges it, and says the figures.

import { parentPort, workerData } from 'node:worker_threads';
import { SepetError } from '../../base/errors.ts';
import { word2vecMethod } from '../evaluate/methods.ts';
import { initialState, runLoop, type State } from '../train/loop.ts';
import { figuresOf, judgedDepth } from './judge.ts';
import type { TrialData, TrialMessage, TrialTask } from './word2vec.ts';

const { data, judged, stop } = workerData as TrialData;
const say = (message: TrialMessage): void => parentPort?.postMessage(message);

async function run({ parameters, gamma }: TrialTask): Promise<Record<string, number>> {
  let epoch = 0;
  const onSlice = ({ position }: State): boolean => {
    if (position.epoch > epoch) say({ kind: 'epoch' });
    epoch = position.epoch;
    return Atomics.load(stop, 0) === 0;
  };
  const { position, ...vectors } = runLoop(data, parameters, initialState(data, parameters), {
    threads: 1,
    onSlice,
  });
  if (position.epoch < parameters.epochs || Atomics.load(stop, 0) !== 0)
    throw new SepetError('cancelled', 'Stopped on request.');
  const model = { dims: parameters.dims, ...vectors };
  const depth = judgedDepth(judged.k);
  const method = word2vecMethod(model, judged.products, judged.candidates, { gamma, depth });
  return figuresOf(method, judged);
}

parentPort?.on('message', (task: TrialTask) => {
  run(task).then(
    (figures) => say({ kind: 'figures', figures }),
    (error: unknown) => {
      if (!(error instanceof SepetError)) throw error;
      say({ kind: 'failure', code: error.code, message: error.message });
    },
  );
});
