/**
 * Fixed positions of the patches of a DiT, as sines and cosines of row and column.
 *
 * @module
 */

const temperature = 10_000;

/**
 * [rows · columns, numbers], row by row: the first half of the numbers tells the column, the second the row, each
 * sines before cosines.
 */
export function gridPositions(
  [rows, columns]: readonly [number, number],
  numbers: number,
): Float32Array {
  const perAxis = numbers / 2;
  const waves = perAxis / 2;
  const found = new Float32Array(rows * columns * numbers);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = (row * columns + column) * numbers;
      [column, row].forEach((position, axis) => {
        for (let i = 0; i < waves; i++) {
          const angle = position / temperature ** (i / waves);
          found[at + axis * perAxis + i] = Math.sin(angle);
          found[at + axis * perAxis + waves + i] = Math.cos(angle);
        }
      });
    }
  }
  return found;
}
