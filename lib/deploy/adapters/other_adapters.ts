/**
 * Adapters of earlier trainings on the same base, out of their PEFT folders.
 *
 * @module
 */
import { headOutputs } from "../../adapters/peft/head_outputs.ts";
import { readPeftFiles } from "../../adapters/peft/files.ts";
import { loadedAdapter } from "../../adapters/peft/folder.ts";
import { sharedAdapter } from "../../adapters/several/shared_adapter.ts";
import { messageOf, mistakes, TunebookError } from "../../core/errors.ts";
import { loadModel } from "../../models/load_model.ts";
import type { AttachedMethod } from "../../nn/method.ts";
import type { Model } from "../../nn/model.ts";
import type { StackedAdapter } from "../../nn/stacked_weights.ts";
import type { LabelledTask } from "../../nn/task.ts";
import type { TrainedModel } from "../trained_model.ts";

/** An adapter beside the trained one. */
export interface OtherAdapter {
  readonly name: string;
  readonly model: Model;
  readonly attached: AttachedMethod;
  readonly values: ReadonlyMap<string, Float32Array>;
  readonly adapter: StackedAdapter;
  // deno-lint-ignore no-explicit-any
  readonly task: LabelledTask<any, any, any>;
}

/** Reads all of them; whatever is wrong with one or another is one error of kind "input". */
export async function otherAdapters(
  folders: Readonly<Record<string, string>>,
  model: Model,
  about: Pick<TrainedModel, "files" | "task">,
): Promise<OtherAdapter[]> {
  const found: OtherAdapter[] = [];
  const wrong: string[] = [];
  for (const [name, folder] of Object.entries(folders)) {
    try {
      found.push(await otherAdapter(name, folder, model, about));
    } catch (error) {
      if (!(error instanceof TunebookError)) throw error;
      wrong.push(`${name}: ${messageOf(error)}`);
    }
  }
  if (wrong.length > 0) throw mistakes("input", "these adapters cannot stand beside it:", wrong);
  return found;
}

async function otherAdapter(
  name: string,
  folder: string,
  { reference, family, config, headRequest }: Model,
  { files, task: trained }: Pick<TrainedModel, "files" | "task">,
): Promise<OtherAdapter> {
  const stored = await readPeftFiles(folder);
  const { labels = [], task: note } = stored;
  if (note && note.name !== trained.task.name) {
    throw new TunebookError(
      "input",
      `${folder} was trained for ${note.name}, this one for ${trained.task.name}`,
    );
  }
  if (labels.length === 0 && trained.labels.length > 0) {
    throw new TunebookError("input", `${folder} does not name its labels; let tunebook write it`);
  }
  const outputs = headOutputs(stored, headRequest.name, family, config) ?? headRequest.outputs;
  const model = await loadModel({
    reference,
    config: files.config,
    weights: files.weights,
    head: { ...headRequest, outputs },
    families: [family],
    seed: 0,
  });
  const { attached, values } = loadedAdapter(stored, model);
  return {
    name,
    model,
    attached,
    values,
    adapter: sharedAdapter(name, { model, attached, values }),
    task: trained.task.withLabels(labels),
  };
}
