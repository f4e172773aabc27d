// The raw mirror of native/binding: the only file that loads the .node. Callables take one object, or a few numbers; what it
// checks and throws stands there. Use src/native/index.ts.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isErrorCode, SepetError } from '../base/errors.ts';
import type { SectionArray, SectionType } from '../base/sections.ts';
import type {
  ArrangeCellsCall,
  BoundsCall,
  BuildCellsCall,
  BuildCodesCall,
  BuildGraphCall,
  BuildInt8Call,
  BuildUpperCall,
  CellOrder,
  IndexBounds,
} from './build.ts';
import type { DiversityProducts } from './diversity.ts';
import type { Pages } from './file.ts';
import type { FmModel, FmStep, FmTrainCall, Machine, ScoreItemsCall } from './fm.ts';
import type { IndexParts, IndexStats, SearchCall, SearchWay } from './search.ts';
import type { SieveColumns } from './sieve.ts';
import type { Word2vecCall, Word2vecStep } from './word2vec.ts';

export interface RawSection {
  readonly name: string;
  readonly type: SectionType;
  readonly offset: number;
  readonly bytes: number;
  readonly checksum: number;
}

export interface RawIndex {
  search(call: SearchCall): SearchWay;
  scan(call: SearchCall): void;
  stats(): IndexStats;
  edges(): number;
}

export interface RawChooser {
  choose(
    length: number,
    need: number,
    mmr: number,
    apart: number,
    mostBrand: number,
    mostCategory: number,
    mostGroup: number,
  ): number;
}

export interface RawSieve {
  sift(length: number, tests: number, most: number): number;
}

type RawRows<Name extends string> = {
  readonly [Field in `${Name}Offsets` | `${Name}Features`]: Uint32Array;
} & { readonly [Field in `${Name}Values`]?: Float32Array | undefined };
type RawContexts = RawRows<'context'>;
type RawItems = RawRows<'item'>;

export interface RawBinding {
  Chooser: new (
    o: DiversityProducts & {
      slate: Uint8Array;
    },
  ) => RawChooser;
  Index: new (o: IndexParts) => RawIndex;
  Sieve: new (
    o: Omit<SieveColumns, 'numeric'> & { numbers: readonly Float32Array[]; slate: Uint8Array },
  ) => RawSieve;
  buildGraph(o: BuildGraphCall): Uint8Array;
  buildCodes(o: BuildCodesCall): Uint8Array;
  buildInt8(o: BuildInt8Call): Uint8Array;
  buildUpper(o: BuildUpperCall): Uint8Array;
  arrangeCells(o: ArrangeCellsCall): CellOrder;
  buildCells(o: BuildCellsCall): Uint8Array;
  buildBounds(o: BoundsCall): IndexBounds;
  nativeInfo(): { kernel: string; kernels: string[]; version: string };
  mapFile(o: { path: string; verify: boolean; windowBytes: number; pages?: Pages }): {
    bytes: number;
    windows: { offset: number; buffer: ArrayBuffer }[];
    sections: RawSection[];
    hugeBytes(): number;
  };
  word2vecTrain(o: Word2vecCall): Word2vecStep;
  // Sparse rows as flat fields; see native/binding/fm.cc.
  fmInitialize(o: Machine & { deviation: number; seed: number }): void;
  fmTrain(o: Machine & Omit<FmTrainCall, 'contexts' | 'items'> & RawContexts & Partial<RawItems>): FmStep;
  fmScore(o: FmModel & RawContexts & { scores: Float32Array; kernel?: string | undefined }): void;
  fmScoreItems(o: FmModel & Omit<ScoreItemsCall, 'contexts' | 'items'> & RawContexts & RawItems): void;
  fmFold(o: FmModel & RawRows<'row'> & { vectors: Float32Array }): void;
  writeFile(o: { path: string; names: string[]; arrays: SectionArray[] }): void;
}

// From src/native, or from dist/src/native once compiled.
const places = ['../../build/Release/sepet.node', '../../../build/Release/sepet.node'];

function load(): RawBinding {
  const files = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const file = files.find((candidate) => existsSync(candidate));
  if (file === undefined)
    throw new SepetError('internal', 'The native addon is not built. Run: npm run build');
  return native(() => createRequire(import.meta.url)(file) as RawBinding);
}

/** Runs a native call; the addon's errors, which carry a `code`, come out as SepetError. */
export function native<Result>(call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    if (error instanceof Error && 'code' in error && isErrorCode(error.code))
      throw new SepetError(error.code, error.message, { cause: error });
    throw error;
  }
}

export const binding: RawBinding = load();
