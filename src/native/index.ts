// The native floor as the rest of Sepet sees it: files in memory, graph search and training on them.

import { binding } from './binding.ts';

export {
  type ArrangeCellsCall,
  arrangeCells,
  type BoundsCall,
  type BuildCellsCall,
  type BuildCodesCall,
  type BuildGraphCall,
  buildBounds,
  buildCells,
  buildCodes,
  buildGraph,
  buildInt8,
  buildUpper,
  type CellOrder,
  type IndexBounds,
} from './build.ts';
export { Chooser, type DiversityColumn, type DiversityProducts, type DiversityWish } from './diversity.ts';
export { type MappedFile, mapFile, type Pages, pageKinds, type SectionInfo, writeFile } from './file.ts';
export {
  type Averaged,
  type FmModel,
  type FmStep,
  type FmTrainCall,
  fmCounters,
  fmFold,
  fmScore,
  fmScoreItems,
  fmTrain,
  fmWidth,
  type Machine,
  modelOf,
  newMachine,
  type ScoreItemsCall,
  type SparseRows,
  trainedOf,
} from './fm.ts';
export {
  Index,
  type IndexParts,
  type IndexStats,
  noRow,
  type SearchCall,
  type SearchWay,
} from './search.ts';
export { Sieve, type SieveColumns, type SieveTest } from './sieve.ts';
export { type Word2vecCall, type Word2vecStep, word2vecCounters, word2vecTrain } from './word2vec.ts';

export type KernelName = 'scalar' | 'avx2' | 'avx512' | 'avx512vnni' | 'neon';

/** Which arithmetic this process runs on, and which this CPU offers (SEPET_KERNEL picks another). */
export function nativeInfo(): { kernel: KernelName; kernels: KernelName[]; version: string } {
  return binding.nativeInfo() as { kernel: KernelName; kernels: KernelName[]; version: string };
}
