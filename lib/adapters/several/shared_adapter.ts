/**
 * A trained adapter as one of several on a base.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { AttachedMethod } from "../../nn/method.ts";
import type { StackedAdapter } from "../../nn/stacked_weights.ts";
import { isHead, type Model, modelWeights, randomHead } from "../../nn/model.ts";
import type { AdapterDelta, NormChange } from "../../nn/adapter_delta.ts";
import { trainedWeights } from "../../nn/trained.ts";
import type { LabelledTask } from "../../nn/task.ts";
import { withFrozen } from "../../nn/trainable_model.ts";

/** A method with its trained tensors, on a model with its head. */
export interface TrainedOnModel {
  readonly model: Model;
  readonly attached: AttachedMethod;
  /** The method's tensors, and the model's own that were trained, by path. */
  readonly values: ReadonlyMap<string, Float32Array>;
}

/** A trained adapter, ready to be run beside others. */
export interface OpenedAdapter extends TrainedOnModel {
  readonly entry: StackedAdapter;
  /** What it was trained for, with the names of what its head gives. */
  // deno-lint-ignore no-explicit-any
  readonly task: LabelledTask<any, any, any>;
  /** The most tokens of a text in training, where that is known. */
  readonly maxTokens?: number;
}

/**
 * What a trained method does, as it shares a base with others.
 *
 * @param name what errors call it
 * @throws TunebookError of kind "unsupported" for a method that trains the base itself, and of kind
 * "weights" where neither the adapter nor the checkpoint has a head
 */
export function sharedAdapter(
  name: string,
  { model, attached, values }: TrainedOnModel,
): StackedAdapter {
  const head = modelWeights(model).filter((weight) => isHead(model, weight));
  const random = randomHead(model, attached);
  if (random) {
    throw new TunebookError(
      "weights",
      `${name} has no ${random} and the checkpoint has none either, so that its answers would be ` +
        "random. Save the head with it (PEFT: modules_to_save).",
    );
  }
  const all = withFrozen(attached, values);
  const parts = attached.delta?.(all);
  if (!parts) {
    throw new TunebookError(
      "unsupported",
      `${name} cannot share a base with other adapters: its method says no parts`,
    );
  }
  const norms = normsOf(name, { model, attached, values: all }, parts);
  return {
    delta: norms.size > 0 ? { ...parts, norms } : parts,
    head: new Map(
      head.map(({ path }) => [path, values.get(path) ?? model.weights.get(path)!]),
    ),
    outputs: outputsOf(model),
  };
}

/** How many numbers a model's head gives. */
function outputsOf({ head, layers }: Model): number {
  const last = layers.findLast((layer) => layer.kind === "linear" && head.includes(layer.path));
  return last?.kind === "linear" ? last.outFeatures : 0;
}

/** How far the norms that the method brings are from the base's. */
function normsOf(
  name: string,
  { model, attached, values }: TrainedOnModel,
  parts: AdapterDelta,
): Map<string, NormChange> {
  const own = new Set([
    ...trainedWeights(model, attached).filter((weight) => !isHead(model, weight))
      .map(({ path }) => path),
    ...(attached.frozen ?? []).map((tensor) => tensor.name),
  ]);
  const norms = new Map<string, NormChange>();
  for (const { path, layer } of modelWeights(model)) {
    if (!own.has(path) || (layer.kind === "linear" && parts.linears.has(layer.path))) continue;
    if (layer.kind !== "norm") {
      throw new TunebookError(
        "unsupported",
        `${name} replaces ${path} of the base, which other adapters share`,
      );
    }
    const change = (role: string) => {
      const base = model.weights.get(`${layer.path}.${role}`)!;
      const trained = values.get(`${layer.path}.${role}`) ?? base;
      return trained.map((each, i) => each - base[i]);
    };
    const offset = layer.bias === false ? {} : { offset: change("bias") };
    norms.set(layer.path, { scale: change("weight"), ...offset });
  }
  return norms;
}
