// fvecs and npy: vectors one behind the other, in files that are checked against their own size before anything is allocated.

import { SepetError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { ByteSource } from './bytes.ts';

/** Vectors of one length in a file, read in blocks. */
export interface VectorBlocks {
  readonly count: number;
  readonly dims: number;
  /** Fills `into` with the vectors from `begin` to `end` (excluded); it holds at least so many. */
  read(begin: number, end: number, into: Float32Array): void;
}

const invalid = ({ name }: ByteSource, why: string): SepetError =>
  new SepetError('vectors_invalid', `${name} ${why}`);

/** Throws `vectors_invalid` for more, or longer, vectors than are read. */
export function checkShape(source: { readonly name: string }, count: number, dims: number): void {
  const { importDims, importVectors } = limits;
  const isWithin = (value: number, most: number): boolean =>
    Number.isSafeInteger(value) && value >= 1 && value <= most;
  if (!isWithin(dims, importDims.max))
    throw new SepetError(
      'vectors_invalid',
      `${source.name} has vectors of ${dims} values: 1 to ${importDims.max} are read.`,
    );
  if (!isWithin(count, importVectors.max))
    throw new SepetError(
      'vectors_invalid',
      `${source.name} has ${count} vectors: 1 to ${importVectors.max} are read.`,
    );
}

const word = 4;

/**
 * fvecs (TEXMEX, Jégou et al. 2011): each vector is its length as a little-endian int32, then so many float32. All must be
 * of one length. Throws `vectors_invalid`; that of a later vector's length comes from `read`.
 */
export function openFvecs(source: ByteSource): VectorBlocks {
  if (source.bytes < word) throw invalid(source, 'is no fvecs file: it is too short for one vector.');
  const head = new Uint8Array(word);
  source.read(0, head);
  const dims = new DataView(head.buffer).getInt32(0, true);
  checkShape(source, 1, dims);
  const stride = word * (dims + 1);
  const count = source.bytes / stride;
  if (!Number.isInteger(count))
    throw invalid(
      source,
      `is no fvecs file of ${dims} values a vector: its ${source.bytes} bytes are no multiple of ${stride}.`,
    );
  checkShape(source, count, dims);
  return {
    count,
    dims,
    read(begin, end, into) {
      const bytes = new Uint8Array((end - begin) * stride);
      source.read(begin * stride, bytes);
      const view = new DataView(bytes.buffer);
      for (let i = 0; i < end - begin; i++) {
        const found = view.getInt32(i * stride, true);
        if (found !== dims)
          throw invalid(
            source,
            `has vectors of different lengths: ${dims} at first, ${found} in vector ${begin + i}.`,
          );
        for (let t = 0; t < dims; t++)
          into[i * dims + t] = view.getFloat32(i * stride + word * (t + 1), true);
      }
    },
  };
}

interface NpyHeader {
  readonly type: NpyType;
  readonly shape: readonly number[];
  /** Where the values begin. */
  readonly start: number;
}

const npyTypes = {
  '<f2': { bytes: 2, get: (view: DataView, at: number) => halfToNumber(view.getUint16(at, true)) },
  '<f4': { bytes: 4, get: (view: DataView, at: number) => view.getFloat32(at, true) },
  '<f8': { bytes: 8, get: (view: DataView, at: number) => view.getFloat64(at, true) },
} as const;
type NpyType = keyof typeof npyTypes;

/** The number that 16 bits of IEEE 754 stand for. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** \x93NUMPY */
const npyMagic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;
/** A header is padded to 64 bytes and holds a few words; one of more bytes than this is none. */
const npyHeaderBytes = 65_536;

/** The header of NumPy's format (NEP 1), versions 1 to 3: magic, length, and a Python dictionary as text. */
function readNpyHeader(source: ByteSource): NpyHeader {
  const prefix = new Uint8Array(Math.min(12, source.bytes));
  source.read(0, prefix);
  if (prefix.length < 12 || npyMagic.some((byte, i) => prefix[i] !== byte))
    throw invalid(source, 'is no npy file: its magic is missing.');
  const version = prefix[6] as number;
  if (version < 1 || version > 3)
    throw invalid(source, `is an npy file of version ${version}.${prefix[7]}: 1.0, 2.0 and 3.0 are read.`);
  const view = new DataView(prefix.buffer);
  const begin = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > npyHeaderBytes || begin + length > source.bytes)
    throw invalid(source, `has a header of ${length} bytes: it is cut off or damaged.`);
  const bytes = new Uint8Array(length);
  source.read(begin, bytes);
  const text = new TextDecoder().decode(bytes);
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (order === undefined || shape === undefined || descr === undefined)
    throw invalid(
      source,
      /'descr'\s*:\s*\[/.test(text)
        ? 'holds records of several fields: save a plain array of numbers.'
        : 'has a header without descr, fortran_order or shape.',
    );
  if (descr.startsWith('>'))
    throw invalid(source, `holds big-endian numbers (${descr}): save it with astype('<f4').`);
  if (!Object.hasOwn(npyTypes, descr))
    throw invalid(
      source,
      `holds ${descr}: float16, float32 and float64 are read; save it with astype('<f4').`,
    );
  if (order === 'True')
    throw invalid(source, 'is in Fortran order: save it with numpy.ascontiguousarray(array).');
  const sizes = shape
    .split(',')
    .map((size) => size.replace('L', '').trim())
    .filter((size) => size !== '');
  return { type: descr as NpyType, shape: sizes.map(Number), start: begin + length };
}

/**
 * npy: a two-dimensional array of float16, float32 or float64, little-endian, in C order, a row a vector. Throws
 * `vectors_invalid` saying what it is instead, and where the file's size is not what the shape takes.
 */
export function openNpy(source: ByteSource): VectorBlocks {
  const { type, shape, start } = readNpyHeader(source);
  const [count, dims] = shape;
  if (count === undefined || dims === undefined || shape.length !== 2)
    throw invalid(
      source,
      `holds an array of shape (${shape.join(', ')}): vectors are rows of two dimensions.`,
    );
  checkShape(source, count, dims);
  const { bytes: size, get } = npyTypes[type];
  const wanted = start + count * dims * size;
  if (source.bytes !== wanted)
    throw invalid(
      source,
      `has ${source.bytes} bytes, and its shape (${count}, ${dims}) takes ${wanted}: it is cut off or damaged.`,
    );
  const stride = dims * size;
  return {
    count,
    dims,
    read(begin, end, into) {
      const bytes = new Uint8Array((end - begin) * stride);
      source.read(start + begin * stride, bytes);
      const view = new DataView(bytes.buffer);
      for (let i = 0; i < (end - begin) * dims; i++) into[i] = get(view, i * size);
    },
  };
}
