/**
 * The parameters before the first step, for what is asked of a model that was not trained.
 *
 * @module
 */
import type { Device, State } from "../../engine/mod.ts";
import { parameters } from "../../nn/trainable_model.ts";
import { trainedTensors } from "../../nn/trained.ts";
import { initialParameters } from "../../train/initial_state.ts";
import type { Assembled } from "./assemble_stage.ts";

/** Has a state of the parameters before the first step alone, without what an optimizer keeps. */
export async function withInitial(
  { trainable }: Pick<Assembled, "trainable">,
  { device, seed }: { readonly device: Device; readonly seed: number },
  work: (state: State) => Promise<void>,
): Promise<void> {
  const tensors = trainedTensors(trainable.model, trainable.adapter);
  const names = new Set(tensors.map(({ name }) => name));
  const state = device.createState(tensors, [parameters]);
  try {
    const initial = [...initialParameters(trainable, seed)].filter(([name]) => names.has(name));
    await state.write(parameters, new Map(initial));
    await work(state);
  } finally {
    state.dispose();
  }
}
