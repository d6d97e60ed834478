/**
 * What a run of a comparison writes for the held-out rows.
 *
 * @module
 */
import type { Device, State } from "../../engine/mod.ts";
import type { GenerateOptions } from "../../generate/generate_options.ts";
import type { TextModel } from "../../generate/text_model.ts";
import type { TextPredictions } from "../../nn/text_predictions.ts";
import type { WritingCase } from "../../nn/writing.ts";
import type { Table } from "../../table/table.ts";
import type { WritingOptions } from "../evaluate_options.ts";
import type { AttachedModel } from "../run/assemble_stage.ts";
import { type OpenedModel, processorOf } from "../run/open_stage.ts";
import type { AnyLabelledTask } from "../run/read_stage.ts";
import { heldOutCases } from "../write/held_out_cases.ts";
import { lazyTextModel } from "../write/text_model_of.ts";
import { type WriteCases, writtenPredictions } from "../write/written_predictions.ts";

/** Texts as plain JSON, which another process can send. */
export type WrittenTexts = Pick<TextPredictions, "inputs" | "predicted" | "references">;

/** The run whose model writes. */
export type WritingRun = Pick<WriteCases, "seed" | "signal">;

/** How held-out rows are answered. */
export interface ComparedWriting {
  /** Looks at the rows before anything is trained; throws as `heldOutCases` does. */
  check(attached: AttachedModel): Promise<void>;
  /** Has a trained model answer them. */
  write(attached: AttachedModel, state: State, run: WritingRun): Promise<WrittenTexts>;
}

/** What all runs of a comparison write with. */
export interface ComparedWritingOptions {
  readonly task: AnyLabelledTask;
  readonly opened: OpenedModel;
  readonly device: Device;
  /** The held-out rows. */
  readonly table: Table;
  /** What the model's files say. */
  readonly defaults: GenerateOptions;
  readonly generate: WritingOptions | undefined;
}

/** Writes answers as a plan's `.evaluate()` does. */
export function comparedWriting(
  { task, opened, device, table, defaults, generate }: ComparedWritingOptions,
): ComparedWriting {
  /** Opens what writes with a model, for what it is asked. */
  const asking = async <Result>(
    attached: AttachedModel,
    state: State | undefined,
    work: (cases: readonly WritingCase[], textModel: TextModel) => Promise<Result>,
  ): Promise<Result> => {
    const processor = processorOf(opened, attached.maxTokens);
    const parts = { ...attached, task, processor, defaults, device };
    const writing = lazyTextModel({ ...parts, state: () => Promise.resolve(state) });
    try {
      const textModel = writing.open();
      // A task that writes reads texts.
      const held = { task, processor, table } as Parameters<typeof heldOutCases>[0];
      return await work(heldOutCases(held, textModel), textModel);
    } finally {
      await writing.dispose();
    }
  };
  return {
    check: (attached) => asking(attached, undefined, () => Promise.resolve()),
    write: (attached, state, run) =>
      asking(attached, state, async (cases, textModel) => {
        const found = await writtenPredictions(cases, textModel, { generate, ...run });
        const { inputs, predicted, references } = found;
        return { inputs, predicted, references };
      }),
  };
}
