import { Index, mapFile, noRow } from '../../src/native/index.ts';
import type { JsLibrary, Prepared, ServeSetting, Vectors } from './serve.ts';

/** Sepet through the API that its own server uses. */
export class Sepet implements JsLibrary {
  #index: Index | undefined;

  load(base: Vectors, { graph }: ServeSetting): void {
    const file = mapFile(graph, { verify: false, pages: 'huge' });
    const [codes, int8] = [file.u8('codes'), file.u8('int8')];
    const parts = { vectors: file.f32('vectors'), graph: file.u8('graph'), codes, int8 };
    this.#index = new Index({ ...parts, dims: base.dims, trusted: true });
  }

  prepare(queries: Vectors, k: number, ef: number): Prepared {
    const index = this.#index as Index;
    const rows = new Uint32Array(queries.rows * k).fill(noRow);
    const scores = new Float32Array(queries.rows * k);
    const counts = new Uint32Array(queries.rows);
    return {
      ask() {
        index.search({ queries: queries.data, k, ef, rows, scores, counts });
      },
      take(out) {
        out.set(rows);
      },
    };
  }
}
