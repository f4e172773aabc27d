// blend.json: the fitted blend beside the record of how it was fitted.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type FittedBlend, fittedBlendSchema } from '../../artifact/blend.ts';
import { SepetError } from '../../base/errors.ts';
import { writeText } from '../evaluate/write.ts';

export const blendFile = 'blend.json';

/** Figures of one way to recommend on the validation baskets. */
export interface BlendFigures {
  readonly ndcgAt10: number;
  readonly leaveOneOutHitRateAt10: number;
  readonly coverage: number;
}

export interface BlendRecord {
  readonly seed: number;
  /** sha256 of the data folder's files and of the model it was fitted for. */
  readonly hashes: Readonly<Record<string, string>>;
  /** Share of the training baskets that judged, the latest ones. */
  readonly share: number;
  readonly trainBaskets: number;
  readonly validationBaskets: number;
  readonly judgedBaskets: number;
  /** Products asked, and of them different ones. */
  readonly asked: number;
  readonly products: number;
  /** Candidates of the embedding; entries of a co-occurrence list, and how many products of a basket were counted for it. */
  readonly embeddingDepth: number;
  readonly listLength: number;
  readonly countedBasket: number;
  readonly trainParameters: Readonly<Record<string, unknown>>;
  /** The best co-occurrence by NDCG. */
  readonly baseline: BlendFigures & { readonly name: string };
  readonly blend: BlendFigures;
  /** What coverage should have been at least. */
  readonly coverageWanted: number;
  /** What could be had: NDCG falls as coverage rises. */
  readonly frontier: readonly { readonly lambda: number; readonly ndcg: number; readonly coverage: number }[];
  readonly seconds: number;
}

export type BlendDocument = FittedBlend & { readonly fitted: BlendRecord };

const documentSchema = z.intersection(
  fittedBlendSchema,
  z.object({ fitted: z.looseObject({ hashes: z.record(z.string(), z.string()) }) }),
);

/** Writes DIR/blend.json, whole or not at all. Returns its path. */
export async function writeBlend(dir: string, document: BlendDocument): Promise<string> {
  const path = join(dir, blendFile);
  await writeText(path, `${JSON.stringify(document, null, 2)}\n`);
  return path;
}

export interface FoundBlend {
  readonly blend: FittedBlend;
  /** sha256 of what it was fitted for, by file. */
  readonly hashes: Readonly<Record<string, string>>;
}

/** DIR/blend.json, or undefined where there is none. Throws `manifest_invalid` where it is damaged. Whether its hashes fit is the caller's to compare. */
export async function readBlend(dir: string): Promise<FoundBlend | undefined> {
  const path = join(dir, blendFile);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
  try {
    const { fitted, ...rest } = documentSchema.parse(JSON.parse(text));
    return { blend: fittedBlendSchema.parse(rest), hashes: fitted.hashes };
  } catch (cause) {
    throw new SepetError(
      'manifest_invalid',
      `${path} is no fitted blend: run sepet tune blend ${dir} again.`,
      {
        cause,
      },
    );
  }
}
