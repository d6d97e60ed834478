/**
 * Graph passes: what tracing leaves behind is removed, and small nodes move into large ones.
 *
 * @module
 */
import type { GraphBuilder } from "../graph_builder.ts";
import { fuseBiases } from "./fuse_biases.ts";
import { fuseChannelScales } from "./fuse_channel_scales.ts";
import { fuseScalars, fuseScaledSums, fuseSums } from "./fuse_products.ts";
import { orderLeaves } from "./order_leaves.ts";
import { removeIdentities } from "./remove_identities.ts";
import { removeDead } from "./rewrite.ts";
import { sumOnto } from "./sum_onto.ts";

/** Applies all passes, in this order. */
export function simplify(build: GraphBuilder): void {
  const { graph } = build;
  removeDead(graph);
  removeIdentities(graph);
  removeDead(graph);
  fuseScalars(build);
  // What lost its readers must not count as one: a product with two readers takes no sum.
  removeDead(graph);
  fuseSums(build);
  fuseScaledSums(build);
  sumOnto(graph);
  fuseBiases(graph);
  fuseChannelScales(build);
  removeDead(graph);
  if (build.freesEarly) orderLeaves(graph);
}
