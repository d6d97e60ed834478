/**
 * Nodes that processors have for programs without gradients.
 *
 * @module
 */
import { contribDomain } from "../graph.ts";
import type { Value } from "../value.ts";
import type { Kernel, KernelCall } from "../trace_backend.ts";

function rmsNorm({ build, inputs: { x, scale }, attrs }: KernelCall): Value {
  return build.emitOne("SimplifiedLayerNormalization", [x, scale], x, {
    axis: { int: -1 },
    epsilon: { float: attrs.epsilon as number },
  });
}

/** All tokens are one sequence, each with a row of the tables that is its own. */
function rotate({ build, inputs: { x, cos, sin } }: KernelCall): Value {
  const [tokens, width] = x.shape;
  const ones = build.fill([tokens], 1, "int64");
  const places = build.emitOne(
    "CumSum",
    [
      ones,
      build.constant(Int32Array.of(0), {
        type: "int32",
        shape: [],
      }),
    ],
    { type: "int64", shape: [tokens] },
    { exclusive: { int: 1 } },
  );
  const shape = [1, tokens, width];
  const turned = build.emitOne(
    "RotaryEmbedding",
    [build.reshape(x, shape), build.reshape(places, [1, tokens]), cos, sin],
    { type: "float32", shape },
    {},
    contribDomain,
  );
  return build.reshape(turned, x.shape);
}

function cachedAttention({ build, inputs, attrs }: KernelCall): readonly Value[] {
  const { query, key, value, pastKeys, pastValues, last, total } = inputs;
  const { batch, heads, keyValueHeads, scale, softCap, window } = attrs as Record<string, number>;
  const sequence = query.shape[0] / batch;
  const rows = (x: Value) => build.reshape(x, [batch, sequence, x.shape[1]]);
  const [mixed, keys, values] = build.emit(
    "GroupQueryAttention",
    [rows(query), rows(key), rows(value), pastKeys, pastValues, last, total],
    [{ type: "float32", shape: [batch, sequence, query.shape[1]] }, pastKeys, pastValues],
    {
      num_heads: { int: heads },
      kv_num_heads: { int: keyValueHeads },
      scale: { float: scale },
      softcap: { float: softCap },
      local_window_size: { int: window },
    },
    contribDomain,
  );
  return [build.reshape(mixed, query.shape), keys, values];
}

/** Not tensorflow.js' own: `ops.rmsNorm`, `ops.turnHeads` and `ops.cachedAttention` ask for them. */
export const inference: Readonly<Record<string, Kernel>> = {
  RmsNorm: (call) => [rmsNorm(call)],
  Rotate: (call) => [rotate(call)],
  CachedAttention: cachedAttention,
};
