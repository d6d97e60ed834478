/**
 * Texts with classes → pairs that are alike or not (Tunstall et al., "Efficient few-shot learning
 * without prompts", 2022, arXiv 2209.11055).
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { quoted } from "../../core/quoted.ts";
import { Random } from "../../core/random.ts";

/** How pairs are drawn. */
export interface ClassPairsOptions {
  /** Partners of the same class for each text, and as many of other classes. */
  readonly perText: number;
  readonly seed: number;
  /** What an error calls the rows. */
  readonly where: string;
}

/** Pairs of rows. */
export interface ClassPairs {
  /** The two rows of each pair, counted from 0. */
  readonly pairs: readonly (readonly [number, number])[];
  /** 1 where both have the same class, else 0. */
  readonly labels: Float32Array;
}

/**
 * Draws partners for each row, without drawing one twice: each pair of rows stands once, whichever of
 * them drew it. The same seed draws the same pairs. Throws an error of kind "data" where no class has
 * two texts, or where there is only one class.
 */
export function classPairs(
  classes: readonly string[],
  { perText, seed, where }: ClassPairsOptions,
): ClassPairs {
  const rows = classes.map((_, row) => row);
  const byClass = Map.groupBy(rows, (row) => classes[row]);
  checkPairClasses(classes, where);
  const found = new Map<string, { pair: readonly [number, number]; label: number }>();
  for (const row of rows) {
    const random = Random.fromSeed(seed, "pairs", row);
    const own = byClass.get(classes[row])!;
    const draws = [
      {
        label: 1,
        partners: drawn(own.length, perText, random, (at) => own[at], (at) => at !== row),
      },
      {
        label: 0,
        partners: drawn(
          rows.length,
          perText,
          random,
          (at) => at,
          (at) => classes[at] !== classes[row],
        ),
      },
    ];
    for (const { label, partners } of draws) {
      for (const partner of partners) {
        const pair = [Math.min(row, partner), Math.max(row, partner)] as const;
        found.set(pair.join(), { pair, label });
      }
    }
  }
  const all = [...found.values()];
  return {
    pairs: all.map(({ pair }) => pair),
    labels: Float32Array.from(all, ({ label }) => label),
  };
}

/** Up to `most` different rows that fit, at random; fewer where there are not so many. */
function drawn(
  count: number,
  most: number,
  random: Random,
  rowAt: (at: number) => number,
  fits: (row: number) => boolean,
): number[] {
  // Enough tries to find partners among many rows; few rows are looked at one by one.
  const fewRows = 64;
  if (count <= Math.max(fewRows, 2 * most)) {
    const all = Array.from({ length: count }, (_, at) => rowAt(at)).filter(fits);
    return random.shuffle(all).slice(0, most);
  }
  const chosen = new Set<number>();
  const tries = fewRows * most;
  for (let i = 0; i < tries && chosen.size < most; i++) {
    const row = rowAt(random.integer(count));
    if (fits(row)) chosen.add(row);
  }
  return [...chosen];
}

/**
 * Makes sure that pairs can be drawn. Throws an error of kind "data" where no class has two texts, or
 * where there is only one class.
 */
export function checkPairClasses(classes: readonly string[], where: string): void {
  const byClass = Map.groupBy(classes, (each) => each);
  const [only] = byClass.keys();
  if (byClass.size < 2) {
    throw new TunebookError(
      "data",
      `${where} has only the class ${
        quoted(only ?? "")
      }: pairs of texts that are not alike need two or more`,
    );
  }
  if ([...byClass.values()].some((rows) => rows.length > 1)) return;
  throw new TunebookError(
    "data",
    `each class of ${where} has a single text: pairs of texts that are alike need two of a class`,
  );
}
