// How typed arrays travel into and out of the binary file, without naming the file or the addon:
// whoever writes sections returns a list of them; whoever reads takes a SectionSource.

import { SepetError } from './errors.ts';

export type SectionArray = Uint8Array | Uint32Array | Int32Array | Float32Array | Float64Array;
export type SectionType = 'u8' | 'u32' | 'i32' | 'f32' | 'f64';

/** One named array in a Sepet file. Names are at most 24 ASCII characters such as `col.price`. */
export interface Section {
  readonly name: string;
  readonly data: SectionArray;
}

/** Read access to a file's sections: views on the mapping, never copies. Each throws `section_missing`. */
export interface SectionSource {
  has(name: string): boolean;
  u8(name: string): Uint8Array;
  u32(name: string): Uint32Array;
  i32(name: string): Int32Array;
  f32(name: string): Float32Array;
  f64(name: string): Float64Array;
}

/** Sections that were never written, as a source: what was just encoded can be opened like a file. */
export function sourceOf(sections: readonly Section[]): SectionSource {
  const byName = new Map(sections.map(({ name, data }) => [name, data]));
  const take = <A extends SectionArray>(name: string, Kind: new (length: number) => A): A => {
    const data = byName.get(name);
    if (data instanceof Kind) return data;
    throw new SepetError('section_missing', `There is no section ${name} of ${Kind.name}.`);
  };
  return {
    has: (name) => byName.has(name),
    u8: (name) => take(name, Uint8Array),
    u32: (name) => take(name, Uint32Array),
    i32: (name) => take(name, Int32Array),
    f32: (name) => take(name, Float32Array),
    f64: (name) => take(name, Float64Array),
  };
}
