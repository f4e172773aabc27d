// What must hold of MessagePack from outside before a decoder sees it: exactly one value, made of what JSON has too
// (https://github.com/msgpack/msgpack/blob/master/spec.md), with no size announced that the bytes do not hold.

import { isUtf8 } from 'node:buffer';

const isString = (tag: number): boolean => (tag >= 0xa0 && tag <= 0xbf) || (tag >= 0xd9 && tag <= 0xdb);

/** Bytes of the values that have a fixed length, without their tag. */
const fixedBytes = new Map([
  [0xc0, 0],
  [0xc2, 0],
  [0xc3, 0],
  [0xca, 4],
  [0xcb, 8],
  [0xcc, 1],
  [0xcd, 2],
  [0xce, 4],
  [0xcf, 8],
  [0xd0, 1],
  [0xd1, 2],
  [0xd2, 4],
  [0xd3, 8],
]);

type Kind = 'string' | 'array' | 'map';

/** Kind and bytes of the length of what announces one. */
const sized = new Map<number, readonly [Kind, number]>([
  [0xd9, ['string', 1]],
  [0xda, ['string', 2]],
  [0xdb, ['string', 4]],
  [0xdc, ['array', 2]],
  [0xdd, ['array', 4]],
  [0xde, ['map', 2]],
  [0xdf, ['map', 4]],
]);

interface Head {
  readonly kind: Kind;
  readonly size: number;
  /** Where its content begins. */
  readonly start: number;
}

/** What a tag announces at `at`; undefined where it is a single value or nothing that is read here. */
function headOf(view: DataView, at: number): Head | undefined {
  const tag = view.getUint8(at);
  if (tag >= 0x80 && tag <= 0x8f) return { kind: 'map', size: tag - 0x80, start: at + 1 };
  if (tag >= 0x90 && tag <= 0x9f) return { kind: 'array', size: tag - 0x90, start: at + 1 };
  if (tag >= 0xa0 && tag <= 0xbf) return { kind: 'string', size: tag - 0xa0, start: at + 1 };
  const found = sized.get(tag);
  if (found === undefined) return undefined;
  const [kind, bytes] = found;
  const start = at + 1 + bytes;
  // A length beyond the end is as long as can be, and so refused.
  if (start > view.byteLength) return { kind, size: Number.POSITIVE_INFINITY, start };
  const size =
    bytes === 1 ? view.getUint8(at + 1) : bytes === 2 ? view.getUint16(at + 1) : view.getUint32(at + 1);
  return { kind, size, start };
}

const cut = 'is MessagePack that ends too soon.';

/** Says what is wrong with it, as the end of a sentence about the body; undefined where nothing is. */
export function checkMsgpack(bytes: Uint8Array, depthMax: number): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  /** What is still to come of each container that is open; a map's keys are even from its end. */
  const open: { left: number; readonly isMap: boolean }[] = [];
  let at = 0;
  do {
    if (at >= bytes.length) return cut;
    const tag = view.getUint8(at);
    const container = open.at(-1);
    if (container !== undefined) {
      if (container.isMap && container.left % 2 === 0 && !isString(tag))
        return 'is MessagePack with a map whose keys are not strings.';
      container.left--;
    }
    const head = headOf(view, at);
    if (head === undefined) {
      const length = tag <= 0x7f || tag >= 0xe0 ? 0 : fixedBytes.get(tag);
      if (length === undefined)
        return `is MessagePack with a value of type 0x${tag.toString(16)}, which JSON does not have.`;
      at += 1 + length;
    } else if (head.kind === 'string') {
      at = head.start + head.size;
      if (at <= bytes.length && !isUtf8(bytes.subarray(head.start, at)))
        return 'is MessagePack with a string that is not UTF-8.';
    } else {
      if (open.length >= depthMax) return `is nested more than ${depthMax} levels deep.`;
      const isMap = head.kind === 'map';
      const left = isMap ? 2 * head.size : head.size;
      at = head.start;
      if (left > bytes.length - at) return cut;
      open.push({ left, isMap });
    }
    if (at > bytes.length) return cut;
    while (open.at(-1)?.left === 0) open.pop();
  } while (open.length > 0);
  return at === bytes.length ? undefined : 'is more than one MessagePack value.';
}
