/**
 * Image segmentation on a command line.
 *
 * @module
 */
import { columnFlag, type TaskFlag } from "../shared/task_flag.ts";

/** The options as flags. */
export const imageSegmentationFlags: readonly TaskFlag[] = [
  columnFlag("image", "the column of the image, a path or an address"),
  columnFlag("mask", "the column of its mask, a PNG with an id for each pixel"),
  { name: "labels", value: "list", what: "the names of the ids 0, 1, 2 … (their numbers)" },
  { name: "ids", value: "numbers", what: "the id of each label, where they are not 0, 1, 2 …" },
  { name: "ignore", value: "number", what: "the id of pixels that do not count (255)" },
  { name: "crossEntropy", value: "number", what: "the weight of the cross-entropy (1)" },
  { name: "dice", value: "number", what: "the weight of the Dice loss (0)" },
];
