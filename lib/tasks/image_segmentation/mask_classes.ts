/**
 * What the numbers of masks mean.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { LabelMask } from "../../nn/mask_predictions.ts";

/** A pixel that counts in no loss and no score, within tunebook; 255 as in transformers. */
export const ignoredClass = 255;

/** The most classes, so that a class and `ignoredClass` are one byte. */
export const mostClasses = 255;

/** How the ids in files become classes. */
export interface MaskClasses {
  readonly labels: readonly string[];
  /** The id that files have for each label. */
  readonly ids: readonly number[];
  /** The id of pixels that do not count; none has it unless given. */
  readonly ignore: number | undefined;
}

/** A mask as a file has it: an id for each pixel. */
export interface IdMask {
  readonly width: number;
  readonly height: number;
  readonly ids: ArrayLike<number>;
}

/** So many unknown ids are named in an error. */
const mostNamed = 5;

/**
 * The class of each pixel, [height · width], `ignoredClass` for those that do not count.
 *
 * Throws an error of kind "data" that begins with `where` and names the ids that are of no label.
 */
export function maskOfIds(mask: IdMask, classes: MaskClasses, where: string): LabelMask {
  const { width, height, ids } = mask;
  const classOf = new Map(classes.ids.map((id, at) => [id, at]));
  if (classes.ignore !== undefined) classOf.set(classes.ignore, ignoredClass);
  const data = new Uint8Array(width * height);
  const unknown = new Map<number, number>();
  for (let at = 0; at < data.length; at++) {
    const found = classOf.get(ids[at]);
    if (found === undefined) unknown.set(ids[at], (unknown.get(ids[at]) ?? 0) + 1);
    else data[at] = found;
  }
  if (unknown.size === 0) return { width, height, data };
  const all = [...unknown].sort(([one], [other]) => one - other);
  const named = all.slice(0, mostNamed).map(([id, pixels]) => `${id} (${pixels} pixels)`);
  const more = all.length > mostNamed ? ` and ${all.length - mostNamed} more` : "";
  throw new TunebookError(
    "data",
    `${where} has ids of no label: ${named.join(", ")}${more}; ${knownIds(classes)}`,
  );
}

function knownIds({ labels, ids, ignore }: MaskClasses): string {
  const isCounted = ids.every((id, at) => id === at);
  const known = isCounted
    ? `the ${labels.length} labels are 0 to ${labels.length - 1}`
    : `the ids are ${ids.join(", ")}`;
  return ignore === undefined ? known : `${known}, and ${ignore} is ignored`;
}
