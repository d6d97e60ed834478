/**
 * The trained tensors as everybody but the training step sees them: whole, also where training
 * holds only some rows of a table.
 *
 * @module
 */
import type { Device, State } from "../engine/mod.ts";
import { parameters, type TrainableModel } from "../nn/trainable_model.ts";
import { trainedSlots } from "../nn/trained.ts";
import type { WordRows } from "../nn/word_rows.ts";
import type { Tensors } from "./divergence.ts";
import { wholeTable } from "./occurring_words.ts";
import type { TrainSettings } from "./train_options.ts";

/** Makes whole what a training state holds. */
export interface WholeState {
  /** The parameters after `steps` steps with every row. */
  complete(held: Tensors, steps: number): Tensors;
  /** A state with the present parameters after `steps` steps; the same object at each call. */
  after(steps: number): Promise<State>;
  /** Frees the training state, and leaves what `after` gave. */
  release(): void;
  /** Frees everything. */
  dispose(): void;
}

/** What the numbers of a whole table depend on. */
export interface WholeContext {
  readonly device: Device;
  readonly settings: TrainSettings;
  readonly totalSteps: number;
  readonly words?: WordRows | undefined;
}

/** The whole of a training state. Where that is whole itself, it is the state. */
export function wholeState(
  trained: Pick<TrainableModel, "model" | "adapter">,
  state: State,
  { device, settings, totalSteps, words }: WholeContext,
): WholeState {
  if (!words) {
    return {
      complete: (held) => held,
      after: () => Promise.resolve(state),
      release() {},
      dispose: () => state.dispose(),
    };
  }
  let whole: State | undefined;
  const complete = (held: Tensors, steps: number): Tensors => {
    const { path } = words;
    const table = wholeTable(trained, words, held.get(path)!, { ...settings, totalSteps, steps });
    return new Map([...held, [path, table]]);
  };
  return {
    complete,
    async after(steps) {
      whole ??= device.createState(trainedSlots(trained.model, trained.adapter), [parameters]);
      await whole.write(parameters, complete(await state.read(parameters), steps));
      return whole;
    },
    release: () => state.dispose(),
    dispose() {
      state.dispose();
      whole?.dispose();
    },
  };
}
