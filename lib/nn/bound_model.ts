/**
 * A model that is bound to what acts on it: the weights among a program's inputs, and the layers made of
 * them. Programs that write texts are made of one, whether one adapter acts on all rows or another one
 * on each.
 *
 * @module
 */
import type { InputSpec, Tensor } from "../engine/mod.ts";
import { createNet } from "./create_net.ts";
import type { KeyValueCache } from "./key_value_cache.ts";
import type { Model } from "./model.ts";
import type { Net } from "./net.ts";
import { type TrainableModel, weightInputs } from "./trainable_model.ts";

/** A model and what acts on it. */
export interface BoundModel {
  readonly model: Model;
  /** The weights, and whatever else a program is fed with so that adapters can act. */
  readonly inputs: Readonly<Record<string, InputSpec>>;
  /** The layers of a program; the batch goes on from what `cache` says. */
  net(given: Readonly<Record<string, Tensor>>, cache?: KeyValueCache): Net;
}

/** Binds a model to one method. */
export function boundModel(
  { model, adapter }: Pick<TrainableModel, "model" | "adapter">,
): BoundModel {
  const weights = weightInputs({ model, adapter });
  return {
    model,
    inputs: weights.inputs,
    net: (given, cache) =>
      createNet({
        tensor: (path) => given[weights.names.get(path)!],
        adapter,
        quantized: model.quantized,
        products: model.products,
        ...(cache ? { cache } : {}),
      }),
  };
}
