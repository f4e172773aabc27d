// The thorough check of an artifact: beyond the checksums that every opening compares, each section against the
// sha256 that the manifest holds, and every reference from one section into another.

import { createHash } from 'node:crypto';
import { SepetError } from '../base/errors.ts';
import { unknown32 } from '../base/products.ts';
import { Index } from '../native/index.ts';
import type { Artifact, FmPart } from './artifact.ts';

function damaged(what: string): SepetError {
  return new SepetError('file_damaged', `${what}. Build the artifact again.`);
}

function checkDigests({ file, manifest }: Artifact): void {
  const present = file.sections.filter(({ name }) => name !== 'manifest');
  for (const { name } of present) {
    const found = createHash('sha256').update(file.bytesOf(name)).digest('hex');
    if (found !== manifest.digests[name])
      throw damaged(`The section ${name} is not the one that the manifest describes`);
  }
  const missing = Object.keys(manifest.digests).find((name) => !file.has(name));
  if (missing !== undefined) throw damaged(`The section ${missing} is in the manifest and not in the file`);
}

/** Opening an index checks that its vectors are finite; the artifact's own have the OUT vectors. */
function checkFinite(values: Float32Array, dims: number): void {
  new Index({ vectors: values, dims });
}

function checkBelow(name: string, values: Uint32Array, end: number, unknown?: number): void {
  const bad = values.findIndex((value) => value >= end && value !== unknown);
  if (bad >= 0) throw damaged(`${name} holds ${values[bad]} at ${bad}, which is not below ${end}`);
}

function checkOffsets(name: string, offsets: Uint32Array): void {
  const bad = offsets.findIndex((offset, i) => i > 0 && offset < (offsets[i - 1] as number));
  if (bad >= 0) throw damaged(`${name} goes back at ${bad}`);
}

/** The machine's numbers, and that its columns have the features that there are parameters of. */
function checkMachine({ in: input, bias, linear, askedFactors, factors, fitted }: FmPart): void {
  checkFinite(input, factors);
  for (const [name, values] of Object.entries({
    bias,
    'asked.linear': linear,
    'asked.factors': askedFactors,
  }))
    if (!values.every(Number.isFinite)) throw damaged(`fm.${name} holds what is no number`);
  for (const { column, first, size } of [...fitted.user, ...fitted.context])
    if (!(Number.isInteger(first) && first >= 0 && size >= 1 && first + size <= fitted.features))
      throw damaged(`The column ${column} has features that the machine does not have`);
}

/** Throws `file_damaged` or `vector_not_finite` naming the first thing that is wrong. Reads the whole file. */
export function verifyArtifact(artifact: Artifact): void {
  checkDigests(artifact);
  const { catalog, popularity, cooccurrence, similar, vectors, fm } = artifact;
  checkFinite(vectors.in, vectors.dims);
  if (fm !== undefined) checkMachine(fm);
  const { products, ids, titles, images, categories, brands, groups, columns } = catalog;
  for (const [name, table] of Object.entries({ titles, images, categories, brands, groups }))
    checkOffsets(`The offsets of ${name}`, table.offsets);
  for (const [name, lists] of Object.entries({ ...popularity, cooccurrence, ...(similar && { similar }) })) {
    if (lists instanceof Uint32Array) checkBelow(`The popularity list`, lists, products);
    else {
      checkOffsets(`The offsets of the ${name} lists`, lists.offsets);
      checkBelow(`The ${name} lists`, lists.rows, products);
    }
  }
  checkBelow('col.category', columns.category, categories.length, unknown32);
  checkBelow('col.brand', columns.brand, brands.length, unknown32);
  checkBelow('col.group', columns.group, groups.length, unknown32);
  for (let row = 0; row < products; row++)
    if (ids.row(ids.id(row)) !== row) throw damaged(`The product "${ids.id(row)}" is not found by its id`);
}
