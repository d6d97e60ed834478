/**
 * An adapter as a file that a graph is fed from: one tensor for each input of the graph.
 *
 * @module
 */
import type { HostTensor } from "../../engine/mod.ts";
import { fedAdapterName } from "../../nn/fed_adapter_program.ts";
import type { Model } from "../../nn/model.ts";
import { type StackedAdapter, stackedWeightFeeds } from "../../nn/stacked_weights.ts";
import type { TargetModules } from "../../nn/target_modules.ts";
import { openSafetensors } from "../../weights/safetensors.ts";
import { writeSafetensors } from "../../weights/write_safetensors.ts";

/** Writes the inputs of a graph whose adapters act on `targets`. */
export async function writeAdapterFile(
  path: string,
  { model, targets, adapter }: {
    readonly model: Model;
    readonly targets: TargetModules;
    readonly adapter: StackedAdapter;
  },
): Promise<void> {
  const feeds = stackedWeightFeeds(model, targets, [adapter]);
  await writeSafetensors(
    path,
    Object.entries(feeds).map(([name, { shape, data }]) => ({
      name: fedAdapterName(name),
      dtype: "F32" as const,
      shape,
      data: data as Float32Array,
    })),
  );
}

/** Reads them again. */
export async function readAdapterFile(path: string): Promise<Record<string, HostTensor>> {
  using file = await openSafetensors(path);
  const feeds: Record<string, HostTensor> = {};
  for (const [name, { shape }] of file.tensors) {
    feeds[name] = { shape, data: await file.readFloat32(name) };
  }
  return feeds;
}
