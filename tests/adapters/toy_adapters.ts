/**
 * One small method for each hook of the adapter contract.
 *
 * @module
 */
import { type Tensor, tf } from "../../lib/engine/mod.ts";
import type { AttachedMethod, Parameter } from "../../lib/nn/method.ts";
import { keyValueSizes } from "../../lib/nn/key_value_sizes.ts";
import type { Model } from "../../lib/nn/model.ts";

/** A parameter that starts at random numbers. */
export function parameter(name: string, shape: number[], scale = 0.3): Parameter {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return {
    name,
    shape,
    decay: true,
    initial: (random) => Float32Array.from({ length: size }, () => scale * random.normal()),
  };
}

/** Repeats a tensor for every row of a batch whose size may be open. */
function forEachRow(x: Tensor, batch: number): Tensor {
  return tf.tile(tf.expandDims(x, 0), [batch, ...x.shape.map(() => 1)]);
}

/** Puts ones (or zeros) for `count` tokens before [batch, sequence] int32. */
function lengthen(tokens: Tensor, count: number, value: number): Tensor {
  return tf.concat([tf.fill([tokens.shape[0], count], value, "int32"), tokens], 1);
}

/** Scales the outputs of all values, with dropout on what it adds. */
export function scaling({ config, layers }: Model): AttachedMethod {
  const sites = layers.filter(({ path }) => /\.(value|v_lin)$/.test(path)).map(({ path }) => path);
  return {
    parameters: sites.map((path) => parameter(`${path}.scale`, [config.hiddenSize])),
    trains: () => false,
    output(path, _x, y, context) {
      if (!sites.includes(path)) return y;
      const change = tf.mul(y, context.parameter(`${path}.scale`));
      return tf.add(y, context.dropout(change, 0.1));
    },
  };
}

/** Virtual tokens at the embeddings, as in prompt tuning. */
export function prompt({ config }: Pick<Model, "config">, count = 3): AttachedMethod {
  return {
    parameters: [parameter("prompt", [count, config.hiddenSize])],
    trains: () => false,
    virtualTokens: count,
    input: ({ words, mask, types }, context) => ({
      words: tf.concat([forEachRow(context.parameter("prompt"), words.shape[0]), words], 1),
      mask: lengthen(mask, count, 1),
      ...(types ? { types: lengthen(types, count, 0) } : {}),
    }),
  };
}

/** Keys and values before those of every layer, as in prefix tuning. */
export function prefix({ config }: Pick<Model, "config">, count = 2): AttachedMethod {
  const { heads, size } = keyValueSizes(config);
  const shape = [heads, count, size];
  const names = Array.from({ length: config.numLayers }, (_, layer) => `prefix.${layer}`);
  return {
    parameters: names.flatMap((name) => [
      parameter(`${name}.keys`, shape),
      parameter(`${name}.values`, shape),
    ]),
    trains: () => false,
    prefixTokens: count,
    keysValues(layer, { keys, values, mask }, context) {
      const [batch] = mask.shape;
      const before = (role: string) =>
        forEachRow(context.parameter(`${names[layer]}.${role}`), batch);
      return {
        keys: tf.concat([before("keys"), keys], 2),
        values: tf.concat([before("values"), values], 2),
        mask: lengthen(mask, count, 1),
      };
    },
  };
}

/** Scaling with a penalty that keeps the scales small. */
export function penalised(model: Model, weight = 0.5): AttachedMethod {
  const attached = scaling(model);
  return {
    ...attached,
    penalty: (context) =>
      attached.parameters
        .map(({ name }) => tf.mul(tf.sum(tf.square(context.parameter(name))), weight))
        .reduce((sum, each) => tf.add(sum, each)),
  };
}

/**
 * Scaling within a budget: after every step only the scales stay whose running mean of
 * |scale · gradient| is largest.
 */
export function budgeted(model: Model, budget = 3): AttachedMethod {
  const attached = scaling(model);
  return {
    ...attached,
    afterStep({ parameters, gradients, methodState }) {
      const changed = new Map<string, Float32Array>();
      for (const { name, shape: [size] } of attached.parameters) {
        const values = parameters.get(name)!;
        const slopes = gradients.get(name)!;
        const before = methodState.get(name) ?? new Float32Array(size);
        const mean = before.map((each, i) => 0.8 * each + 0.2 * Math.abs(values[i] * slopes[i]));
        methodState.set(name, mean);
        const least = mean.toSorted().at(-budget)!;
        changed.set(name, values.map((each, i) => mean[i] >= least ? each : 0));
      }
      return changed;
    },
  };
}

/** Scaling whose parameters are drawn to their running mean after every step. */
export function averaged(model: Model): AttachedMethod {
  const attached = scaling(model);
  return {
    ...attached,
    afterStep({ parameters, methodState }) {
      const changed = new Map<string, Float32Array>();
      for (const { name } of attached.parameters) {
        const values = parameters.get(name)!;
        const before = methodState.get(name) ?? values;
        const mean = before.map((each, i) => 0.9 * each + 0.1 * values[i]);
        methodState.set(name, mean);
        changed.set(name, values.map((each, i) => (each + mean[i]) / 2));
      }
      return changed;
    },
  };
}
