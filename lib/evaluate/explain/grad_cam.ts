/**
 * Grad-CAM (Selvaraju et al. 2017, arXiv 1610.02391): where on an image a network of convolutions finds
 * what speaks for a class.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { type Program, type Tensor, tf, valueAndGradients } from "../../engine/mod.ts";
import { batchInputs } from "../../nn/batch_inputs.ts";
import { createNet } from "../../nn/create_net.ts";
import type { MapPooling } from "../../nn/family.ts";
import { appliedHead } from "../../nn/head_results.ts";
import { modelHead } from "../../nn/model.ts";
import type { Net } from "../../nn/net.ts";
import { type TrainableModel, weightInputs } from "../../nn/trainable_model.ts";

/** The feed that says which output is explained, a one in its place, [batch, outputs]. */
export const explainedOutput = "explained_output";

/**
 * Feeds a batch and the outputs that are explained, and gives `heat` [batch, height, width], on the last map
 * before the pooling: the rectified sum of its channels, each by the mean of the output's gradient over
 * it. The outputs are logits, before any softmax.
 *
 * Throws an error of kind "unsupported" for a model that pools no map.
 */
export function gradCamProgram(trainable: TrainableModel): Program {
  const { model, adapter, objective } = trainable;
  const weights = weightInputs(trainable);
  return {
    name: "Grad-CAM",
    inputs: {
      ...batchInputs(model),
      ...weights.inputs,
      [explainedOutput]: { role: "feed", type: "float32", shape: ["batch", objective.outputs] },
    },
    compute(inputs) {
      const net = createNet({
        tensor: (path) => inputs[weights.names.get(path)!],
        adapter,
        quantized: model.quantized,
      });
      const { map, pool } = poolingOf(net, trainable, inputs);
      const explained = () => {
        const logits = appliedHead(net, trainable, pool(map)); // [batch, outputs]
        return tf.sum(tf.mul(logits, inputs[explainedOutput]));
      };
      const { gradients } = valueAndGradients(explained, { map });
      const channels = tf.mean(gradients.map, [2, 3], true); // [batch, channels, 1, 1]
      return { heat: tf.relu(tf.sum(tf.mul(map, channels), 1)) };
    },
  };
}

function poolingOf(
  net: Net,
  { model }: Pick<TrainableModel, "model">,
  inputs: Readonly<Record<string, Tensor>>,
): MapPooling {
  const { family, config } = model;
  const pooling = modelHead(model).reads === "pooled"
    ? family.features?.(net, config, inputs).pooling
    : undefined;
  if (pooling) return pooling;
  throw new TunebookError(
    "unsupported",
    `gradCam looks at the map that a classifier pools, and ${family.modelType} models pool none` +
      (family.patchGrid ? "; take attentionRollout()" : ""),
  );
}
