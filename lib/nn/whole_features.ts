/**
 * What the body of a model that is no stack gives its head, and the same from before: nothing below the head
 * being trained, it is kept for all epochs as one row of numbers for each input.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { sizeOf, type Tensor, tf, trace } from "../engine/mod.ts";
import { batchInputs } from "./batch_inputs.ts";
import { createNet } from "./create_net.ts";
import { type Model, modelHead } from "./model.ts";
import type { Net } from "./net.ts";
import { weightInputs } from "./trainable_model.ts";

type Inputs = Readonly<Record<string, Tensor>>;

/** The features that the model's head reads, one tensor or several maps, each [batch, …]. */
export function wholeFeatures(net: Net, model: Model, inputs: Inputs): readonly Tensor[] {
  if (inputs.hidden) return unpacked(inputs.hidden, featureShapes(model));
  const { family, config, headRequest } = model;
  const reads = headRequest.reads ?? modelHead(model).reads;
  const features = family.features?.(net, config, inputs)[reads];
  if (features) return features instanceof tf.Tensor ? [features] : features;
  throw new TunebookError(
    "unsupported",
    `${family.modelType} models give no ${reads} features, which the head reads`,
  );
}

/** All features of an input in a row, [batch, 1, numbers]. */
export function packedFeatures(features: readonly Tensor[]): Tensor {
  const rows = features.map((each) => tf.reshape(each, [each.shape[0], -1]));
  return tf.expandDims(rows.length === 1 ? rows[0] : tf.concat(rows, 1), 1);
}

function unpacked(hidden: Tensor, shapes: readonly (readonly number[])[]): Tensor[] {
  const batch = hidden.shape[0];
  let at = 0;
  return shapes.map((shape) => {
    const size = sizeOf(shape);
    const own = tf.slice(hidden, [0, 0, at], [batch, 1, size]);
    at += size;
    return tf.reshape(own, [batch, ...shape]);
  });
}

const known = new WeakMap<Model, readonly (readonly number[])[]>();

/**
 * The shapes of the features for one input, read off the body's forward pass: it is traced, which computes
 * nothing.
 */
export function featureShapes(model: Model): readonly (readonly number[])[] {
  const found = known.get(model);
  if (found) return found;
  const { inputs, names } = weightInputs({
    model,
    adapter: { parameters: [], trains: () => false },
  });
  const weights = Object.entries(inputs).map(([name, spec]) =>
    [name, { ...spec, role: "frozen" }] as const
  );
  let shapes: readonly (readonly number[])[] = [];
  trace(
    {
      name: "features",
      inputs: { ...batchInputs(model), ...Object.fromEntries(weights) },
      compute(given) {
        const tensor = (path: string) => given[names.get(path)!];
        const net = createNet({ tensor, quantized: model.quantized });
        const features = wholeFeatures(net, model, given);
        shapes = features.map(({ shape: [, ...each] }) => each);
        return Object.fromEntries(features.map((each, i) => [String(i), each]));
      },
    },
    () => new Float32Array(),
    { plain: true },
  );
  known.set(model, shapes);
  return shapes;
}

/** How many numbers are kept of a position: of a stack its hidden states, of others all features. */
export function keptWidth(model: Model): number {
  if (model.family.stack) return model.config.hiddenSize;
  return featureShapes(model).reduce((sum, shape) => sum + sizeOf(shape), 0);
}
