/**
 * How many tokens of a text fit beside what an adapter puts before it.
 *
 * @module
 */
import type { OpenedAdapter } from "../../adapters/several/shared_adapter.ts";
import type { OpenedModel } from "../run/open_stage.ts";
import { textRoom } from "../run/text_room.ts";

/** The most tokens of a text; `maxTokens` where its folder says no other number. */
export function roomOf(
  { entry: { delta: { prompt, prefix } }, maxTokens }: Pick<OpenedAdapter, "entry" | "maxTokens">,
  { opened: { config }, maxTokens: most }: {
    readonly opened: Pick<OpenedModel, "config">;
    readonly maxTokens: number;
  },
): number {
  return textRoom(maxTokens ?? most, config, {
    virtualTokens: (prompt?.length ?? 0) / config.hiddenSize,
    prefixTokens: prefix?.tokens ?? 0,
  });
}
