/**
 * What the trials of an earlier search are in a space whose choices may have changed.
 *
 * @module
 */
import type { ChoiceDimension, Dimension, Point } from "../../search/space/dimension.ts";

/** A dimension of this search as an earlier one had it. */
export interface EarlierDimension {
  /** Its name in this search. */
  readonly name: string;
  /** Its value at a point of the earlier search; undefined where it had none, or one that is no choice any more. */
  valueAt(point: Point): number | undefined;
}

/**
 * The dimensions that both searches have, of the same kind. Values of choices are known by what they are called, in
 * whichever order they stand, and what varies inside a value belongs to that value. Searches that were written before
 * choices had names know them by their numbers, as long as there are as many.
 */
export function earlierDimensions(
  earlier: readonly Dimension[],
  dimensions: readonly Dimension[],
): EarlierDimension[] {
  const now = new Map(dimensions.map((each) => [each.name, each]));
  const found = new Map<
    string,
    EarlierDimension & { numberNow(number: number): number | undefined }
  >();
  // Each comes after those that it depends on.
  for (const each of earlier) {
    const name = nameNow(each);
    const own = name === undefined ? undefined : now.get(name);
    if (own === undefined || (own.kind === "choice") !== (each.kind === "choice")) continue;
    const numberNow = own.kind === "choice"
      ? choiceNow(each as ChoiceDimension, own)
      : (number: number) => number;
    const valueAt = (point: Point) => {
      const value: number | undefined = point[each.name];
      return value === undefined ? undefined : numberNow(value);
    };
    found.set(each.name, { name: own.name, numberNow, valueAt });
  }
  return [...found.values()];

  /** Inside of a choice's value, `method[0].rank` has the number of that value. */
  function nameNow({ name, condition }: Dimension): string | undefined {
    if (condition === undefined) return name;
    const choice = found.get(condition.name);
    const number = choice?.numberNow(condition.value);
    const before = `${condition.name}[${condition.value}]`;
    if (choice === undefined || number === undefined || !name.startsWith(before)) return undefined;
    return `${choice.name}[${number}]${name.slice(before.length)}`;
  }
}

function choiceNow(
  { count, labels }: ChoiceDimension,
  now: ChoiceDimension,
): (number: number) => number | undefined {
  if (labels === undefined || now.labels === undefined) {
    return (number) => count === now.count ? number : undefined;
  }
  const numbers = new Map(now.labels.map((label, at) => [label, at]));
  return (number) => numbers.get(labels[number]);
}
