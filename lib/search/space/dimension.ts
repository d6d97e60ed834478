/**
 * Parameters of a space laid out one after another, as samplers see them, and points in it.
 *
 * @module
 */

/** Where a dimension has a value: only where a choice takes one of its values. */
export interface Condition {
  /** The choice, by its name. */
  readonly name: string;
  /** The number of the value that it must take, from 0. */
  readonly value: number;
}

/** What every dimension has. */
export interface NamedDimension {
  /** Its path in the space, such as `method[0].rank` for a parameter in the first value of `method`. */
  readonly name: string;
  /** Absent where it always has a value. */
  readonly condition?: Condition;
}

/** A parameter with an order. */
export interface NumberDimension extends NamedDimension {
  readonly kind: "int" | "float";
  readonly low: number;
  readonly high: number;
  /** The distance of two neighbours; 0 where every number is allowed. */
  readonly step: number;
  readonly log: boolean;
}

/** A parameter without an order; its values are counted from 0. */
export interface ChoiceDimension extends NamedDimension {
  readonly kind: "choice";
  readonly count: number;
  /** What its values are called in tables and charts, no two the same; their numbers where it is absent. */
  readonly labels?: readonly string[];
}

/** A parameter as samplers see it. */
export type Dimension = NumberDimension | ChoiceDimension;

/** Name of each dimension that has a value → the number, or the number of the value chosen, from 0. */
export type Point = Readonly<Record<string, number>>;

/** Whether a dimension has a value beside these others. */
export function isActive({ condition }: Dimension, point: Point): boolean {
  return condition === undefined || point[condition.name] === condition.value;
}

/**
 * A point with a value for each dimension that is active, and for no other. Dimensions come after what
 * they depend on.
 */
export function pointFrom(
  dimensions: readonly Dimension[],
  valueOf: (dimension: Dimension) => number,
): Point {
  const point: Record<string, number> = {};
  for (const dimension of dimensions) {
    if (isActive(dimension, point)) point[dimension.name] = valueOf(dimension);
  }
  return point;
}
