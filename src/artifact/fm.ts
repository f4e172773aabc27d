// The factorization machine inside an artifact, folded by product. All V products have rows, in the catalogue's order, with k
// factors each:
//
//   fm.in        V × k         what a product is as the one that is asked with, by requests that say nothing of user and context
//   fm.bias      V             its part of the whole score as that, which orders nothing
//   fm.out       V × (k + 1)   what it is as a candidate: factors, and bias
//   fm.features                JSON: { fitted, bias }, the columns of users and context that requests give, and w0
//   fm.asked.linear, .factors  the parameters of these columns' features, one and `width` floats each
//
// A query is [fm.in + what the request's columns add ; 1]: its inner product with `fm.out` orders products as the machine's own
// scores do (Rendle 2010), and the index over `fm.out` (`fm.graph`, `fm.codes`, `fm.int8`) serves every user and context.

import { SepetError } from '../base/errors.ts';
import type { Section, SectionSource } from '../base/sections.ts';
import { checkFinite, encodeIndex, type IndexSections } from './vectors.ts';

/** `Fitted` is what says how values become features; only its number of features matters here. */
export interface FmVectors<Fitted extends FittedSize = FittedSize> {
  /** k. */
  readonly factors: number;
  readonly in: Float32Array;
  readonly bias: Float32Array;
  readonly out: Float32Array;
  readonly fitted: Fitted;
  readonly linear: Float32Array;
  readonly askedFactors: Float32Array;
  readonly w0: number;
}

export interface FittedSize {
  readonly features: number;
}

const featuresSection = 'fm.features';

/** The sections `fm.*`. Throws `vector_not_finite` naming the product. */
export function encodeFm(fm: FmVectors, index: IndexSections, nameOf: (row: number) => string): Section[] {
  checkFinite("machine's query", fm.in, fm.factors, nameOf);
  checkFinite("machine's", fm.out, fm.factors + 1, nameOf);
  const features = JSON.stringify({ fitted: fm.fitted, bias: fm.w0 });
  return [
    { name: 'fm.in', data: fm.in },
    { name: 'fm.bias', data: fm.bias },
    { name: 'fm.out', data: fm.out },
    ...encodeIndex(index, 'fm.'),
    { name: featuresSection, data: new TextEncoder().encode(features) },
    { name: 'fm.asked.linear', data: fm.linear },
    { name: 'fm.asked.factors', data: fm.askedFactors },
  ];
}

export interface FmSizes<Fitted extends FittedSize> {
  readonly products: number;
  /** k, of the manifest. */
  readonly factors: number;
  /** Floats that a feature's k factors take. */
  readonly width: number;
  /** Checks the JSON of the columns; undefined where it is none. */
  readonly fittedOf: (json: unknown) => Fitted | undefined;
}

function readFeatures<Fitted extends FittedSize>(
  source: SectionSource,
  fittedOf: FmSizes<Fitted>['fittedOf'],
): Pick<FmVectors<Fitted>, 'fitted' | 'w0'> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(source.u8(featuresSection)));
  } catch (cause) {
    if (cause instanceof SepetError) throw cause;
    throw new SepetError('file_damaged', `${featuresSection} is not JSON.`, { cause });
  }
  const { fitted: found, bias: w0 } = (json ?? {}) as { fitted?: unknown; bias?: unknown };
  const fitted = fittedOf(found);
  if (fitted === undefined || typeof w0 !== 'number')
    throw new SepetError('file_damaged', `${featuresSection} does not say what the machine's columns are.`);
  return { fitted, w0 };
}

/** Opens the sections, but for the index. Throws `section_missing` or `file_damaged`. */
export function openFm<Fitted extends FittedSize>(
  source: SectionSource,
  { products, factors, width, fittedOf }: FmSizes<Fitted>,
): FmVectors<Fitted> {
  const { fitted, w0 } = readFeatures(source, fittedOf);
  const sized = (name: string, length: number): Float32Array => {
    const found = source.f32(name);
    if (found.length === length) return found;
    throw new SepetError('file_damaged', `${name} has ${found.length} values and not ${length}.`);
  };
  return {
    ...{ factors, fitted, w0 },
    in: sized('fm.in', products * factors),
    bias: sized('fm.bias', products),
    out: sized('fm.out', products * (factors + 1)),
    linear: sized('fm.asked.linear', fitted.features),
    askedFactors: sized('fm.asked.factors', fitted.features * width),
  };
}
