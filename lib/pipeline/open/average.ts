/**
 * An average of adapters as a method, which can be saved, attached, trained on and deployed.
 *
 * @module
 */
import type { OpenedAdapter } from "../../adapters/several/shared_adapter.ts";
import { writeFolderAtomic } from "../../core/atomic.ts";
import { TunebookError } from "../../core/errors.ts";
import { lockFolders } from "../../core/folder_lock.ts";
import { adapter as adapterTarget, writeAdapter } from "../../deploy/adapter.ts";
import { checkFolders } from "../../deploy/check_targets.ts";
import type { Method, ModelInfo } from "../../nn/method.ts";
import type { Model } from "../../nn/model.ts";
import type { Base } from "./open_base.ts";

/** One adapter made of several. */
export interface AveragedAdapter extends Method {
  /** Writes the folder that PEFT and `peft(folder)` open. */
  save(folder: string): Promise<void>;
}

/** An average with what it is made of. */
export interface OpenedAverage extends AveragedAdapter {
  readonly opened: OpenedAdapter;
}

/** What an average is made of, for a model that it fits. */
export function openedOn({ opened }: OpenedAverage, model: Model): OpenedAdapter {
  checkModel({ ...model, modelType: model.family.modelType }, opened.model);
  return opened;
}

/** True for what `averageOf` made. */
export function isAverage(adapter: Method): adapter is OpenedAverage {
  return "opened" in adapter;
}

/** Makes a method of an average. */
export function averageOf(
  opened: OpenedAdapter,
  settings: Readonly<Record<string, unknown>>,
  { maxTokens: most, opened: { files } }: Pick<Base, "maxTokens" | "opened">,
): OpenedAverage {
  const { model, attached, values, task, maxTokens = most } = opened;
  return Object.freeze({
    method: "average",
    settings,
    attach(modelInfo: ModelInfo) {
      checkModel(modelInfo, model);
      return attached;
    },
    opened,
    async save(folder: string): Promise<void> {
      await checkFolders([adapterTarget(folder)]);
      await using _held = await lockFolders([folder]);
      const trained = { trainable: { model, adapter: attached }, values, task, maxTokens, files };
      await writeFolderAtomic(folder, (inside) => writeAdapter(trained, inside));
    },
  });
}

/** An average knows the layers of the model whose adapters it is made of, and fits no others. */
function checkModel(
  { modelType, layers, head }: Pick<ModelInfo, "modelType" | "layers" | "head">,
  own: Model,
): void {
  const shown = (all: Pick<Model, "layers" | "head">) =>
    JSON.stringify(
      all.layers.filter(({ path, kind }) => kind !== "embedding" && !all.head.includes(path)),
    );
  if (modelType === own.family.modelType && shown({ layers, head }) === shown(own)) return;
  throw new TunebookError(
    "input",
    `the average is made of adapters of ${own.reference}, whose layers this ${modelType} has not; ` +
      "use it with that model",
  );
}
