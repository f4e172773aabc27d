import { Index, mapFile, noRow } from '../../src/native/index.ts';
import type { JsLibrary, Prepared, ServeSetting, Vectors } from './serve.ts';

/** Sepet through the API that its own server uses. */
export class Sepet implements JsLibrary {
  #index: Index | undefined;
  /** Of the set, by row of the index, which are numbered by cells. */
  #rows: Uint32Array = new Uint32Array();

  load(base: Vectors, setting: ServeSetting): void {
    const file = mapFile(setting.graph, { verify: false, pages: 'huge' });
    const [graph, codes, int8] = [file.u8('graph'), file.u8('codes'), file.u8('int8')];
    const [upper, cells] = [file.u8('upper'), file.u8('cells')];
    const parts = { vectors: file.f32('vectors'), graph, codes, int8, upper, cells };
    this.#rows = file.u32('rows');
    this.#index = new Index({ ...parts, dims: base.dims, trusted: true });
  }

  prepare(queries: Vectors, k: number, ef: number): Prepared {
    const index = this.#index as Index;
    const numbers = this.#rows;
    const rows = new Uint32Array(queries.rows * k).fill(noRow);
    const scores = new Float32Array(queries.rows * k);
    const counts = new Uint32Array(queries.rows);
    return {
      ask() {
        index.search({ queries: queries.data, k, ef, rows, scores, counts });
      },
      take(out) {
        out.set(rows.map((row) => (row === noRow ? noRow : (numbers[row] as number))));
      },
    };
  }
}
