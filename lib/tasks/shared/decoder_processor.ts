/**
 * The processor of a task whose models continue texts.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Processor, TextProcessor } from "../../nn/processor.ts";
import { textProcessor } from "./text_examples.ts";

/**
 * The processor of a decoder that reads no encoder. A model of other inputs, or with an encoder, is an error of kind
 * "unsupported" that names the task.
 */
export function decoderProcessor(task: string, processor: Processor): TextProcessor {
  const own = textProcessor(task, processor);
  if (!own.decoder) return own;
  throw new TunebookError(
    "unsupported",
    `${task} needs a decoder that reads no encoder, such as gpt2 or llama; an encoder-decoder learns ` +
      "text2text, translation or summarization",
  );
}
