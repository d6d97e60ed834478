/**
 * The paths of a graph's layers: after the names of their weights, or of their nodes where weights have
 * names that say nothing.
 *
 * @module
 */

import type { Layer } from "../../nn/layer.ts";

/** What exporters put behind a layer's name to name its weight. */
const roles = new RegExp(
  "(?:[./_](?:Conv2D|BiasAdd|MatMul|separable_conv2d(?=_)))*" +
    "[./_](?:weights?|kernel|W|w_0|ReadVariableOp|gamma|scale|alpha|slope|biases|bias|b_0|beta)" +
    "(?:_fused_bn|_quantized)?(?::0)?(?:[./_](?:ReadVariableOp|read))?$",
);

/** Names that a tool gave to what had none: they change from export to export. */
const nameless = /^(?:onnx::|\d+$|p2o\.|Constant_|const_|val_\d+$|node_\w+_\d+$)/;

/** What an exporter puts behind a layer's name to name its node. */
const product = /(?<=.)[/](?:Conv|ConvTranspose|MatMul|Gemm)(?:_\d+)?$/;

/** Paths that heads have. */
const reserved = /^(?:classifier|decode_head|cell_head)(?:\.|$)/;

/** Gives each layer a path of its own. */
export class LayerPaths {
  #taken = new Map<string, string>();

  /**
   * The path of the layer of that kind with the weight of that name; the same weight has the same path wherever
   * it is used alike.
   *
   * @param others what the layer is named after where the weight's name says nothing
   */
  of(kind: Layer["kind"], weight: string, ...others: readonly string[]): string {
    const key = `${kind} ${weight}`;
    const known = [...this.#taken].find(([, name]) => name === key)?.[0];
    if (known !== undefined) return known;
    const own = weight.replace(/__filter$/, "");
    const stem = nameless.test(own) ? undefined : own.replace(roles, "");
    const named = [stem, ...others].find((name) => name && !nameless.test(name)) ?? own;
    const path = cleaned(named.replace(product, ""));
    const wanted = reserved.test(path) ? `graph_${path}` : path;
    let free = wanted;
    for (let i = 2; this.#taken.has(free); i++) free = `${wanted}_${i}`;
    this.#taken.set(free, key);
    return free;
  }
}

/** A name as a path of modules: dots between its parts. */
function cleaned(name: string): string {
  return name.replace(/:0$/, "").replaceAll(/[/\\:\s]+/g, ".").replaceAll(/\.{2,}/g, ".")
    .replaceAll(/^\.|\.$/g, "");
}
