/**
 * Hidden states of a model that are to be like those of its teacher.
 *
 * @module
 */
import { type HostTensor, type InputSpec, type Tensor, tf } from "../../engine/mod.ts";
import type { LayerPair } from "../../nn/below_head.ts";
import type { LayerStates } from "../../nn/layer_states.ts";
import type { Parameter } from "../../nn/method.ts";
import type { Objective } from "../../nn/objective.ts";
import type { LayerMap } from "./layer_map.ts";

/** Which states are compared. */
export interface HiddenOptions {
  /** Which layers: `{ 1: 2, 2: 4, 3: 6 }`, `uniform` or `last`. */
  readonly layers: LayerMap;
  /** What the mean distance counts beside the rest of the loss: 1 unless given. */
  readonly weight?: number;
}

/** Beside the options, what the teacher gave. */
export interface StateLossOptions extends Pick<HiddenOptions, "weight"> {
  readonly pairs: readonly LayerPair[];
  /** The teacher's states after its layers, in the order of the model's, one after the other, of each row. */
  readonly states: readonly Float32Array[];
  /** Numbers of a state of the model. */
  readonly hiddenSize: number;
}

const usualWeight = 1;
const feedOf = (layer: number) => `teacher_state_${layer}`;
const projectionOf = (layer: number) => `loss.projection.${layer}`;
/** Keeps the length of a state of zeros from being divided by. */
const tiniest = 1e-12;

/**
 * The objective with weight · the mean over rows and layers of ‖s ÷ ‖s‖ − t ÷ ‖t‖‖² of the states s of the model and t
 * of the teacher, of the token that stands for the sequence (Sun et al., "Patient Knowledge Distillation for BERT
 * Model Compression", 2019, arXiv 1908.09355). Where the two are of other widths, s is W·s with a W of each layer
 * that the training learns as well and that is no part of what is kept.
 */
export function withStateLoss(own: Objective, options: StateLossOptions): Objective {
  const { pairs, states, hiddenSize, weight = usualWeight } = options;
  const layers = pairs.map(([layer]) => layer);
  const width = states.length === 0 ? hiddenSize : states[0].length / layers.length;
  const isProjected = width !== hiddenSize;
  const spec: InputSpec = { role: "feed", type: "float32", shape: ["batch", width] };
  const layerStates: LayerStates = {
    layers,
    loss(found, feeds) {
      const distances = layers.map((layer, at) => {
        const state = isProjected
          ? tf.matMul(found[at], feeds[projectionOf(layer)], false, true)
          : found[at];
        return tf.sum(tf.square(tf.sub(direction(state), direction(feeds[feedOf(layer)]))));
      });
      const sum = distances.reduce((all, each) => tf.add(all, each));
      return tf.mul(tf.div(sum, feeds.state_normaliser), weight / layers.length);
    },
  };
  return {
    ...own,
    layerStates,
    ...(isProjected
      ? {
        parameters: [
          ...own.parameters ?? [],
          ...layers.map((layer) => projection(layer, [width, hiddenSize])),
        ],
      }
      : {}),
    feeds: {
      ...own.feeds,
      ...Object.fromEntries(layers.map((layer) => [feedOf(layer), spec])),
      state_normaliser: { role: "feed", type: "float32", shape: [] },
    },
    targetsOf(rows, normaliser, about = {}) {
      const chosen = Array.from(rows);
      const { stepRows = rows } = about;
      const feed = (at: number): HostTensor => ({
        shape: [chosen.length, width],
        data: Float32Array.from(
          chosen.flatMap((row) => [...states[row].subarray(at * width, (at + 1) * width)]),
        ),
      });
      return {
        ...own.targetsOf(rows, normaliser, about),
        ...Object.fromEntries(layers.map((layer, at) => [feedOf(layer), feed(at)])),
        state_normaliser: { shape: [], data: Float32Array.of(stepRows.length) },
      };
    },
  };
}

function direction(states: Tensor): Tensor {
  const lengths = tf.sqrt(tf.add(tf.sum(tf.square(states), -1, true), tiniest));
  return tf.div(states, lengths);
}

function projection(layer: number, shape: readonly [number, number]): Parameter {
  const [, inFeatures] = shape;
  const bound = 1 / Math.sqrt(inFeatures);
  return {
    name: projectionOf(layer),
    shape,
    decay: true,
    initial: (random) =>
      Float32Array.from(
        { length: shape[0] * shape[1] },
        () => bound * (2 * random.uniform() - 1),
      ),
  };
}
