/**
 * A base with a different adapter for each row. The base's products are computed once for all rows; what
 * adapters add is looked up by row in *stacked tensors*, tensors that hold the numbers of several adapters
 * and are fed with every run. A program knows where adapters act and how, and no adapter: others can take
 * their places without compiling anything anew.
 *
 * @module
 */
import { type InputSpec, ops, type Tensor, tf } from "../engine/mod.ts";
import type { PrefixSite } from "./adapter_delta.ts";
import { attentionPlaces } from "./attention_places.ts";
import type { BoundModel } from "./bound_model.ts";
import { createNet } from "./create_net.ts";
import { keyValueSizes } from "./key_value_sizes.ts";
import type { LinearLayer } from "./layer.ts";
import { noAdapter } from "./merge.ts";
import type { AttachedMethod, HookContext } from "./method.ts";
import { type Model, modelHead } from "./model.ts";
import type { Net } from "./net.ts";
import { type StackedWeightNames, stackedWeightsOf } from "./stacked_weights.ts";
import type { TargetModules } from "./target_modules.ts";
import { weightInputs } from "./trainable_model.ts";

/** The feed that says which stacked adapter each row has, [batch] int32. */
export const rowAdapters = "row_adapters";
/** The same as a place among the results of all adapters' heads: row · adapters + adapter. */
export const rowHeads = "row_heads";

/** Binds a model to adapters by row. */
export function rowAdaptersOn(model: Model, targets: TargetModules): BoundModel {
  const body: Model = { ...model, layers: bodyLayers(model), head: [] };
  const weights = weightInputs({ model: body, adapter: noAdapter });
  const { names, shapes } = stackedWeightsOf(model, targets);
  const int32 = { role: "feed", type: "int32" } as const;
  const inputs: Record<string, InputSpec> = {
    [rowAdapters]: { ...int32, shape: ["batch"] },
    ...(model.head.length > 0 ? { [rowHeads]: { ...int32, shape: ["batch"] } } : {}),
    ...Object.fromEntries(
      [...targets.prefix].map((site) => [names.firstPosition(site), { ...int32, shape: [] }]),
    ),
    ...Object.fromEntries(
      [...shapes].map(([name, shape]) => [name, { role: "feed", type: "float32", shape }]),
    ),
    ...weights.inputs,
  };
  return {
    model,
    inputs,
    net(given, cache) {
      const rows = given[rowAdapters];
      const bound: Bound = {
        model,
        targets,
        names,
        stacked: (name) => given[name],
        ofRow: (name) => tf.gather(given[name], rows),
        rows,
        heads: given[rowHeads],
      };
      const plain = createNet({
        tensor: (path) => given[weights.names.get(path) ?? path],
        adapter: rowwise(bound),
        quantized: model.quantized,
        products: model.products,
        ...(cache ? { cache } : {}),
      });
      return ownLayers(plain, bound);
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
  /** A stacked tensor, [adapters, …]. */
  stacked(name: string): Tensor;
  /** What belongs to each row of it, [batch, …]. */
  ofRow(name: string): Tensor;
  readonly rows: Tensor;
  readonly heads: Tensor;
}

/** The stacked adapters as one method, whose hooks look up what belongs to each row. */
function rowwise({ targets, names, ofRow, rows, model }: Bound): AttachedMethod {
  const [batch] = rows.shape;
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
    ...(targets.prefix.size > 0
      ? {
        keysValues(layer, given, _context, attention) {
          const site = attention ?? "stack";
          if (!targets.prefix.has(site)) return given;
          const { keys, values, mask } = given;
          const { heads, size, width } = placeOf(model, site);
          const prefix = ofRow(names.prefix(site)); // [batch, prefix, layers · 2 · width]
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

/** The sizes of keys and values at an attention. */
function placeOf({ config }: Model, site: PrefixSite) {
  const [{ heads, size }] = attentionPlaces(config, site === "stack" ? undefined : [site]);
  return { heads, size, width: keyValueSizes(config).width };
}

/** Puts the same number for `count` tokens before [batch, sequence] int32. */
function before(tokens: Tensor, count: number, value: number): Tensor {
  return tf.concat([tf.fill([tokens.shape[0], count], value, "int32"), tokens], 1);
}

/** The layers with a head for each row, and with the norms and first positions of each row. */
function ownLayers(
  plain: Net & HookContext,
  { model, targets, names, stacked, ofRow, rows, heads }: Bound,
): Net {
  const headLayers = new Map(
    model.layers.filter((layer): layer is LinearLayer =>
      layer.kind === "linear" && model.head.includes(layer.path)
    ).map((layer) => [layer.path, layer]),
  );
  const readsTokens = modelHead(model).reads === "tokens";
  const net: Net = {
    ...plain,
    firstPosition(site) {
      const first = plain.firstPosition(site);
      const where = site ?? "stack";
      return targets.prefix.has(where) ? tf.add(first, stacked(names.firstPosition(where))) : first;
    },
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
        heads,
      );
      return layer.bias === false ? chosen : tf.add(chosen, ofRow(name.bias));
    },
    layerNorm(path, x, epsilon) {
      if (!targets.norms.has(path)) return plain.layerNorm(path, x, epsilon);
      const width = x.shape[1]!;
      const normed = ops.layerNorm(x, tf.ones([width]), tf.zeros([width]), epsilon);
      const own = (role: string, change: string) =>
        tf.expandDims(tf.add(plain.weight(`${path}.${role}`), ofRow(change)), 1);
      const { scale, offset } = names.norm(path);
      const split = tf.reshape(normed, [rows.shape[0], -1, width]);
      const changed = tf.add(tf.mul(split, own("weight", scale)), own("bias", offset));
      return tf.reshape(changed, [-1, width]);
    },
    rmsNorm(path, x, epsilon, options) {
      const normed = plain.rmsNorm(path, x, epsilon, options);
      if (!targets.norms.has(path)) return normed;
      // What is added to the scale, times what is scaled.
      const width = x.shape[x.shape.length - 1]!;
      const unscaled = ops.rmsNorm(x, tf.ones([width]), epsilon);
      const split = tf.reshape(unscaled, [rows.shape[0], -1, width]);
      const added = tf.mul(split, tf.expandDims(ofRow(names.norm(path).scale), 1));
      return tf.add(normed, tf.reshape(added, normed.shape));
    },
    withoutDropout: () => net,
    checkpointed: (x, mask, compute, memory) => compute(net, x, mask, memory),
  };
  return net;
}
