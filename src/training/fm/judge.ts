// How well scores foretell labels.

/** -log likelihood a row of labels 0 and 1 under scores as log odds. */
export function logLoss(scores: Float32Array, labels: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    const margin = (2 * (labels[i] as number) - 1) * (scores[i] as number);
    sum += Math.log1p(Math.exp(-Math.abs(margin))) + Math.max(0, -margin);
  }
  return sum / scores.length;
}

/** Half the mean square of what is missed: the squared loss a row. */
export function squaredLoss(scores: Float32Array, labels: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < scores.length; i++) sum += ((scores[i] as number) - (labels[i] as number)) ** 2;
  return sum / 2 / scores.length;
}

/**
 * The share of pairs of a positive and a negative row in which the positive one has the higher score, ties counting half
 * (Mann and Whitney 1947). NaN where there are no such pairs.
 */
export function auc(scores: Float32Array, labels: Float32Array): number {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  let positives = 0;
  let ranks = 0;
  for (let from = 0, to = 0; from < order.length; from = to) {
    const score = scores[order[from] as number];
    let here = 0;
    for (; to < order.length && scores[order[to] as number] === score; to++)
      here += Number((labels[order[to] as number] as number) > 0);
    // Equal scores share the mean of their ranks, which begin with 1.
    ranks += here * ((from + 1 + to) / 2);
    positives += here;
  }
  const negatives = order.length - positives;
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
}
