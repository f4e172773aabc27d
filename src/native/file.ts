import { constants } from 'node:buffer';
import { SepetError } from '../base/errors.ts';
import type { Section, SectionSource, SectionType } from '../base/sections.ts';
import { binding, native } from './binding.ts';

/** One row of a file's section table. */
export interface SectionInfo {
  readonly name: string;
  readonly type: SectionType;
  readonly offset: number;
  readonly bytes: number;
  /** CRC-32C of the section's bytes. */
  readonly checksum: number;
}

/** `map`: the system's page cache. `huge`: memory of this process in pages of 2 MB, where the system gives them. */
export const pageKinds = ['map', 'huge'] as const;
export type Pages = (typeof pageKinds)[number];

/**
 * A Sepet file in memory. The views are read-only memory shared with every other thread: writing to one ends the
 * process. There is nothing to close: the mapping goes when the last view of the last thread is collected.
 */
export interface MappedFile extends SectionSource {
  /** The whole file. A file larger than one ArrayBuffer can be (4 GiB in Node 20) has none: `argument_invalid`. */
  readonly buffer: ArrayBuffer;
  readonly bytes: number;
  readonly sections: readonly SectionInfo[];
  /** The bytes of a section of any type. Throws `section_missing`. */
  bytesOf(name: string): Uint8Array;
  readonly pages: Pages;
  /** Bytes that lie in huge pages now: the system may give none, and more later. Asks the system, which takes milliseconds. */
  hugeBytes(): number;
}

const views = {
  u8: Uint8Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;

/**
 * Maps a Sepet file (docs/formats.md), once a process however many threads open it. With `verify` (the default)
 * every checksum is compared, once a process; without, only those of header and table, which takes no time. With
 * `pages: 'huge'` the file is read into memory of 2 MB pages: searches are faster, opening takes as long as reading.
 *
 * Throws file_not_found, file_io, file_foreign, file_version, file_truncated, file_damaged; argument_invalid for a
 * single section larger than an ArrayBuffer can be; out_of_memory with `huge`.
 */
export function mapFile(path: string, options: { verify?: boolean; pages?: Pages } = {}): MappedFile {
  const { verify = true, pages = 'map' } = options;
  const raw = native(() => binding.mapFile({ path, verify, pages, windowBytes: constants.MAX_LENGTH }));
  const byName = new Map(raw.sections.map((section) => [section.name, section]));
  const find = (name: string, type?: SectionType): SectionInfo => {
    const section = byName.get(name);
    if (section === undefined) throw new SepetError('section_missing', `${path} has no section ${name}.`);
    if (type !== undefined && section.type !== type)
      throw new SepetError(
        'section_missing',
        `Section ${name} of ${path} holds ${section.type}, not ${type}.`,
      );
    return section;
  };
  const view = <Type extends SectionType>({ offset, bytes }: SectionInfo, type: Type) => {
    const window = raw.windows.findLast((candidate) => candidate.offset <= offset);
    if (window === undefined) throw new SepetError('internal', `No window of ${path} holds byte ${offset}.`);
    const View = views[type];
    const length = bytes / View.BYTES_PER_ELEMENT;
    return new View(window.buffer, offset - window.offset, length) as InstanceType<(typeof views)[Type]>;
  };
  return Object.freeze({
    get buffer(): ArrayBuffer {
      const [only, more] = raw.windows;
      if (only === undefined || more !== undefined)
        throw new SepetError(
          'argument_invalid',
          `${path} is too large for one ArrayBuffer: take its sections.`,
        );
      return only.buffer;
    },
    bytes: raw.bytes,
    sections: raw.sections,
    bytesOf: (name: string) => view(find(name), 'u8'),
    pages,
    hugeBytes: () => raw.hugeBytes(),
    has: (name: string) => byName.has(name),
    u8: (name: string) => view(find(name, 'u8'), 'u8'),
    u32: (name: string) => view(find(name, 'u32'), 'u32'),
    i32: (name: string) => view(find(name, 'i32'), 'i32'),
    f32: (name: string) => view(find(name, 'f32'), 'f32'),
    f64: (name: string) => view(find(name, 'f64'), 'f64'),
  });
}

/**
 * Writes a Sepet file whole: a temporary file beside it, fsync, rename, fsync of the folder. Readers see the old
 * file or the new one; on failure the old one stays and the temporary one is removed.
 *
 * Throws argument_invalid (names, array types), file_not_found (no such folder), file_io.
 */
export function writeFile(path: string, sections: readonly Section[]): void {
  native(() =>
    binding.writeFile({
      path,
      names: sections.map((section) => section.name),
      arrays: sections.map((section) => section.data),
    }),
  );
}
