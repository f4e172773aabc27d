// Writes files of vectors as other tools do, for the tests of imports.

export function fvecsOf(values: Float32Array, dims: number): Uint8Array {
  const count = values.length / dims;
  const bytes = new Uint8Array(count * 4 * (dims + 1));
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < count; i++) {
    const start = i * 4 * (dims + 1);
    view.setInt32(start, dims, true);
    for (let t = 0; t < dims; t++) view.setFloat32(start + 4 * (t + 1), values[i * dims + t] as number, true);
  }
  return bytes;
}

export interface NpyOptions {
  readonly version?: 1 | 2 | 3;
  readonly descr?: '<f2' | '<f4' | '<f8';
  /** The dictionary, in place of the right one. */
  readonly header?: string;
  /** The values of a `<f2` as bits. */
  readonly bits?: readonly number[];
}

/** As numpy.save writes: magic, version, length of the header, the header padded with blanks to 64 bytes, the values. */
export function npyOf(values: Float32Array, dims: number, options: NpyOptions = {}): Uint8Array {
  const { version = 1, descr = '<f4', bits = [] } = options;
  const shape = `(${values.length / dims}, ${dims})`;
  const { header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }` } = options;
  const begin = version === 1 ? 10 : 12;
  const start = Math.ceil((begin + header.length + 1) / 64) * 64;
  const size = { '<f2': 2, '<f4': 4, '<f8': 8 }[descr];
  const bytes = new Uint8Array(start + values.length * size);
  const view = new DataView(bytes.buffer);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  if (version === 1) view.setUint16(8, start - begin, true);
  else view.setUint32(8, start - begin, true);
  bytes.set(new TextEncoder().encode(`${header.padEnd(start - begin - 1)}\n`), begin);
  values.forEach((value, i) => {
    if (descr === '<f2') view.setUint16(start + 2 * i, bits[i] as number, true);
    else if (descr === '<f4') view.setFloat32(start + 4 * i, value, true);
    else view.setFloat64(start + 8 * i, value, true);
  });
  return bytes;
}
