/**
 * Explanations by what a model takes.
 *
 * @module
 */
import type { TextInput } from "../../tasks/text_classification/labelled_texts.ts";
import type { ImageExplanation } from "./image_explanation.ts";
import type { TextExplanation } from "./text_explanation.ts";

/** What explains an answer to a text or to an image. */
export type AnyExplanation = TextExplanation | ImageExplanation;

/** What explains an answer to such an input; where the input may be anything, so may this. */
export type Explanation<Input> = unknown extends Input
  // deno-lint-ignore no-explicit-any
  ? any
  : [Input] extends [TextInput] ? TextExplanation
  : ImageExplanation;
