/**
 * The programs that explain a model, each compiled when it is first run, for all lengths.
 *
 * @module
 */
import type { Device, HeldWeights, HostTensor, Program, State, Step } from "../../engine/mod.ts";
import type { Feeds } from "../../nn/feeds.ts";
import { frozenOf, type TrainableModel } from "../../nn/trainable_model.ts";
import { attentionProgram } from "./attention_rollout.ts";
import {
  type ExplainedLayer,
  gradientsProgram,
  sumsProgram,
  vectorsProgram,
} from "./layer_gradients.ts";
import { lensProgram } from "./lens_program.ts";
import { logitsProgram, scoresProgram } from "./scores_program.ts";

/** What is asked of a model. */
export type ExplainProgram =
  | "scores"
  | "logits"
  | "lens"
  | "attention"
  | `${"gradients" | "sums" | "vectors"} at ${ExplainedLayer}`;

/** A model's programs. */
export interface ExplainPrograms {
  readonly trainable: TrainableModel;
  /** The most rows of a batch: as many as have about so many numbers as the device computes best at once. */
  rowsAtOnce(unitsOfARow: number): number;
  run(program: ExplainProgram, feeds: Feeds): Promise<Readonly<Record<string, HostTensor>>>;
  dispose(): Promise<void>;
}

/** Where they run. */
export interface ExplainProgramsOptions {
  readonly device: Device;
  /** What holds the trained tensors, where there are any. */
  readonly state: State | undefined;
  /** Frozen weights that are held for other programs of the same base. */
  readonly held?: HeldWeights | undefined;
  readonly signal?: AbortSignal | undefined;
}

const usualRows = 32;

/** Opens the programs of a model; nothing is compiled before it is asked. */
export function explainPrograms(
  trainable: TrainableModel,
  { device, state, held, signal }: ExplainProgramsOptions,
): ExplainPrograms {
  const compiled = new Map<ExplainProgram, Promise<Step>>();
  const compile = (name: ExplainProgram) =>
    device.compile(programOf(trainable, name), {
      frozen: frozenOf(trainable),
      ...(state ? { state } : {}),
      ...(held ? { held } : {}),
    });
  const { batchNumbers } = device;
  return {
    trainable,
    rowsAtOnce: (units) =>
      batchNumbers === undefined
        ? usualRows
        : Math.max(1, Math.round(batchNumbers / trainable.model.config.hiddenSize / units)),
    async run(name, feeds) {
      const step = compiled.get(name) ?? compile(name);
      compiled.set(name, step);
      return await (await step).run(feeds, signal);
    },
    async dispose() {
      for (const step of compiled.values()) {
        await step.then((each) => each.dispose(), () => undefined);
      }
      compiled.clear();
    },
  };
}

function programOf(trainable: TrainableModel, name: ExplainProgram): Program {
  if (name === "scores") return scoresProgram(trainable);
  if (name === "logits") return logitsProgram(trainable);
  if (name === "lens") return lensProgram(trainable);
  if (name === "attention") return attentionProgram(trainable);
  const [what, at] = name.split(" at ");
  const layer = at === "words" || at === "pixels" ? at : Number(at);
  if (what === "gradients") return gradientsProgram(trainable, layer);
  if (what === "sums") return sumsProgram(trainable, layer);
  return vectorsProgram(trainable, layer as "words" | number);
}
