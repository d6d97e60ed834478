/**
 * What a dense detector found, in the form of detectors with queries: so the pipelines of transformers.js, which
 * know no other form, read its exported graph.
 *
 * @module
 */
import { ops, type Tensor, tf } from "../../engine/mod.ts";
import { boxNumbers } from "./box_shares.ts";
import { mostPeaks } from "./boxes_of_cells.ts";
import type { CellSizes } from "./cell_targets.ts";

/** Takes a cell that is no peak behind all that are; half precision can hold it. */
const behind = 1e4;

/** The logit of "no object" where there is none. */
const surelyNone = 100;

/**
 * The peaks of `boxesOfCells`, the surest first, each as a query: the logit of its class is l + ln(classes) and
 * that of all others and of "no object" 0, so that the softmax is the peak's probability 1 / (1 + e^−l). Readers
 * pass over queries that are likeliest nothing; here these are peaks of a probability up to 1 / (classes + 1),
 * those whose box has a negative side, and cells that are no peaks.
 *
 * @param cells [batch, classes + 4, height, width]
 * @returns `logits` [batch, queries, classes + 1] and `pred_boxes` [batch, queries, 4] as shares of the image
 */
export function queriesOfCells(
  cells: Tensor,
  { height, width, classes }: CellSizes,
): { logits: Tensor; pred_boxes: Tensor } {
  const count = height * width;
  const queries = Math.min(mostPeaks, classes * count);
  const [near, numbers] = tf.split(cells, [classes, boxNumbers], 1);
  const { values, indices } = tf.topk(tf.reshape(peaks(near), [-1, classes * count]), queries);
  const label = tf.floorDiv(indices, tf.scalar(count, "int32"));
  const cell = tf.sub(indices, tf.mul(label, tf.scalar(count, "int32")));
  const row = tf.floorDiv(cell, tf.scalar(width, "int32"));
  const column = tf.sub(cell, tf.mul(row, tf.scalar(width, "int32")));
  const [across, down, w, h] = tf.split(ofCells(numbers, cell, count), boxNumbers, 2)
    .map((each) => tf.reshape(each, [-1, queries]));
  const share = (place: Tensor, side: number) => tf.expandDims(tf.div(place, side), 2);
  const boxes = [
    share(tf.add(tf.cast(column, "float32"), across), width),
    share(tf.add(tf.cast(row, "float32"), down), height),
    share(w, width),
    share(h, height),
  ];
  const lead = tf.add(values, Math.log(classes));
  const isTold = [tf.greater(lead, 0), tf.greaterEqual(w, 0), tf.greaterEqual(h, 0)]
    .map((each) => tf.cast(each, "float32")).reduce((a, b) => tf.mul(a, b));
  const none = tf.mul(tf.sub(1, isTold), surelyNone);
  const ofClass = tf.cast(tf.oneHot(label, classes + 1), "float32");
  const last = tf.tensor1d(Array.from({ length: classes + 1 }, (_, at) => at < classes ? 0 : 1));
  return {
    logits: tf.add(
      tf.mul(ofClass, tf.expandDims(lead, 2)),
      tf.mul(last, tf.expandDims(none, 2)),
    ),
    pred_boxes: tf.concat(boxes, 2),
  };
}

/** Logits, those of cells that a neighbour of the same class passes far below. */
function peaks(logits: Tensor): Tensor {
  const highest = ops.maxPool2d(logits, { kernel: 3, stride: 1, padding: 1 });
  const isPeak = tf.cast(tf.greaterEqual(logits, highest), "float32");
  return tf.add(logits, tf.mul(tf.sub(isPeak, 1), behind));
}

/** Numbers [batch, 4, height, width] of some cells of each image [batch, queries] → [batch, queries, 4]. */
function ofCells(numbers: Tensor, cell: Tensor, count: number): Tensor {
  const rows = tf.transpose(tf.reshape(numbers, [-1, boxNumbers, count]), [0, 2, 1]);
  const [batch] = cell.shape;
  const ones = tf.onesLike(tf.slice(cell, [0, 0], [batch!, 1]));
  const image = tf.cumsum(ones, 0, true); // 0, 1, 2 …
  const places = tf.add(cell, tf.mul(image, tf.scalar(count, "int32")));
  return tf.gather(tf.reshape(rows, [-1, boxNumbers]), places);
}
