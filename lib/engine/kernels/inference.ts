/**
 * Nodes that processors have for programs without gradients.
 *
 * @module
 */
import { contribDomain } from "../graph.ts";
import type { Value } from "../value.ts";
import type { Kernel, KernelCall } from "../trace_backend.ts";

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

/** Not tensorflow.js' own: `ops.cachedAttention` and `ops.gelu` ask for them. */
export const inference: Readonly<Record<string, Kernel>> = {
  Gelu: ({ build, inputs: { x } }) => build.emit("Gelu", [x], [x], {}, contribDomain),
  CachedAttention: cachedAttention,
};
