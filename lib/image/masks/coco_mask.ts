/**
 * The masks of COCO's annotations: outlines, run lengths, compressed run lengths.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import { reasonOf } from "../../core/reason.ts";
import { joinMasks } from "./join_masks.ts";
import { polygonMask } from "./polygon_mask.ts";
import { checkRunMask, type RunMask } from "./run_mask.ts";
import { runsOfText } from "./run_text.ts";

/** Corners of the smallest outline. */
const leastCorners = 3;

/**
 * Reads the field `segmentation` for an image of a size: lists of x and y (an object may have several
 * outlines), `{ size, counts }` with a list of runs, or with a text. Undefined where there is none.
 *
 * Throws a `TunebookError` of kind "data" that begins with `where`.
 */
export function cocoMask(
  segmentation: unknown,
  width: number,
  height: number,
  where: string,
): RunMask | undefined {
  if (segmentation === undefined || segmentation === null) return undefined;
  if (Array.isArray(segmentation)) return fromOutlines(segmentation, width, height, where);
  if (!isRecord(segmentation)) throw wrong(where, "is neither outlines nor run lengths");
  const { size, counts } = segmentation;
  if (!Array.isArray(size) || size[0] !== height || size[1] !== width) {
    throw wrong(where, `is for ${JSON.stringify(size)}, and the image has ${height} × ${width}`);
  }
  if (typeof counts !== "string" && !Array.isArray(counts)) throw wrong(where, "has no counts");
  const mask = { width, height, counts: runsOf(counts, where) };
  checkRunMask(mask, where);
  return mask;
}

function fromOutlines(
  outlines: readonly unknown[],
  width: number,
  height: number,
  where: string,
): RunMask | undefined {
  if (outlines.length === 0) return undefined;
  const masks = outlines.map((outline) => {
    const isOutline = Array.isArray(outline) && outline.every(Number.isFinite) &&
      outline.length % 2 === 0 && outline.length >= 2 * leastCorners;
    if (!isOutline) {
      throw wrong(where, "has an outline that is not x and y of three or more corners");
    }
    // Every pixel of the outline is walked.
    const isNear = (value: number, at: number) => {
      const edge = at % 2 === 0 ? width : height;
      return value >= -edge && value <= 2 * edge;
    };
    if (!outline.every(isNear)) throw wrong(where, "has an outline far outside the image");
    return polygonMask(outline, width, height);
  });
  return joinMasks(masks as [RunMask, ...RunMask[]]);
}

function runsOf(counts: string | number[], where: string): number[] {
  if (Array.isArray(counts)) return counts;
  try {
    return runsOfText(counts);
  } catch (error) {
    throw wrong(where, `is damaged: ${reasonOf(error)}`);
  }
}

function wrong(where: string, what: string): TunebookError {
  return new TunebookError("data", `${where} has a mask that ${what}`);
}
