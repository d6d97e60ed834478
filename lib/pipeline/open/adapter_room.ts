/**
 * How many tokens of a text fit beside what an adapter puts before it.
 *
 * @module
 */
import type { OpenedAdapter } from "../../adapters/several/shared_adapter.ts";
import { textRoom } from "../run/text_room.ts";
import type { Base } from "./open_base.ts";

/** The most tokens of a text. */
export function roomOf(
  { entry: { delta: { prompt, prefix } }, maxTokens }: Pick<OpenedAdapter, "entry" | "maxTokens">,
  { opened: { config }, maxTokens: most }: Pick<Base, "opened" | "maxTokens">,
): number {
  return textRoom(maxTokens ?? most, config, {
    virtualTokens: (prompt?.length ?? 0) / config.hiddenSize,
    prefixTokens: prefix?.tokens ?? 0,
  });
}
