/**
 * The head of detectors: classes and a box for each object that may be there (Carion et al., arXiv
 * 2005.12872).
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { anyText, type Rule, text } from "../core/option_rules.ts";
import { type Tensor, tf } from "../engine/mod.ts";
import type { ImageConfig, RowHead } from "../nn/family.ts";
import type { Layer } from "../nn/layer.ts";
import type { Net } from "../nn/net.ts";

/** Numbers of a box: its centre, its width and its height, as shares of the image's. */
const boxNumbers = 4;
/** Layers of a perceptron that predicts. */
const depth = 3;
const classes = "class_labels_classifier";
const boxes = "bbox_predictor";

const flag: Rule = ["true or false", (value) => typeof value === "boolean"];

/** What differs between families. */
export interface BoxHeadOptions {
  /** The class name that transformers gives the model with this head. */
  readonly className: string;
  /** What stands before the body's paths in a checkpoint; the family's prefix unless given. */
  readonly prefix?: string;
  /** True where classes are predicted by a perceptron and not by a linear layer. */
  readonly deepClasses?: boolean;
}

/**
 * Of each query the scores of the classes, of "no object" behind them, and a box (x and y of the centre,
 * width, height, each in [0, 1]): [batch, queries, outputs + 1 + 4]. `boxResults` tells them apart.
 *
 * @example
 * ```ts
 * import { boxHead } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const { reads, className } = boxHead({ className: "YolosForObjectDetection" });
 * assert.deepEqual([reads, className], ["queries", "YolosForObjectDetection"]);
 * ```
 */
export function boxHead<Config extends ImageConfig>(options: BoxHeadOptions): RowHead<Config> {
  checkOptions("boxHead", options, { className: text, prefix: anyText, deepClasses: flag });
  const { className, prefix, deepClasses = false } = options;
  return {
    reads: "queries",
    layers: ({ hiddenSize }, outputs) => [
      ...deepClasses
        ? perceptronLayers(classes, hiddenSize, outputs + 1)
        : [linear(classes, hiddenSize, outputs + 1)],
      ...perceptronLayers(boxes, hiddenSize, boxNumbers),
    ],
    // All but the layer that has a row for each class.
    reusable: new RegExp(`^(${boxes}\\.|${classes}\\.layers\\.(?!${depth - 1}$))`),
    forward(net, { hiddenSize }, queries) {
      const [batch, count] = queries.shape as [number, number, number];
      const rows = tf.reshape(queries, [-1, hiddenSize]);
      const scores = deepClasses ? perceptron(net, classes, rows) : net.linear(classes, rows);
      const found = tf.concat([scores, tf.sigmoid(perceptron(net, boxes, rows))], 1);
      return tf.reshape(found, [batch, count, found.shape[1]!]);
    },
    className,
    ...(prefix === undefined ? {} : { prefix }),
  };
}

/**
 * What a box head gives, as transformers names it.
 *
 * @param results [batch, queries, classes + 1 + 4]
 * @returns `logits` [batch, queries, classes + 1] and `pred_boxes` [batch, queries, 4]
 *
 * @example
 * ```ts
 * import { boxResults, openDevice, type Program } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const program: Program = {
 *   name: "boxes",
 *   inputs: { results: { role: "feed", type: "float32", shape: ["batch", 1, 6] } },
 *   compute: ({ results }) => ({ ...boxResults(results) }),
 * };
 * const device = await openDevice("cpu");
 * const compiled = await device.compile(program, { frozen: () => new Float32Array() });
 * const results = { shape: [1, 1, 6], data: Float32Array.of(3, -3, 0.5, 0.5, 0.25, 0.125) };
 * const { logits, pred_boxes } = await compiled.run({ results });
 * assert.deepEqual([...logits.data], [3, -3]);
 * assert.deepEqual([...pred_boxes.data], [0.5, 0.5, 0.25, 0.125]);
 * await compiled.dispose();
 * ```
 */
export function boxResults(results: Tensor): { logits: Tensor; pred_boxes: Tensor } {
  const [batch, queries, numbers] = results.shape as [number, number, number];
  const scores = numbers - boxNumbers;
  return {
    logits: tf.slice(results, [0, 0, 0], [batch, queries, scores]),
    pred_boxes: tf.slice(results, [0, 0, scores], [batch, queries, boxNumbers]),
  };
}

function linear(path: string, inFeatures: number, outFeatures: number): Layer {
  return { kind: "linear", path, inFeatures, outFeatures };
}

function perceptronLayers(path: string, width: number, outFeatures: number): Layer[] {
  return Array.from(
    { length: depth },
    (_, i) => linear(`${path}.layers.${i}`, width, i === depth - 1 ? outFeatures : width),
  );
}

/** Linear layers with ReLUs between them. */
function perceptron(net: Net, path: string, rows: Tensor): Tensor {
  return Array.from({ length: depth }).reduce<Tensor>((x, _, i) => {
    const y = net.linear(`${path}.layers.${i}`, x);
    return i === depth - 1 ? y : tf.relu(y);
  }, rows);
}
