import type { JsLibrary, Prepared, ServeSetting, Vectors } from './serve.ts';

interface Hierarchical {
  readIndexSync(path: string): void;
  setEf(ef: number): void;
  searchKnn(query: number[], k: number): { distances: number[]; neighbors: number[] };
}
interface Module {
  HierarchicalNSW: new (space: 'ip', dims: number) => Hierarchical;
}

// A name that the compiler does not look up: the package may be missing.
const name: string = 'hnswlib-node';
const { HierarchicalNSW } = ((await import(name).catch(() => ({}))) as { default: Module }).default ?? {};

/** hnswlib-node on the file that hnswlib wrote. It knows neither batches nor typed arrays. */
export class HnswlibNode implements JsLibrary {
  #index: Hierarchical | undefined;
  #ef = 0;

  load(base: Vectors, { graph }: ServeSetting): void {
    this.#index = new HierarchicalNSW('ip', base.dims);
    this.#index.readIndexSync(graph);
  }

  prepare({ data, dims, rows }: Vectors, k: number, ef: number): Prepared {
    const index = this.#index as Hierarchical;
    if (ef !== this.#ef) index.setEf(ef);
    this.#ef = ef;
    const queries = Array.from({ length: rows }, (_, i) =>
      Array.from(data.subarray(i * dims, (i + 1) * dims)),
    );
    const found: number[][] = [];
    return {
      ask() {
        for (const query of queries) found.push(index.searchKnn(query, k).neighbors);
      },
      take(out) {
        for (const [i, neighbors] of found.entries()) out.set(neighbors, i * k);
      },
    };
  }
}
