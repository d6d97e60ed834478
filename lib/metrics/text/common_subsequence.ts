/**
 * The longest common subsequence of two lists of words.
 *
 * @module
 */

/** Its length for all beginnings of both, [(a + 1) × (b + 1)]. */
function lengthsOf(a: readonly string[], b: readonly string[]): Uint32Array {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const at = i * width + j;
      lengths[at] = a[i - 1] === b[j - 1]
        ? lengths[at - width - 1] + 1
        : Math.max(lengths[at - width], lengths[at - 1]);
    }
  }
  return lengths;
}

/** How many words it has. */
export function commonLength(a: readonly string[], b: readonly string[]): number {
  return lengthsOf(a, b).at(-1)!;
}

/** Which words of `a` are in it, from the last one; of several, the one that rouge-score finds. */
export function commonPositions(a: readonly string[], b: readonly string[]): number[] {
  const lengths = lengthsOf(a, b);
  const width = b.length + 1;
  const found: number[] = [];
  let [i, j] = [a.length, b.length];
  while (i > 0 && j > 0) {
    if (a[i - 1] === b[j - 1]) {
      found.push(i - 1);
      i--;
      j--;
    } else if (lengths[i * width + j - 1] > lengths[(i - 1) * width + j]) j--;
    else i--;
  }
  return found;
}
