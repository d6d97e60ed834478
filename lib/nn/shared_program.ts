/**
 * The forward pass of one base with a different adapter for each row. The base's products are computed
 * once for all rows; what adapters add is looked up by row in *stacked tensors*, tensors that hold the numbers
 * of several adapters and are fed with every run. The program knows where adapters act and how, and
 * no adapter: others can take their places without compiling anything anew.
 *
 * @module
 */
import { batchInputs, batchOf } from "./batch_inputs.ts";
import { evaluatedResults, type Evaluation } from "./forward_program.ts";
import { headResults } from "./head_results.ts";
import type { Net } from "./net.ts";
import { type InputSpec, ops, type Program, type Tensor, tf } from "../engine/mod.ts";
import type { AttachedMethod, HookContext } from "./method.ts";
import {
  type StackedWeightNames,
  stackedWeightsOf,
  type TargetModules,
} from "./stacked_weights.ts";
import type { LinearLayer } from "./layer.ts";
import { type Model, modelHead } from "./model.ts";
import { noAdapter } from "./merge.ts";
import { createNet } from "./create_net.ts";
import { weightInputs } from "./trainable_model.ts";
import { keyValueSizes } from "./key_value_sizes.ts";

/** The feed that says which stacked adapter each row has, [batch] int32. */
export const rowAdapters = "row_adapters";
/** The same as a place among the results of all adapters' heads: row · adapters + adapter. */
export const rowHeads = "row_heads";
/** Where the text's first position is: after the prefix, a scalar int32. */
export const firstPosition = "first_position";

/**
 * Feeds a batch, its rows' adapters and the stacked tensors, and gives `logits` as evaluation reads them:
 * [batch, outputs], or [batch, sequence, outputs] of tokens. A head of fewer outputs leaves the last
 * ones of its rows without meaning.
 */
export function sharedProgram(
  model: Model,
  targets: TargetModules,
  evaluation: Evaluation,
): Program {
  const body: Model = { ...model, layers: bodyLayers(model), head: [] };
  const weights = weightInputs({ model: body, adapter: noAdapter });
  const stacked = stackedWeightsOf(model, targets);
  const int32 = { role: "feed", type: "int32" } as const;
  const inputs: Record<string, InputSpec> = {
    ...batchInputs(model),
    [rowAdapters]: { ...int32, shape: ["batch"] },
    [rowHeads]: { ...int32, shape: ["batch"] },
    ...(targets.prefix ? { [firstPosition]: { ...int32, shape: [] } } : {}),
    ...Object.fromEntries(
      [...stacked.shapes].map(([name, shape]) => [name, { role: "feed", type: "float32", shape }]),
    ),
    ...weights.inputs,
  };
  return {
    name: "shared forward",
    inputs,
    compute(given) {
      const bound: Bound = {
        model,
        targets,
        names: stacked.names,
        stacked: (name) => given[name],
        rows: given[rowAdapters],
        heads: given[rowHeads],
      };
      const plain = createNet({
        tensor: (path) => given[weights.names.get(path) ?? path],
        adapter: rowwise(bound),
        quantized: model.quantized,
      });
      const first = given[firstPosition];
      const net = withHeads(plain, bound, first ? { firstPosition: () => first } : {});
      const asked = { model, objective: evaluation };
      return { logits: evaluatedResults(asked, headResults(net, asked, given), batchOf(given)) };
    },
  };
}

/** The layers that all adapters share: all but those of heads. */
export function bodyLayers({ layers, head }: Pick<Model, "layers" | "head">) {
  return layers.filter(({ path }) => !head.includes(path));
}

interface Bound {
  readonly model: Model;
  readonly targets: TargetModules;
  readonly names: StackedWeightNames;
  stacked(name: string): Tensor;
  readonly rows: Tensor;
  readonly heads: Tensor;
}

/** The stacked adapters as one method, whose hooks look up what belongs to each row. */
function rowwise({ targets, names, stacked, rows, model }: Bound): AttachedMethod {
  const [batch] = rows.shape;
  const ofRow = (name: string) => tf.gather(stacked(name), rows as Parameters<typeof tf.gather>[1]);
  /** [tokens, hiddenSize] with the number of each row for all of its tokens. */
  const byRow = (x: Tensor, change: (x: Tensor) => Tensor) =>
    tf.reshape(change(tf.reshape(x, [batch, -1, x.shape[1]!])), [-1, x.shape[1]!]);
  const vector = (name: string) => tf.expandDims(ofRow(name), 1); // [batch, 1, hiddenSize]
  return {
    parameters: [],
    trains: () => false,
    linearInput(path, x) {
      if (!targets.linears.get(path)?.inputScale) return x;
      return byRow(x, (x) => tf.mul(x, vector(names.linear(path).inputScale)));
    },
    output(path, x, y) {
      const place = targets.linears.get(path);
      if (!place) return y;
      const name = names.linear(path);
      return byRow(y, (y) => {
        let changed = place.scale ? tf.mul(y, vector(name.scale)) : y;
        if (place.low) {
          const tokens = tf.reshape(x, [batch, -1, x.shape[1]!]);
          const low = tf.matMul(tokens, ofRow(name.a), false, true); // [batch, tokens, rank]
          const scaled = tf.mul(low, vector(name.diagonal));
          changed = tf.add(changed, tf.matMul(scaled, ofRow(name.b), false, true));
        }
        return place.offset ? tf.add(changed, vector(name.offset)) : changed;
      });
    },
    ...(targets.prompt
      ? {
        input({ words, mask, types }) {
          const prompt = ofRow(names.prompt); // [batch, virtual, hiddenSize]
          return {
            words: tf.concat([prompt, words], 1),
            mask: before(mask, prompt.shape[1]!, 1),
            ...(types ? { types: before(types, prompt.shape[1]!, 0) } : {}),
          };
        },
      }
      : {}),
    ...(targets.prefix
      ? {
        keysValues(layer, { keys, values, mask }) {
          const { heads, size, width } = keyValueSizes(model.config);
          const prefix = ofRow(names.prefix); // [batch, prefix, layers · 2 · width]
          const count = prefix.shape[1]!;
          const part = (at: number) => {
            const cut = tf.slice(prefix, [0, 0, at * width], [batch, count, width]);
            return tf.transpose(tf.reshape(cut, [batch, count, heads, size]), [0, 2, 1, 3]);
          };
          return {
            keys: tf.concat([part(2 * layer), keys], 2),
            values: tf.concat([part(2 * layer + 1), values], 2),
            mask: before(mask, count, 1),
          };
        },
      }
      : {}),
  };
}

/** Puts the same number for `count` tokens before [batch, sequence] int32. */
function before(tokens: Tensor, count: number, value: number): Tensor {
  return tf.concat([tf.fill([tokens.shape[0], count], value, "int32"), tokens], 1);
}

/** The layers with a head for each row, and with the norms of each row. */
function withHeads(
  plain: Net & HookContext,
  { model, targets, names, stacked, rows, heads }: Bound,
  own: Partial<Net>,
): Net {
  const headLayers = new Map(
    model.layers.filter((layer): layer is LinearLayer =>
      layer.kind === "linear" && model.head.includes(layer.path)
    ).map((layer) => [layer.path, layer]),
  );
  const ofRow = (name: string) => tf.gather(stacked(name), rows as Parameters<typeof tf.gather>[1]);
  const readsTokens = modelHead(model).reads === "tokens";
  const net: Net = {
    ...plain,
    ...own,
    linear(path, x, options) {
      const layer = headLayers.get(path);
      if (!layer) return plain.linear(path, x, options);
      const name = names.head(path);
      if (readsTokens) {
        const tokens = tf.reshape(x, [rows.shape[0], -1, layer.inFeatures]);
        const scores = tf.matMul(tokens, ofRow(name.weight), false, true);
        const all = layer.bias === false
          ? scores
          : tf.add(scores, tf.expandDims(ofRow(name.bias), 1));
        return tf.reshape(all, [-1, all.shape[2]!]);
      }
      // A head reads one token of each row: all heads for all rows are a small product.
      const weight = stacked(name.weight); // [adapters, outFeatures, inFeatures]
      const all = tf.matMul(x, tf.reshape(weight, [-1, layer.inFeatures]), false, true);
      const chosen = tf.gather(
        tf.reshape(all, [-1, weight.shape[1]!]),
        heads as Parameters<typeof tf.gather>[1],
      );
      return layer.bias === false ? chosen : tf.add(chosen, ofRow(name.bias));
    },
    layerNorm(path, x, epsilon) {
      if (!targets.norms.has(path)) return plain.layerNorm(path, x, epsilon);
      const hiddenSize = x.shape[1]!;
      const normed = ops.layerNorm(x, tf.ones([hiddenSize]), tf.zeros([hiddenSize]), epsilon);
      const own = (role: string, change: string) =>
        tf.expandDims(tf.add(plain.weight(`${path}.${role}`), ofRow(change)), 1);
      const { scale, offset } = names.norm(path);
      const split = tf.reshape(normed, [rows.shape[0], -1, hiddenSize]);
      const changed = tf.add(tf.mul(split, own("weight", scale)), own("bias", offset));
      return tf.reshape(changed, [-1, hiddenSize]);
    },
    withoutDropout: () => net,
    checkpointed: (x, mask, compute, memory) => compute(net, x, mask, memory),
  };
  return net;
}
