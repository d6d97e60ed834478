/**
 * The candidates that no other one beats in everything.
 *
 * @module
 */

/**
 * Which rows are on the Pareto front: no other row is at least as good in all numbers and better in one.
 *
 * @param losses the numbers of each row, less is better; equally many of each
 */
export function paretoFront(losses: readonly (readonly number[])[]): boolean[] {
  return losses.map((own) =>
    !losses.some((other) =>
      other.every((value, at) => value <= own[at]) && other.some((value, at) => value < own[at])
    )
  );
}
