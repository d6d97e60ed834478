/**
 * Positions on a map as sines and cosines (Vaswani et al., arXiv 1706.03762, over two axes as Carion et al.,
 * arXiv 2005.12872, have it).
 *
 * @module
 */

const temperature = 10_000;
/** Keeps the division by the last position finite, as in the reference. */
const tiny = 1e-6;

/**
 * [height · width, numbers], row by row: half of the numbers tell the row, half the column, each counted from 1
 * and brought to a full turn over the map.
 */
export function sinePositions(
  [height, width]: readonly [number, number],
  numbers: number,
): Float32Array {
  const perAxis = numbers / 2;
  const found = new Float32Array(height * width * numbers);
  const angle = (position: number, size: number, i: number) => {
    const turned = (position + 1) / (size + tiny) * 2 * Math.PI;
    return turned / temperature ** (2 * Math.floor(i / 2) / perAxis);
  };
  const wave = (i: number, x: number) => i % 2 === 0 ? Math.sin(x) : Math.cos(x);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const at = (row * width + column) * numbers;
      for (let i = 0; i < perAxis; i++) {
        found[at + i] = wave(i, angle(row, height, i));
        found[at + perAxis + i] = wave(i, angle(column, width, i));
      }
    }
  }
  return found;
}
