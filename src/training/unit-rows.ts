/** A copy with rows of length 1; rows of zeros stay. */
export function unitRows(values: Float32Array, dims: number): Float32Array {
  const result = Float32Array.from(values);
  for (let start = 0; start < result.length; start += dims) {
    const row = result.subarray(start, start + dims);
    let sum = 0;
    for (const value of row) sum += value * value;
    const length = Math.sqrt(sum);
    if (length > 0) for (let t = 0; t < dims; t++) row[t] = (row[t] as number) / length;
  }
  return result;
}
