/**
 * How many tokens of a text fit into a model beside what a method adds.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { AttachedMethod } from "../../nn/method.ts";
import type { ModelConfig } from "../../nn/family.ts";

/**
 * The most tokens of a row: the setting, or less where the model's positions end before. Virtual
 * tokens and prefixes take positions too.
 */
export function textRoom(
  wanted: number,
  { maxTokens, numDecoderLayers }: Pick<ModelConfig, "maxTokens" | "numDecoderLayers">,
  { virtualTokens = 0, prefixTokens = 0 }: Pick<AttachedMethod, "virtualTokens" | "prefixTokens">,
): number {
  // A decoder that reads an encoder has a token before the target, behind the prefix.
  const first = numDecoderLayers !== undefined && prefixTokens > 0 ? 1 : 0;
  const added = virtualTokens + prefixTokens + first;
  if (added >= maxTokens) {
    throw new TunebookError(
      "input",
      `the method adds ${added} tokens, which leaves no room for a text: the model takes ` +
        `${maxTokens}. Let it add fewer.`,
    );
  }
  return Math.min(wanted, maxTokens - added);
}
