// Small models in ONNX, written byte by byte: protocol buffers of field numbers as onnx.proto has them.

const utf8 = new TextEncoder();

function varint(value: number): number[] {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

const number = (field: number, value: number): number[] => [...varint(field * 8), ...varint(value)];
const bytes = (field: number, content: ArrayLike<number>): number[] => [
  ...varint(field * 8 + 2),
  ...varint(content.length),
  ...Array.from(content),
];
const text = (field: number, value: string): number[] => bytes(field, utf8.encode(value));

const float32 = 1;

/** A size, or the name of one that is open. */
type Size = number | string;

/** ValueInfoProto of a float32 tensor. */
function value(name: string, shape: readonly Size[]): number[] {
  const sizes = shape.flatMap((size) => bytes(1, typeof size === 'number' ? number(1, size) : text(2, size)));
  const tensor = [...number(1, float32), ...bytes(2, sizes)];
  return [...text(1, name), ...bytes(2, bytes(1, tensor))];
}

export interface Weights {
  readonly inputs: number;
  readonly outputs: number;
  /** inputs * outputs, a row for each input. */
  readonly values: Float32Array;
}

/**
 * A model whose output is its input times a matrix; `batch` is the name of an open first size, or a fixed one, and `width` what
 * the model says of its second.
 */
export function matMulModel(
  { inputs, outputs, values }: Weights,
  batch: Size = 'batch',
  width: Size = inputs,
): Uint8Array {
  const node = [...text(1, 'x'), ...text(1, 'w'), ...text(2, 'y'), ...text(4, 'MatMul')];
  const weights = [
    ...[...number(1, inputs), ...number(1, outputs), ...number(2, float32), ...text(8, 'w')],
    ...bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  ];
  const graph = [
    ...[...bytes(1, node), ...text(2, 'tower'), ...bytes(5, weights)],
    ...[...bytes(11, value('x', [batch, width])), ...bytes(12, value('y', [batch, outputs]))],
  ];
  // Version 8 of the format, version 13 of the operators.
  return Uint8Array.from([...number(1, 8), ...bytes(7, graph), ...bytes(8, number(2, 13))]);
}
