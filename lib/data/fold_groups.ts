/**
 * Which fold each group of rows is held out in.
 *
 * @module
 */

/**
 * The fold of each group so that folds have about as many rows: the largest groups first, each into the smallest
 * fold, as scikit-learn's `GroupKFold` does.
 *
 * @param sizes the rows of each group; groups of one size keep their order
 */
export function balancedGroups(sizes: readonly number[], folds: number): number[] {
  const rows = new Array<number>(folds).fill(0);
  const foldOf = new Array<number>(sizes.length);
  const order = sizes.map((_, group) => group).sort((a, b) => sizes[b] - sizes[a]);
  for (const group of order) {
    const fold = rows.indexOf(Math.min(...rows));
    rows[fold] += sizes[group];
    foldOf[group] = fold;
  }
  return foldOf;
}

/**
 * The fold of each group so that folds have about the same share of each class, as scikit-learn's
 * `StratifiedGroupKFold` does: groups whose classes are most unlike first, each into the fold where the shares of
 * the classes then lie closest to each other.
 *
 * @param counts the rows of each class in each group
 */
export function stratifiedGroups(
  counts: readonly (readonly number[])[],
  folds: number,
): number[] {
  const classes = counts[0].map((_, at) => counts.reduce((sum, group) => sum + group[at], 0));
  const held = Array.from({ length: folds }, () => classes.map(() => 0));
  const foldOf = new Array<number>(counts.length);
  const spreads = counts.map(spreadOf);
  const order = counts.map((_, group) => group).sort((a, b) => spreads[b] - spreads[a]);
  for (const group of order) {
    let [chosen, least, fewest] = [0, Infinity, Infinity];
    for (let fold = 0; fold < folds; fold++) {
      const unevenness = unevennessWith(held, classes, { fold, group: counts[group] });
      const rows = held[fold].reduce((sum, count) => sum + count, 0);
      // What is as good but for rounding is decided by the rows.
      if (unevenness < least || (isClose(unevenness, least) && rows < fewest)) {
        [chosen, least, fewest] = [fold, unevenness, rows];
      }
    }
    counts[group].forEach((count, at) => held[chosen][at] += count);
    foldOf[group] = chosen;
  }
  return foldOf;
}

/** How unlike the folds' shares of each class are, on average, once a group is in a fold. */
function unevennessWith(
  held: readonly (readonly number[])[],
  classes: readonly number[],
  { fold, group }: { readonly fold: number; readonly group: readonly number[] },
): number {
  const spreads = classes.map((total, at) =>
    spreadOf(held.map((counts, each) => (counts[at] + (each === fold ? group[at] : 0)) / total))
  );
  return spreads.reduce((sum, spread) => sum + spread, 0) / spreads.length;
}

/** The deviation of some numbers from their mean. */
function spreadOf(numbers: readonly number[]): number {
  const mean = numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
  return Math.sqrt(numbers.reduce((sum, each) => sum + (each - mean) ** 2, 0) / numbers.length);
}

const absolute = 1e-8;
const relative = 1e-5;

/** NumPy's `isclose`. */
function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= absolute + relative * Math.abs(b);
}
