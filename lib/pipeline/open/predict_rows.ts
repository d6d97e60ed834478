/**
 * Labels texts on a shared base, each with its adapter.
 *
 * @module
 */
import type { OpenedAdapter } from "../../adapters/several/shared_adapter.ts";
import { encodeRows, type Example } from "../../data/encode_rows.ts";
import { batchFeeds } from "../../data/feeds.ts";
import type { SharedModel } from "../../evaluate/shared_model.ts";
import { tableFromColumns } from "../../table/table.ts";
import { labelled } from "../run/label_texts.ts";
import { onCellInterrupt } from "../run/on_interrupt.ts";
import type { Base } from "../run/open_base.ts";
import type { Prediction } from "../run/run_result.ts";
import { textRoom } from "../run/text_room.ts";

/** Encodes the texts, runs them in batches of all adapters, and gives each its adapter's labels. */
export async function predictRows(
  texts: readonly string[],
  adapters: readonly OpenedAdapter[],
  { base, shared, signal: outer }: {
    readonly base: Base;
    readonly shared: SharedModel;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Prediction[]> {
  if (texts.length === 0) return [];
  using interrupt = onCellInterrupt(outer);
  const { signal } = interrupt;
  const { config, family } = base;
  const examples: Example[] = Array(texts.length);
  for (const [maxTokens, rows] of Map.groupBy(texts.keys(), (row) => roomOf(adapters[row], base))) {
    const table = tableFromColumns({ text: rows.map((row) => texts[row]) }, "the texts");
    const encoded = await encodeRows(table, base.tokenizer, {
      text: "text",
      maxTokens,
      where: "the texts",
      signal,
    });
    rows.forEach((row, i) => examples[row] = encoded.examples[i]);
  }
  for (const { entry } of new Set(adapters)) shared.reserve(entry.parts);
  const { padId } = config;
  const logits = await shared.logits({
    lengths: examples.map(({ ids }) => ids.length),
    entryOf: (row) => adapters[row].entry,
    feedsOf: (rows) => batchFeeds(examples, rows, { padId, usesTypes: family.usesTypes }),
  }, { signal });
  return texts.map((text, row) => labelled([text], logits[row], adapters[row])[0]);
}

/** How many tokens of a text fit beside what the adapter puts before it. */
function roomOf({ entry: { parts }, maxTokens }: OpenedAdapter, { config }: Base): number {
  const { width, layers, heads, keyValueHeads = heads } = config;
  return textRoom(maxTokens ?? config.maxTokens, config, {
    virtualTokens: (parts.prompt?.length ?? 0) / width,
    prefixTokens: (parts.prefix?.length ?? 0) / (2 * layers * keyValueHeads * (width / heads)),
  });
}
