// What `sepet inspect` says of the parts of an artifact: what is searched, the factorization machine, the blend, the bytes.

import type { FittedBlend } from '../artifact/blend.ts';
import type { ArtifactManifest } from '../artifact/manifest.ts';
import type { MappedFile } from '../native/index.ts';
import type { Artifact } from '../recommend/artifact.ts';
import { count, counted, size } from './text.ts';

export type Row = [name: string, text: string];

export const recallWords = ({ at }: ArtifactManifest['recall']): string =>
  at.map(({ efSearch, recall }) => `${recall.toFixed(4)} at efSearch ${efSearch}`).join(', ');

/** The factorization machine: which values a request may give it, its index, and how well that finds. */
export function machineRows({ manifest, fm }: Artifact): Row[] {
  if (manifest.fm === undefined || fm === undefined) return [];
  const { factors, columns, features, recall, parameters } = manifest.fm;
  const asked = (['user', 'context'] as const)
    .filter((group) => columns[group].length > 0)
    .map((group) => `${group} ${columns[group].join(', ')}`);
  const said = asked.length === 0 ? 'requests give no columns' : `requests may give ${asked.join('; ')}`;
  return [
    ['fm', `${factors} factors, ${said} (${count(features)} features)`],
    ['fm memory', memoryWords(fm.index, fm)],
    [
      `fm recall@${recall.k}`,
      `${recallWords(recall)} (${count(recall.queries)} products against the exact scan)`,
    ],
    ['fm train', settings(parameters)],
  ];
}

/** The sources by the orders of the product asked, from the rarest tier on. */
export function blendWords({ tiers, temperature, gamma }: FittedBlend): string {
  const said = tiers.map(({ orders, weights, popularity }) => {
    const shares = Object.entries(weights).map(([source, weight]) => `${source} ${(weight ?? 0).toFixed(2)}`);
    return `from ${count(orders)} orders ${[...shares, `popularity ${popularity.toFixed(2)}`].join(', ')}`;
  });
  return `temperature ${temperature}, gamma ${gamma}; ${said.join('; ')}`;
}

const partOf: readonly (readonly [part: string, names: RegExp])[] = [
  ['catalogue', /^(id|title|image|col|dict|num)\./],
  ['embedding', /^(vec\..*|graph|codes|int8|upper|cells)$/],
  ['factorization machine', /^fm\./],
  ['co-occurrences', /^cooc\./],
  ['similar products', /^similar\./],
  ['popularity', /^pop\./],
];

/** Bytes of the sections by what they belong to, of the parts that there are. */
export function partBytes({ sections }: MappedFile): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { name, bytes } of sections) {
    const [part = name] = partOf.find(([, names]) => names.test(name)) ?? [];
    sums[part] = (sums[part] ?? 0) + bytes;
  }
  return sums;
}

export const partWords = (file: MappedFile): string =>
  Object.entries(partBytes(file))
    .map(([part, bytes]) => `${part} ${size(bytes)}`)
    .join(', ');

type Searched = Pick<Artifact['vectors'], 'out'>;

/** What is searched: the OUT vectors, and what the index has beside them. */
export function bytesOf(
  index: Artifact['index'],
  { out }: Searched,
): { vectorBytes: number; bytesAProduct: number } {
  const { graphBytes, codesBytes, int8Bytes, upperBytes, cellsBytes, rows } = index.stats();
  const vectorBytes = out.byteLength;
  const all = vectorBytes + graphBytes + codesBytes + int8Bytes + upperBytes + cellsBytes;
  return { vectorBytes, bytesAProduct: Math.round(all / rows) };
}

export function memoryWords(index: Artifact['index'], searched: Searched): string {
  const { graphBytes, codesBytes, int8Bytes, codeBits, upperBytes, cells, cellsBytes } = index.stats();
  const { vectorBytes, bytesAProduct } = bytesOf(index, searched);
  const parts = [
    `OUT vectors ${size(vectorBytes)}`,
    `graph ${size(graphBytes)}`,
    codesBytes === 0 ? 'no codes' : `codes ${size(codesBytes)} (${codeBits} bits a dimension)`,
    int8Bytes === 0 ? 'no int8 copy' : `int8 copy ${size(int8Bytes)}`,
    ...(upperBytes === 0 ? [] : [`upper levels ${size(upperBytes)}`]),
    ...(cells === 0 ? [] : [`${counted(cells, 'cell')} ${size(cellsBytes)}`]),
  ];
  return `${count(bytesAProduct)} bytes a product are searched: ${parts.join(', ')}`;
}

/** Numbers, words and switches of a parameter set; what is nested stays in --json. */
export function settings(parameters: Readonly<Record<string, unknown>>): string {
  return Object.entries(parameters)
    .filter(([, value]) => ['number', 'string', 'boolean'].includes(typeof value))
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');
}
