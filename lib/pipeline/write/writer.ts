/**
 * What a result and an open model write with: texts, streams and conversations.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import {
  type Displayed,
  jupyterDisplay,
  type MimeBundle,
  withDisplay,
} from "../../core/display.ts";
import { TunebookError } from "../../core/errors.ts";
import { text } from "../../core/option_rules.ts";
import { type ChatOptions, Conversation } from "../../generate/conversation.ts";
import { generatedDisplay } from "../../generate/conversation_display.ts";
import type { GeneratedText } from "../../generate/generated_text.ts";
import {
  checkGenerateOptions,
  type GenerateOptions,
  generateRules,
} from "../../generate/generate_options.ts";
import type { TextModel } from "../../generate/text_model.ts";
import { onCellInterrupt } from "../run/on_interrupt.ts";
import { requireInputs } from "../run/predict_inputs.ts";
import { liveDisplay } from "./live_display.ts";

/** What writes texts. */
export interface Writer<Input = unknown> {
  /**
   * Writes an answer to each input, or as many as `answers` says, those to the first input first. They
   * show themselves in a notebook.
   *
   * Throws an error of kind "unsupported" for a model whose task writes no texts, and of kind "input" with
   * all options that make no sense.
   */
  generate(inputs: readonly Input[], options?: GenerateOptions): Promise<GeneratedText[]>;
  /** Writes one answer piece by piece; breaking off the loop or aborting `signal` ends it. */
  stream(input: Input, options?: GenerateOptions): AsyncGenerator<string, GeneratedText>;
  /**
   * Begins a conversation; in a notebook its answers are shown while they are written.
   *
   * Throws an error of kind "unsupported" for a model whose task is not `chat`.
   */
  chat(options?: ChatOptions): Conversation;
}

/** What `predict` of a model that writes gives: the text of one answer to each input. */
export async function writtenTexts(
  { generate }: Pick<Writer, "generate">,
  inputs: readonly unknown[],
  signal?: AbortSignal,
): Promise<string[]> {
  const found = await generate(inputs, signal ? { answers: 1, signal } : { answers: 1 });
  const texts = found.map(({ text }) => text);
  return withDisplay(texts, () => (found as unknown as Displayed)[jupyterDisplay]() as MimeBundle);
}

/** Texts that show themselves with what they were asked, where all of that is texts. */
export function withAsked<Text extends GeneratedText>(
  found: Text[],
  inputs: readonly unknown[],
): Text[] {
  const prompts = inputs.filter((input) => typeof input === "string" && input !== "") as string[];
  const shown = prompts.length === inputs.length ? prompts : [];
  return withDisplay(found, (texts) => generatedDisplay(texts, shown));
}

/** Makes a writer; `open` compiles what writes when it is first asked, or throws what forbids it. */
export function writerOf<Input>(
  open: () => TextModel<Input>,
  outer?: AbortSignal,
): Writer<Input> {
  return {
    async generate(inputs, options = {}) {
      requireInputs(inputs, "generate");
      checkGenerateOptions("generate", options);
      using interrupt = onCellInterrupt(options.signal ?? outer);
      const { signal } = interrupt;
      return withAsked(await open().generate(inputs, { ...options, signal }), inputs);
    },
    async *stream(input, options = {}) {
      checkGenerateOptions("stream", options);
      using interrupt = onCellInterrupt(options.signal ?? outer);
      const { signal } = interrupt;
      const model = open();
      const source = model.sourceOf(input);
      return yield* model.stream(model.promptOf(input), { ...options, signal }, { source });
    },
    chat(options = {}) {
      checkOptions<ChatOptions>("chat", options, { ...generateRules, system: text });
      const model = open();
      if (model.inputOf === undefined) {
        throw new TunebookError(
          "unsupported",
          "the model was not trained to answer messages: use generate, or the task chat",
        );
      }
      const show = liveDisplay();
      return new Conversation(model as TextModel, options, {
        ...(show ? { show } : {}),
        interrupt: (signal) => onCellInterrupt(signal ?? outer),
      });
    },
  };
}
