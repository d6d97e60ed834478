/**
 * A model with its task → what writes its texts.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import {
  type Continuer,
  type ContinuerOptions,
  createContinuer,
} from "../../generate/continuer.ts";
import { fromGenerationConfig } from "../../generate/generation_config.ts";
import type { GenerateOptions } from "../../generate/generate_options.ts";
import { TextModel } from "../../generate/text_model.ts";
import type { Continued } from "../../nn/continuation_program.ts";
import type { Processor } from "../../nn/processor.ts";
import { readJsonObject } from "../../text/tokenizer_files.ts";
import type { OpenedModel } from "../run/open_stage.ts";
import type { AnyLabelledTask } from "../run/read_stage.ts";

/** What a model that writes is made of. */
export interface WritingModel extends Continued, ContinuerOptions {
  readonly task: AnyLabelledTask;
  readonly processor: Processor;
  readonly defaults: GenerateOptions;
}

/** What writes texts, and with what. */
export interface TextModelSpec extends Pick<WritingModel, "task" | "processor" | "defaults"> {
  /** Makes what reads tokens; asked where the task writes texts. */
  continuer(): Continuer;
}

/** Throws an error of kind "unsupported" for a task that writes no texts. */
export function textModelFrom(
  { task, processor, defaults, continuer }: TextModelSpec,
): TextModel {
  const { writing } = task;
  if (!writing || processor.input !== "text") {
    throw new TunebookError(
      "unsupported",
      `${task.task.name} models write no texts; predict answers new inputs`,
    );
  }
  return new TextModel({ continuer: continuer(), processor, writing, defaults });
}

/** A text model that is made when it is first asked for. */
export interface LazyTextModel {
  open(): TextModel;
  dispose(): Promise<void>;
}

/** Makes a text model once. */
export function lazyTextModel(
  { model, adapter, task, processor, defaults, ...places }: WritingModel,
): LazyTextModel {
  let made: TextModel | undefined;
  const continuer = () => createContinuer({ model, adapter }, places);
  return {
    open: () => made ??= textModelFrom({ task, processor, defaults, continuer }),
    async dispose() {
      await made?.dispose();
      made = undefined;
    },
  };
}

/**
 * How a model writes unless told otherwise: its generation_config.json, or what config.json says, of
 * decoders the end alone. Old checkpoints of encoder-decoders have their beams there.
 */
export async function generationDefaults(
  { files: { generationConfig }, json, family }: Pick<OpenedModel, "files" | "json" | "family">,
): Promise<GenerateOptions> {
  const { eos_token_id = null } = json;
  const told = family.decoder ? json : eos_token_id === null ? {} : { eos_token_id };
  const own = fromGenerationConfig(told, "config.json").options;
  if (generationConfig === undefined) return own;
  const read = await readJsonObject(generationConfig);
  const found = fromGenerationConfig(read, generationConfig).options;
  // The end that config.json names holds where the other file names none.
  return { ...own.stopTokens ? { stopTokens: own.stopTokens } : {}, ...found };
}
