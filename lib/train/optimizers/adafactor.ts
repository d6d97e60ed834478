/**
 * Adafactor (Shazeer and Stern, arXiv 1804.04235): the mean of squared gradients of a matrix is kept
 * as one number for each row and each column, so that it keeps almost nothing beside the parameters.
 *
 * It is transformers' `Adafactor(scale_parameter=False, relative_step=False)`, which its Trainer uses:
 * the plan's learning rate as it is, no first moment, decay rate −0.8, updates clipped to a root mean
 * square of 1. `torch.optim.Adafactor` scales by the parameters' own size instead, which leaves a
 * matrix that starts at zero, as LoRA's B does, almost where it is.
 *
 * @module
 */
import {
  type HostTensor,
  type InputSpec,
  type Program,
  sizeOf,
  slotPath,
  type StateTensor,
  type Step,
  type Tensor,
  tf,
} from "../../engine/mod.ts";
import { parameters } from "../../nn/trainable_model.ts";
import type { OpenRule, OptimizerRule, RuleContext } from "./optimizer_rule.ts";

/** Added to squares; keeps the division by a mean of zero away. */
const epsilon = 1e-30;
/** The mean of squares of step t forgets with 1 − t^decayRate. */
const decayRate = -0.8;
/** The largest root mean square of a tensor's update before the learning rate. */
const clipThreshold = 1;

/** Its updates have AdamW's size, one learning rate for each parameter, and so AdamW's learning rate. */
export const adafactor: OptimizerRule = {
  options: [],
  learningRateScale: 1,
  // The mean over a column counts rows without a gradient too.
  shrinksIdle: false,
  vectors: () => [],
  open,
};

/** A statistic's name, shape and the axis of the gradient that it is the mean over. */
interface Statistic {
  readonly name: string;
  readonly shape: readonly number[];
  readonly axis?: number;
}

/** Of a matrix, or the last two axes of a tensor: rows and columns; of anything else each element. */
function statisticsOf({ name, shape }: StateTensor): Statistic[] {
  return shape.length < 2 ? [{ name: slotPath("squares", name), shape }] : [
    { name: slotPath("rows", name), shape: shape.slice(0, -1), axis: -1 },
    { name: slotPath("columns", name), shape: [...shape.slice(0, -2), shape.at(-1)!], axis: -2 },
  ];
}

async function open({ device, state, gradients }: RuleContext): Promise<OpenRule> {
  const statistics = new Map<string, Float32Array>();
  const shapes = new Map<string, readonly number[]>();
  for (const { name, shape } of state.tensors.flatMap(statisticsOf)) {
    statistics.set(name, new Float32Array(sizeOf(shape)));
    shapes.set(name, shape);
  }
  const compiled = new Map<string, Step>();
  const dispose = async () => {
    for (const each of compiled.values()) await each.dispose();
  };
  for (const [group, members] of Map.groupBy(state.tensors, ({ group }) => group)) {
    const made = await device.compile(program(members, gradients), {
      frozen: () => new Float32Array(),
      state,
    }).catch(async (error) => {
      await dispose();
      throw error;
    });
    compiled.set(group, made);
  }
  return {
    statistics,
    async step({ group, step, learningRate, weightDecay }, clip) {
      const scalars = { learningRate, weightDecay, clip, forget: step ** decayRate };
      const feeds: Record<string, HostTensor> = Object.fromEntries(
        Object.entries(scalars).map(([name, value]) => [
          name,
          { shape: [], data: Float32Array.of(value) },
        ]),
      );
      const own = state.tensors.filter((tensor) => tensor.group === group).flatMap(statisticsOf);
      for (const { name, shape } of own) feeds[name] = { shape, data: statistics.get(name)! };
      const results = await compiled.get(group)!.run(feeds);
      for (const { name } of own) {
        statistics.set(name, results[nextOf(name)].data as Float32Array);
      }
    },
    dispose,
  };
}

const nextOf = (name: string) => `next ${name}`;

/** Moves the tensors of one group; their statistics are fed and come back. */
function program(members: readonly StateTensor[], gradients: string): Program {
  const feed = { role: "feed", type: "float32" } as const;
  const inputs: Record<string, InputSpec> = {
    learningRate: { ...feed, shape: [] },
    weightDecay: { ...feed, shape: [] },
    clip: { ...feed, shape: [] },
    forget: { ...feed, shape: [] },
  };
  for (const tensor of members) {
    for (const vector of [parameters, gradients]) {
      const path = slotPath(vector, tensor.name);
      inputs[path] = { role: "state", type: "float32", shape: tensor.shape };
    }
    for (const { name, shape } of statisticsOf(tensor)) inputs[name] = { ...feed, shape };
  }
  return {
    name: "adafactor",
    inputs,
    compute(tensors) {
      const { learningRate, weightDecay, clip, forget } = tensors;
      const results: Record<string, Tensor> = {};
      for (const tensor of members) {
        const gradient = tf.mul(tensors[slotPath(gradients, tensor.name)], clip);
        const squares = tf.add(tf.square(gradient), epsilon);
        const means = statisticsOf(tensor).map(({ name, axis }) => {
          const fresh = axis === undefined ? squares : tf.mean(squares, axis);
          const mean = tf.add(tf.mul(tensors[name], tf.sub(1, forget)), tf.mul(fresh, forget));
          results[nextOf(name)] = mean;
          return mean;
        });
        const direction = tf.mul(gradient, inverseRoot(means));
        const size = tf.sqrt(tf.mean(tf.square(direction)));
        const update = tf.div(direction, tf.maximum(tf.div(size, clipThreshold), 1));
        const old = tensors[slotPath(parameters, tensor.name)];
        const change = tf.mul(tf.add(update, tf.mul(old, weightDecay)), learningRate);
        results[slotPath(parameters, tensor.name)] = tf.sub(old, change);
      }
      return results;
    },
  };
}

/** 1 / √ of the mean of squares, of rows and columns where a matrix has them. */
function inverseRoot([rows, columns]: readonly Tensor[]): Tensor {
  if (!columns) return tf.rsqrt(rows);
  const byRow = tf.rsqrt(tf.div(rows, tf.mean(rows, -1, true)));
  return tf.mul(tf.expandDims(byRow, -1), tf.expandDims(tf.rsqrt(columns), -2));
}
