// Product ids: a string table and an open-addressing hash table over it (`id.hash`), so that millions of ids
// need no JavaScript strings. Hash: FNV-1a over the UTF-8 bytes, finished as MurmurHash3 does; linear probing.

import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Section, SectionSource } from '../base/sections.ts';
import { encodeStrings, openStrings, type StringTable } from './strings.ts';

const empty = 0xffff_ffff;
const maxIdBytes = limits.idBytes.max;

export interface IdTable {
  readonly length: number;
  /** The row of `id`, or -1. Not reentrant, allocates nothing. */
  row(id: string): number;
  id(row: number): string;
  /** The ids as they were built, without those that deltas brought. */
  readonly strings: StringTable;
}

function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let h = 0x811c9dc5;
  for (let i = start; i < end; i++) h = Math.imul(h ^ (bytes[i] as number), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function equalBytes(a: Uint8Array, aStart: number, length: number, b: Uint8Array): boolean {
  for (let i = 0; i < length; i++) if (a[aStart + i] !== b[i]) return false;
  return true;
}

/** The slot of the key's row, or the empty slot where it belongs; the first one tried where the table is full. */
function findSlot(table: Uint32Array, hash: number, isKey: (row: number) => boolean): number {
  const mask = table.length - 1;
  const first = hash & mask;
  let slot = first;
  do {
    const row = table[slot] as number;
    if (row === empty || isKey(row)) return slot;
    slot = (slot + 1) & mask;
  } while (slot !== first);
  return first;
}

/**
 * Encodes ids, row by row, as `id.offsets`, `id.bytes` and `id.hash` (a power of two of at least twice as many
 * slots). Throws `argument_invalid` naming an id that is empty, longer than the limit, or there twice.
 */
export function encodeIds(ids: readonly string[]): Section[] {
  const [offsets, bytes] = encodeStrings('id', ids) as [Section, Section];
  const starts = offsets.data as Uint32Array;
  const all = bytes.data as Uint8Array;
  let slots = 2;
  while (slots < 2 * ids.length) slots *= 2;
  const table = new Uint32Array(slots).fill(empty);
  ids.forEach((id, row) => {
    const start = starts[row] as number;
    const end = starts[row + 1] as number;
    if (start === end) throw new SepetError('argument_invalid', `The product in row ${row} has an empty id.`);
    if (end - start > maxIdBytes) {
      const message = `The product id "${id.slice(0, 40)}…" has ${end - start} bytes; at most ${maxIdBytes} are allowed.`;
      throw new SepetError('argument_invalid', message);
    }
    const key = all.subarray(start, end);
    const isKey = (other: number): boolean => {
      const from = starts[other] as number;
      return (starts[other + 1] as number) - from === key.length && equalBytes(all, from, key.length, key);
    };
    const slot = findSlot(table, hashBytes(all, start, end), isKey);
    if (table[slot] !== empty) {
      const message = `The product id "${id}" is there twice (rows ${table[slot]} and ${row}).`;
      throw new SepetError('argument_invalid', message);
    }
    table[slot] = row;
  });
  return [offsets, bytes, { name: 'id.hash', data: table }];
}

/** Opens the id table of `length` products. Throws `section_missing` or `file_damaged`. */
export function openIds(source: SectionSource, length: number): IdTable {
  const strings = openStrings(source, 'id', length);
  const table = source.u32('id.hash');
  if (table.length < 2 || (table.length & (table.length - 1)) !== 0 || table.length < length + 1)
    throw new SepetError('file_damaged', 'The section id.hash has no size that a hash table can have.');
  const { offsets, bytes } = strings;
  const scratch = new Uint8Array(3 * maxIdBytes);
  let keyLength = 0;

  const isKey = (row: number): boolean => {
    const start = offsets[row] as number;
    return (offsets[row + 1] as number) - start === keyLength && equalBytes(bytes, start, keyLength, scratch);
  };

  return {
    length,
    row(id) {
      if (id.length === 0 || id.length > maxIdBytes) return -1;
      keyLength = writeUtf8(id, scratch);
      const row = table[findSlot(table, hashBytes(scratch, 0, keyLength), isKey)] as number;
      return row !== empty && isKey(row) ? row : -1;
    },
    id: strings.at,
    strings,
  };
}

const utf8 = new TextEncoder();
const loneSurrogate = /\p{Surrogate}/u;

/** Writes `text` (at most maxIdBytes UTF-16 units) and returns its length, 0 where it has no UTF-8 form. */
function writeUtf8(text: string, target: Uint8Array): number {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 128) return loneSurrogate.test(text) ? 0 : utf8.encodeInto(text, target).written;
    target[i] = unit;
  }
  return text.length;
}
