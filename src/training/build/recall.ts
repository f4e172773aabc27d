// Recall of an index against the exact scan, with queries as they will come: IN vectors of products (of the machine: what they
// are as the ones asked with), at the default gamma, the product itself left out.

import type { ArtifactManifest } from '../../artifact/manifest.ts';
import type { IndexSections } from '../../artifact/vectors.ts';
import { limits } from '../../base/limits.ts';
import { Index } from '../../native/index.ts';

export interface RecallInput {
  /** trained × dims. */
  readonly in: Float32Array;
  /** trained × (dims + 1). */
  readonly out: Float32Array;
  readonly dims: number;
  /** As they will be served. */
  readonly sections: IndexSections;
  readonly gamma: number;
  readonly popularityScale: number;
  readonly efSearch?: readonly number[];
  readonly k?: number;
  /** Most queries; products are taken at even steps, so the sample covers popular and rare alike. */
  readonly queries?: number;
}

/** Measures recall@k for each efSearch; results that score as the last of the exact ones count as found. Deterministic. */
export function measureRecall(input: RecallInput): ArtifactManifest['recall'] {
  const { dims, k = 10, efSearch = [50, 100, 200] } = input;
  const stride = dims + 1;
  const trained = input.in.length / dims;
  const count = Math.min(input.queries ?? limits.recallQueries.default, trained);
  const queries = new Float32Array(count * stride);
  const skip = Uint32Array.from({ length: count }, (_, i) => Math.floor((i * trained) / count));
  skip.forEach((row, i) => {
    queries.set(input.in.subarray(row * dims, (row + 1) * dims), i * stride);
    queries[i * stride + dims] = input.gamma / input.popularityScale;
  });
  const index = new Index({ vectors: input.out, dims: stride, ...input.sections });
  const call = () => ({
    queries,
    k,
    skip,
    rows: new Uint32Array(count * k),
    scores: new Float32Array(count * k),
    counts: new Uint32Array(count),
  });
  const exact = call();
  index.scan(exact);
  const at = efSearch.map((ef) => {
    const found = call();
    index.search({ ...found, ef });
    let hits = 0;
    let wanted = 0;
    for (let q = 0; q < count; q++) {
      const end = q * k + (exact.counts[q] as number);
      const truth = new Set(exact.rows.subarray(q * k, end));
      wanted += truth.size;
      // Products with the same vector are as good as each other: which of them stand there is no miss.
      const least = exact.scores[end - 1] as number;
      for (let at = q * k; at < q * k + (found.counts[q] as number); at++)
        if (truth.has(found.rows[at] as number) || (found.scores[at] as number) >= least) hits++;
    }
    return { efSearch: ef, recall: wanted === 0 ? 1 : Math.round((hits / wanted) * 1e4) / 1e4 };
  });
  return { queries: count, k, at };
}
