/**
 * The trained tensors as everybody but the training step sees them: the average where a run keeps one,
 * whole, also where training holds only some rows of a table, and without parameters of the loss.
 *
 * @module
 */
import type { Device, State } from "../engine/mod.ts";
import { parameters } from "../nn/trainable_model.ts";
import { trainedTensors } from "../nn/trained.ts";
import type { WordRows } from "../nn/word_rows.ts";
import { shownVector } from "./averages/weight_average.ts";
import type { Tensors } from "./divergence.ts";
import { idleFactor } from "./idle_factor.ts";
import type { GroupSchedule } from "./group_steps.ts";
import { lossParameters, type Trained, withoutLossParameters } from "./loss_parameters.ts";
import { wholeTable } from "./occurring_words.ts";
import type { TrainSettings } from "./train_options.ts";

/** Makes whole what a training state holds. */
export interface WholeState {
  /** The vector that is validated, kept and deployed. */
  readonly vector: string;
  /** Numbers of a vector after `steps` steps with every row. */
  complete(held: Tensors, steps: number, vector: string): Tensors;
  /** A state whose parameters are the shown vector after `steps` steps; the same object at each call. */
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
  readonly schedule: GroupSchedule;
  readonly words?: WordRows | undefined;
}

/** The whole of a training state. Where that is nothing else, it is the state itself. */
export function wholeState(
  trained: Trained,
  state: State,
  { device, words, ...context }: WholeContext,
): WholeState {
  const vector = shownVector(context.settings);
  if (!words && vector === parameters && lossParameters(trained).length === 0) {
    return {
      vector,
      complete: (held) => held,
      after: () => Promise.resolve(state),
      release() {},
      dispose: () => state.dispose(),
    };
  }
  let whole: State | undefined;
  const complete: WholeState["complete"] = (values, steps, vector) => {
    const held = withoutLossParameters(trained, values);
    if (!words) return held;
    const { path } = words;
    const { group } = state.tensors.find(({ name }) => name === path)!;
    const factor = idleFactor(context, group, steps, vector);
    return new Map([...held, [path, wholeTable(trained, words, held.get(path)!, factor)]]);
  };
  return {
    vector,
    complete,
    async after(steps) {
      whole ??= device.createState(trainedTensors(trained.model, trained.adapter), [parameters]);
      await whole.write(parameters, complete(await state.read(vector), steps, vector));
      return whole;
    },
    release: () => state.dispose(),
    dispose() {
      state.dispose();
      whole?.dispose();
    },
  };
}
