// The artifact's manifest: what it was made from, with which parameters, and how good it measured.
// Stored as UTF-8 JSON in the section `manifest`.

import { z } from 'zod';
import { SepetError } from '../base/errors.ts';
import type { Section, SectionSource } from '../base/sections.ts';
import { fittedBlendSchema } from './blend.ts';

export const formatVersion = 1;

const values = z.record(z.string(), z.unknown());
const count = z.number().int().nonnegative();

const buildParameters = z.object({
  M: count,
  efConstruction: count,
  /** Bits a dimension of the index's codes, 0 for none; absent in artifacts of earlier versions, which have none. */
  codeBits: count.optional(),
  threads: count,
  seed: count,
  popularityScale: z.number().positive(),
  listLength: count,
  /** What was asked for of what is optional; absent in artifacts of earlier versions, which have none of it. */
  similarLength: count.optional(),
  cold: z.boolean().optional(),
  fm: z.boolean().optional(),
});

/** Search as served against the exact scan, with a sample of products as queries. */
const recallSchema = z.object({
  queries: count,
  k: count,
  at: z.array(z.object({ efSearch: count, recall: z.number().min(0).max(1) })),
});
export type MeasuredRecall = z.output<typeof recallSchema>;

/** The factorization machine that the sections `fm.*` were folded from. */
const fmSchema = z.object({
  /** k: values of `fm.in`; `fm.out` has one more. */
  factors: count,
  /** Columns whose values a request may give. */
  columns: z.object({ user: z.array(z.string()), context: z.array(z.string()) }),
  /** Features of these columns. */
  features: count,
  recall: recallSchema,
  /** It was trained with. */
  parameters: values,
});

export const artifactManifestSchema = z.object({
  kind: z.literal('sepet-artifact'),
  formatVersion: z.literal(formatVersion),
  /** The dataset's name: its folder's, unless `--name` says otherwise. */
  name: z.string().min(1),
  /** The version of Sepet that built it. */
  builtBy: z.string(),
  createdAt: z.iso.datetime(),
  /** The commit of the working folder at build time, with `+` where it had changes. */
  gitRevision: z.string().optional(),
  currency: z.string().nullable(),
  dims: count,
  /** The gamma of a query that names none. */
  gamma: z.number().nonnegative(),
  /** The popularity dimension of OUT rows is scale·(ln(1 + train orders) - mean). */
  popularity: z.object({ scale: z.number().positive(), mean: z.number() }),
  counts: z.object({
    products: count,
    /** Products with a vector: rows 0 to trained - 1. */
    trained: count,
    /** Of these the last, whose vectors were made from those of products that are like them. */
    cold: count.optional(),
    categories: count,
    brands: count,
    orders: count,
    baskets: count,
    cooccurrences: count,
  }),
  parameters: z.object({ ingest: values, train: values, build: buildParameters }),
  /** The artifact that it follows: `sha256:` of that file, as a store calls it. */
  parent: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .optional(),
  /** The deltas of a store up to this revision are folded in: who serves it applies those that came after. */
  deltas: z.object({ revision: count }).optional(),
  /** sha256 of each input file, by name. */
  hashes: z.record(z.string(), z.string()),
  /** Of the index over `vec.out`, with IN vectors as queries. */
  recall: recallSchema,
  fm: fmSchema.optional(),
  similar: z.object({ listLength: count }).optional(),
  /** `blend.json` of `sepet tune blend`, where it was fitted to the same data and model. */
  blend: fittedBlendSchema.optional(),
  /** `metrics.json` of `sepet evaluate`, where it was made from the same data and model. */
  metrics: values.optional(),
  /** sha256 of every other section, so that the manifest's own stands for the whole file. */
  digests: z.record(z.string(), z.string()),
});

export type ArtifactManifest = z.output<typeof artifactManifestSchema>;

/** The section that holds it. */
export function encodeManifest(manifest: ArtifactManifest): Section {
  return { name: 'manifest', data: new TextEncoder().encode(JSON.stringify(manifest)) };
}

/** Any Sepet file's manifest as plain JSON. Throws `manifest_invalid` where it is not JSON or has no kind. */
export function readKind(source: SectionSource, file: string): { kind: string } & Record<string, unknown> {
  const text = new TextDecoder().decode(source.u8('manifest'));
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new SepetError('manifest_invalid', `${file}: its manifest is not JSON.`);
  }
  const found = z.looseObject({ kind: z.string() }).safeParse(parsed);
  if (found.success) return found.data;
  throw new SepetError('manifest_invalid', `${file}: its manifest does not say what kind of file it is.`);
}

/**
 * Reads and checks an artifact's manifest.
 * Throws `manifest_invalid` naming what is wrong, also where the file is a model or a checkpoint.
 */
export function readArtifactManifest(source: SectionSource, file: string): ArtifactManifest {
  const found = readKind(source, file);
  if (found.kind !== 'sepet-artifact') {
    const hint = found.kind === 'sepet-model' ? ' Run `sepet build` on its folder.' : '';
    throw new SepetError('manifest_invalid', `${file} is a ${found.kind}, not an artifact.${hint}`);
  }
  const parsed = artifactManifestSchema.safeParse(found);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new SepetError(
    'manifest_invalid',
    `${file}: its manifest's ${where} is not right: ${issue?.message}`,
  );
}
