/**
 * Labels texts on a shared base, each with its adapter.
 *
 * @module
 */
import { textConfig } from "../../nn/model.ts";
import type { Sequence } from "../../text/sequence.ts";
import { type Prediction, predictionsOfTexts } from "../../tasks/text_classification/prediction.ts";
import type { OpenedAdapter } from "../../adapters/several/shared_adapter.ts";
import { encodeRows } from "../../data/encode_rows.ts";
import { batchFeeds } from "../../data/feeds.ts";
import type { SharedModel } from "../../evaluate/shared_model.ts";
import { tableFromColumns } from "../../table/table.ts";
import { onCellInterrupt } from "../run/on_interrupt.ts";
import { type OpenedModel, tokenizerOf } from "../run/open_stage.ts";
import { textRoom } from "../run/text_room.ts";

/** Encodes the texts, runs them in batches of all adapters, and gives each its adapter's labels. */
export async function predictRows(
  texts: readonly string[],
  adapters: readonly OpenedAdapter[],
  { base, shared, signal: outer }: {
    readonly base: OpenedModel;
    readonly shared: SharedModel;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Prediction[]> {
  if (texts.length === 0) return [];
  using interrupt = onCellInterrupt(outer);
  const { signal } = interrupt;
  const { family } = base;
  const examples: Sequence[] = Array(texts.length);
  for (const [maxTokens, rows] of Map.groupBy(texts.keys(), (row) => roomOf(adapters[row], base))) {
    const table = tableFromColumns({ text: rows.map((row) => texts[row]) }, "the texts");
    const encoded = await encodeRows(table, tokenizerOf(base), {
      text: "text",
      maxTokens,
      where: "the texts",
      signal,
    });
    rows.forEach((row, i) => examples[row] = encoded.examples[i]);
  }
  for (const { entry } of new Set(adapters)) shared.reserve(entry.delta);
  const { padId } = textConfig(base);
  const logits = await shared.logits({
    lengths: examples.map(({ ids }) => ids.length),
    entryOf: (row) => adapters[row].entry,
    feedsOf: (rows) => batchFeeds(examples, rows, { padId, usesTypes: family.usesTypes ?? false }),
  }, { signal });
  return texts.map((text, row) => predictionsOfTexts([text], logits[row], adapters[row])[0]);
}

/** How many tokens of a text fit beside what the adapter puts before it. */
function roomOf({ entry: { delta }, maxTokens }: OpenedAdapter, { config }: OpenedModel): number {
  const { hiddenSize, numLayers, numHeads, numKeyValueHeads = numHeads } = config;
  return textRoom(maxTokens ?? config.maxTokens, config, {
    virtualTokens: (delta.prompt?.length ?? 0) / hiddenSize,
    prefixTokens: (delta.prefix?.length ?? 0) /
      (2 * numLayers * numKeyValueHeads * (hiddenSize / numHeads)),
  });
}
