/**
 * Opens the files of a whole model, to compare it with the trained one.
 *
 * @module
 */
import type { Device } from "../engine/mod.ts";
import { loadModel, type LoadModelOptions } from "../models/load_model.ts";
import { evaluationProgram, forwardProgram } from "../nn/forward_program.ts";
import { imageConfig, withImageSize } from "../nn/image_size.ts";
import { noAdapter } from "../nn/merge.ts";
import { frozenWeights } from "../nn/model.ts";
import { evaluated, exportedReader } from "../nn/run_over.ts";
import type { TrainableModel } from "../nn/trainable_model.ts";
import type { Reopened } from "./target.ts";

/** Opens a model without any method, with the head and the objective of the trained one. */
export async function reopenWhole(
  { model: trained, objective }: TrainableModel,
  files: Pick<LoadModelOptions, "reference" | "config" | "weights">,
  device: Device,
): Promise<Reopened> {
  const stored = await loadModel({
    ...files,
    head: trained.headRequest,
    families: [trained.family],
    seed: 0,
  });
  const model = trained.family.input === "image"
    ? withImageSize(stored, imageConfig(trained).imageSize)
    : stored;
  // Nothing is trained any more: the head is frozen like the rest.
  const opened = { model: { ...model, head: [] }, objective, adapter: noAdapter };
  // Where rows are scored by their loss, so are those of the files.
  const program = objective.perRow ? evaluationProgram(opened) : forwardProgram(opened);
  const step = await device.compile(program, { frozen: frozenWeights(model) });
  return {
    run: (feeds, signal) => step.run(feeds, signal),
    read: objective.perRow ? evaluated(objective) : exportedReader(objective),
    dispose: () => step.dispose(),
  };
}
