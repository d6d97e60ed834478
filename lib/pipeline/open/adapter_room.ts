/**
 * How many tokens of a text fit beside what an adapter puts before it.
 *
 * @module
 */
import type { OpenedAdapter } from "../../adapters/several/shared_adapter.ts";
import type { ModelConfig } from "../../nn/family.ts";
import { textRoom } from "../run/text_room.ts";

/** The most tokens of a text; `maxTokens` where its folder says no other number. */
export function roomOf(
  { entry: { delta: { prompt, prefix } }, maxTokens }: Pick<OpenedAdapter, "entry" | "maxTokens">,
  { config, maxTokens: most }: { readonly config: ModelConfig; readonly maxTokens: number },
): number {
  return textRoom(maxTokens ?? most, config, {
    virtualTokens: (prompt?.length ?? 0) / config.hiddenSize,
    prefixTokens: prefix?.tokens ?? 0,
  });
}
