/**
 * Texts in requests.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { ServeSettings } from "../serve_options.ts";

/** LangChain's client sends them unless it is told not to, and they are of a tokenizer of OpenAI's. */
const tokenIds =
  "must be a text, not token ids, which are other words here; LangChain sends texts with " +
  "check_embedding_ctx_length=False";

/** A text within the server's limit. */
export function textInput({ maxCharacters }: Pick<ServeSettings, "maxCharacters">) {
  return z.string({
    error: ({ input }) => typeof [input].flat()[0] === "number" ? tokenIds : "must be a text",
  })
    .max(maxCharacters, { error: `has more than ${maxCharacters} characters` });
}

/** The same with something to read in it, which models need. */
export function filledText(settings: Pick<ServeSettings, "maxCharacters">) {
  return textInput(settings).regex(/\S/, { error: "is empty" });
}

/**
 * One of something or a list of it.
 *
 * @param words what one of it is, for errors
 */
export function oneOrMany<Schema extends z.ZodType>(
  one: Schema,
  words: string,
  { maxInputs }: Pick<ServeSettings, "maxInputs">,
) {
  const error = `must be ${words}, or a list of 1 to ${maxInputs} of them`;
  return z.union([one, z.array(one).min(1, { error }).max(maxInputs, { error })], { error });
}
