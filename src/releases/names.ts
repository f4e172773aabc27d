// What a person may call a release or an artifact: a file, a label, a label's revision, the first digits of a hash.

import { statSync } from 'node:fs';
import { SepetError } from '../base/errors.ts';
import { suggestion } from '../base/nearest.ts';
import type { Store } from '../store/store.ts';
import { isLabelName, knownLabel, type LabelEntry, labelNames, readLabel, readRevision } from './label.ts';

/** What a name stands for. */
export type Named =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'artifact'; readonly file: string }
  | { readonly kind: 'release'; readonly entry: LabelEntry };

const digits = /^(sha256:)?([0-9a-f]{6,64})$/;
const revised = /^([^@]+)@(\d{1,8})$/;

/** `production` or `production@7`. Throws `label_unknown`, `release_unknown`, `option_invalid`. */
export async function findRevision(store: Store, name: string): Promise<LabelEntry> {
  const [, label = name, revision] = revised.exec(name) ?? [];
  const { entry } = await knownLabel(store, label);
  return revision === undefined ? entry : readRevision(store, entry, Number(revision));
}

/** The artifact whose SHA-256 begins so. Throws `release_unknown` where none does, or several. */
export async function findArtifact(store: Store, prefix: string): Promise<string> {
  const hex = prefix.replace(/^sha256:/, '');
  const keys = await store.list(`artifacts/${hex}`);
  const found = keys.flatMap(({ key }) => /^artifacts\/([0-9a-f]{64})\.json$/.exec(key)?.[1] ?? []);
  const [only, another] = found;
  if (only !== undefined && another === undefined) return `sha256:${only}`;
  const said =
    only === undefined
      ? `${store.url} has no artifact whose SHA-256 begins with ${hex}.`
      : `The SHA-256 of ${found.length} artifacts begins with ${hex}: ${found.map((one) => one.slice(0, hex.length + 6)).join(', ')}. Give more digits.`;
  throw new SepetError('release_unknown', said);
}

/**
 * What `name` stands for: a file that exists, `label@revision`, a label, then `sha256:` or bare digits, at least six.
 * Without a store only files do; without `files` none does, as where the name comes from afar. Throws `release_unknown`, `label_unknown`, `input_missing`.
 */
export async function findNamed(
  store: Store | undefined,
  name: string,
  { files = true }: { readonly files?: boolean | undefined } = {},
): Promise<Named> {
  if (files && statSync(name, { throwIfNoEntry: false })?.isFile()) return { kind: 'file', path: name };
  if (store === undefined) {
    const said = `There is no file ${name}. Labels and hashes need a store: --store, or SEPET_STORE.`;
    throw new SepetError('input_missing', said);
  }
  if (revised.test(name)) return { kind: 'release', entry: await findRevision(store, name) };
  const label = isLabelName(name) ? await readLabel(store, name) : undefined;
  if (label !== undefined) return { kind: 'release', entry: label.entry };
  if (digits.test(name)) return { kind: 'artifact', file: await findArtifact(store, name) };
  const near = suggestion(name, await labelNames(store));
  throw new SepetError(
    'release_unknown',
    `"${name}" is ${files ? 'no file, ' : ''}no label of ${store.url}, and not six or more digits of a SHA-256.${near}`,
  );
}
