/**
 * An average of adapters as a method, which can be saved, attached, trained on and deployed.
 *
 * @module
 */
import type { OpenedAdapter } from "../../adapters/several/shared_adapter.ts";
import { writeFolderAtomic } from "../../core/atomic.ts";
import { TunebookError } from "../../core/errors.ts";
import { adapter as adapterTarget } from "../../deploy/adapter.ts";
import { checkFolders } from "../../deploy/check_targets.ts";
import type { Method, ModelInfo } from "../../nn/method.ts";
import type { Model } from "../../nn/model.ts";
import { classificationObjective } from "../../tasks/shared/classification_objective.ts";
import { type OpenedModel, tokenizerOf } from "../run/open_stage.ts";
import { textClassification } from "../../tasks/text_classification.ts";

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
  base: OpenedModel,
): OpenedAverage {
  const { model, attached, values, labels, kind } = opened;
  return Object.freeze({
    method: "average",
    settings,
    attach(modelInfo: ModelInfo) {
      checkModel(modelInfo, model);
      return attached;
    },
    opened,
    async save(folder: string): Promise<void> {
      const target = adapterTarget(folder);
      await checkFolders([target]);
      const objective = classificationObjective({
        kind,
        outputs: labels.length,
        targets: new Float32Array(),
      });
      const trained = {
        trainable: { model, adapter: attached, objective },
        values,
        task: textClassification({ text: "text", label: "label", kind }).withLabels(labels),
        files: base.files,
        specialTokens: tokenizerOf(base).texts,
        maxTokens: opened.maxTokens ?? base.config.maxTokens,
      };
      await writeFolderAtomic(folder, (inside) => target.write(trained, inside));
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
