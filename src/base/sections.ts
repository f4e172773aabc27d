// How typed arrays travel into and out of the binary file, without naming the file or the addon:
// whoever writes sections returns a list of them; whoever reads takes a SectionSource.

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
