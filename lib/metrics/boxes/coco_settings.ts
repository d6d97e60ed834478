/**
 * What COCO's evaluation looks at: overlaps, recalls, sizes and numbers of boxes (Lin et al.,
 * "Microsoft COCO: common objects in context", 2014, and the `Params` of pycocotools).
 *
 * @module
 */

/** So many numbers from the first to the last, computed as NumPy's `linspace` computes them. */
function evenly(first: number, last: number, count: number): Float64Array {
  const step = (last - first) / (count - 1);
  const values = Float64Array.from({ length: count }, (_, at) => at * step + first);
  values[count - 1] = last;
  return values;
}

/** The overlaps from which on a box is right: 0.5, 0.55, … 0.95. */
export const overlaps: Float64Array = evenly(0.5, 0.95, 10);

/** The recalls at which precision is read: 0, 0.01, … 1. */
export const recalls: Float64Array = evenly(0, 1, 101);

/** Of each class no more than these boxes of an image are looked at, those with the highest scores. */
export const mostBoxes = 100;

/** The least and the most pixels of an object of each size. */
export const sizes = {
  all: [0, 1e10],
  small: [0, 32 ** 2],
  medium: [32 ** 2, 96 ** 2],
  large: [96 ** 2, 1e10],
} as const satisfies Record<string, readonly [number, number]>;

/** All objects, or those of a size. */
export type ObjectSize = keyof typeof sizes;
