import type { JsLibrary, Prepared, ServeSetting, Vectors } from './serve.ts';

interface UsearchIndex {
  add(keys: BigUint64Array, vectors: Float32Array, threads: number): void;
  search(
    vectors: Float32Array,
    k: number,
    threads: number,
  ): { keys: BigUint64Array; counts?: BigUint64Array };
  save(path: string): void;
  load(path: string): void;
}
interface Module {
  Index: new (config: Record<string, string | number | boolean>) => UsearchIndex;
}

// A name that the compiler does not look up: the package may be missing.
const name: string = 'usearch';
const { Index } = ((await import(name).catch(() => ({}))) as { default: Module }).default ?? {};

/** usearch, whose width of search is fixed when an index is made: one index a width, all loaded from one file. */
export class Usearch implements JsLibrary {
  readonly #indexes = new Map<number, UsearchIndex>();
  #open: (ef: number) => UsearchIndex = () => {
    throw new Error('load first');
  };

  build(base: Vectors, setting: ServeSetting): void {
    const index = make(base.dims, setting, setting.efConstruction);
    const keys = BigUint64Array.from({ length: base.rows }, (_, row) => BigInt(row));
    index.add(keys, base.data, setting.threads);
    index.save(setting.graph);
  }

  load(base: Vectors, setting: ServeSetting): void {
    this.#open = (ef) => {
      const index = make(base.dims, setting, ef);
      index.load(setting.graph);
      return index;
    };
  }

  prepare({ data, rows }: Vectors, k: number, ef: number): Prepared {
    const index = this.#indexes.get(ef) ?? this.#open(ef);
    this.#indexes.set(ef, index);
    let found: { keys: BigUint64Array; counts?: BigUint64Array };
    return {
      ask() {
        found = index.search(data, k, 1);
      },
      take(out) {
        for (let i = 0; i < rows; i++) {
          const count = found.counts === undefined ? found.keys.length : Number(found.counts[i]);
          for (let j = 0; j < count; j++) out[i * k + j] = Number(found.keys[i * k + j]);
        }
      },
    };
  }
}

function make(dimensions: number, { M, efConstruction }: ServeSetting, ef: number): UsearchIndex {
  return new Index({
    dimensions,
    metric: 'ip',
    quantization: 'f32',
    connectivity: M,
    expansion_add: efConstruction,
    expansion_search: ef,
    multi: false,
  });
}
