/**
 * Compares a trained model with what it was before.
 *
 * @module
 */
import { pauses } from "../../core/pauses.ts";
import type { Device, State } from "../../engine/mod.ts";
import {
  effectiveRank,
  lowRankSingularValues,
  singularValues,
} from "../../evaluate/effective_rank.ts";
import { type StatesChange, StatesChanges } from "../../evaluate/explain/states_change.ts";
import { statesProgram } from "../../evaluate/explain/states_program.ts";
import type { AdapterDelta } from "../../nn/adapter_delta.ts";
import type { Weight } from "../../nn/layer.ts";
import { isMergeable, mergeModel, noAdapter } from "../../nn/merge.ts";
import { isHead, modelWeights } from "../../nn/model.ts";
import { frozenOf, parameters, type TrainableModel, withFrozen } from "../../nn/trainable_model.ts";
import { trainedWeights } from "../../nn/trained.ts";
import type { AnyExamples } from "../run/assemble_stage.ts";
import { shownChanges } from "./changes_display.ts";
import type { ChangesOptions } from "./changes_options.ts";
import type { ModelChanges, WeightChange } from "./model_changes.ts";

/** A trained model and rows to ask it with. */
export interface ChangedModel {
  readonly trainable: TrainableModel;
  /** What the method is called. */
  readonly method: string;
  readonly device: Device;
  readonly state: State;
  readonly held: AnyExamples;
}

const usualRows = 32;
const batchSize = 8;

/** Compares weights, and the hidden states of some rows. */
export async function findChanges(
  { rows = usualRows, ranks = true }: ChangesOptions,
  model: ChangedModel,
  signal: AbortSignal,
): Promise<ModelChanges> {
  const { trainable, state, held, method } = model;
  const values = await state.read(parameters);
  const count = Math.min(rows, held.lengths.length);
  // What cannot be compared is refused before matrices are looked at.
  const states = count > 0 ? await statesChanges(model, count, signal) : undefined;
  return shownChanges({
    method,
    weights: await weightChanges(trainable, values, { ranks, signal }),
    ...(states ? { states } : {}),
    rows: count,
  });
}

/** What has become of each tensor that the method changes. */
async function weightChanges(
  { model, adapter }: TrainableModel,
  values: ReadonlyMap<string, Float32Array>,
  { ranks, signal }: { readonly ranks: boolean; readonly signal: AbortSignal },
): Promise<WeightChange[]> {
  const merged = isMergeable(adapter) ? mergeModel(model, adapter, values) : undefined;
  const trained = new Set(trainedWeights(model, adapter).map(({ path }) => path));
  const targets = adapter.targets && new Set(adapter.targets);
  const isTouched = (weight: Weight) =>
    trained.has(weight.path) ||
    merged !== undefined && (targets?.has(weight.layer.path) ?? weight.layer.kind === "linear");
  const delta = adapter.delta?.(withFrozen(adapter, values));
  const pause = pauses(signal);
  const changes: WeightChange[] = [];
  for (const weight of modelWeights(model)) {
    if (isHead(model, weight) || !isTouched(weight)) continue;
    await pause();
    const before = model.weights.get(weight.path)!;
    const now = merged?.weights.get(weight.path) ?? values.get(weight.path)!;
    const change = now.map((value, at) => value - before[at]);
    const size = norm(change);
    if (size === 0) continue;
    changes.push({
      path: weight.path,
      ...placeOf(weight.path, model),
      relativeChange: size / norm(before),
      ...(ranks && isMatrix(weight) ? { effectiveRank: rankOf(weight, change, delta) } : {}),
    });
  }
  return changes;
}

function norm(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}

function isMatrix({ shape, layer: { kind } }: Weight): boolean {
  return kind === "linear" && shape.length === 2;
}

/** A low-rank change has as few directions as it has ranks, and costs no large decomposition. */
function rankOf(
  { shape, layer: { path } }: Weight,
  change: Float32Array,
  delta: AdapterDelta | undefined,
): number {
  const { low, scale, inputScale } = delta?.linears.get(path) ?? {};
  return effectiveRank(
    low && !scale && !inputScale
      ? lowRankSingularValues(low)
      : singularValues(change, shape as [number, number]),
  );
}

/** `encoder.layer.3.output.dense.weight` → block 3, `output.dense.weight`. */
function placeOf(
  path: string,
  { family: { stack, decoder } }: TrainableModel["model"],
): Pick<WeightChange, "block" | "module"> {
  for (const start of [stack?.layerPath, decoder?.layerPath]) {
    if (start === undefined || !path.startsWith(`${start}.`)) continue;
    const [block, ...module] = path.slice(start.length + 1).split(".");
    const which = decoder ? start === decoder.layerPath ? "decoder " : "encoder " : "";
    return { block: Number(block), module: which + module.join(".") };
  }
  return { module: path };
}

async function statesChanges(
  { trainable, device, state, held }: ChangedModel,
  count: number,
  signal: AbortSignal,
): Promise<StatesChange[]> {
  const base = { model: { ...trainable.model, head: [] }, adapter: noAdapter };
  const before = await device.compile(statesProgram(base), { frozen: frozenOf(base) });
  try {
    const now = await device.compile(statesProgram(trainable), {
      frozen: frozenOf(trainable),
      state,
    });
    try {
      const changes = new StatesChanges();
      for (let from = 0; from < count; from += batchSize) {
        const length = Math.min(batchSize, count - from);
        const feeds = await held.feedsOf(Array.from({ length }, (_, at) => from + at));
        const [one, other] = [await before.run(feeds, signal), await now.run(feeds, signal)];
        changes.add(
          one,
          other,
          (block) =>
            (block.startsWith("decoder") ? feeds.decoder_attention_mask : feeds.attention_mask)
              ?.data,
        );
      }
      return changes.means();
    } finally {
      await now.dispose();
    }
  } finally {
    await before.dispose();
  }
}
