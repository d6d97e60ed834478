/**
 * Explanations by what a model takes.
 *
 * @module
 */
import type { ImageExplanation } from "./image_explanation.ts";
import type { TextExplanation } from "./text_explanation.ts";

/** What explains an answer to a text or to an image. */
export type AnyExplanation = TextExplanation | ImageExplanation;

/** What explains an answer to such an input: images may be given as bytes. Where the input may be anything, so may this. */
export type Explanation<Input> = unknown extends Input
  // deno-lint-ignore no-explicit-any
  ? any
  : Uint8Array extends Input ? ImageExplanation
  : TextExplanation;
