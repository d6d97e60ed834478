/**
 * The options of text generation.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { type Mistake, mistakeOf } from "../../core/errors.ts";
import { oneOf, required, type Rules, text, yesOrNo } from "../../core/option_rules.ts";

/** What columns mean, and how rows become sequences. */
export interface TextGenerationOptions {
  /** The column of the text. */
  readonly text: string;
  /**
   * `rows` (unless given): each row is a sequence of its own. `joined`: all rows one after the other,
   * an end token after each, cut into blocks of `maxTokens` as `run_clm.py` of transformers does; the
   * rest is a shorter block, and nothing is lost.
   */
  readonly documents?: "rows" | "joined";
  /**
   * What becomes of a row that is longer than `maxTokens`, only with `documents: "rows"`: `cut` (unless
   * given) loses the rest, `split` makes several sequences of it, `drop` leaves it out.
   */
  readonly overflow?: "cut" | "split" | "drop";
  /**
   * Whether an end token closes each document, from which the model learns to stop; true unless given
   * for `joined` documents, false for `rows`.
   */
  readonly endToken?: boolean;
}

const rules: Rules<TextGenerationOptions> = {
  text: required(text),
  documents: oneOf(["rows", "joined"]),
  overflow: oneOf(["cut", "split", "drop"]),
  endToken: yesOrNo,
};

/** Throws one error of kind "input" with everything that is wrong. */
export function checkTextGenerationOptions(options: TextGenerationOptions): void {
  checkOptions("text-generation", options, rules, () => contradictions(options));
}

function contradictions({ documents, overflow }: TextGenerationOptions): Mistake[] {
  if (documents !== "joined" || overflow === undefined) return [];
  return [
    mistakeOf((nameOf) =>
      `${nameOf("overflow")} is for ${
        nameOf("documents")
      } "rows"; joined ones are cut into blocks, ` +
      "and nothing is lost"
    ),
  ];
}
