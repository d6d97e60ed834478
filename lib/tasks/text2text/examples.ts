/**
 * Rows of sources and targets as an encoder-decoder takes them.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { eachRow } from "../../data/each_row.ts";
import { batchFeeds } from "../../data/feeds.ts";
import type { DecoderProcessor, Processor, TextProcessor } from "../../nn/processor.ts";
import type { Predictions } from "../../nn/predictions.ts";
import type { Examples, ExamplesOptions } from "../../nn/task.ts";
import { textColumn } from "../../table/columns.ts";
import type { Table } from "../../table/table.ts";
import type { Sequence } from "../../text/sequence.ts";
import { predictionsOf } from "../shared/class_predictions.ts";
import { refuseAnswers } from "../shared/next_token_predictions.ts";
import {
  joinOutputs,
  needsLabels,
  sequenceKey,
  textFingerprint,
  textProcessor,
} from "../shared/text_examples.ts";
import { type Languages, sidesOf } from "./languages.ts";
import { decoderFeeds, targetObjective } from "./objective.ts";

/** What the columns mean, and how texts are encoded. */
export interface PairSettings extends Languages {
  readonly source: string;
  readonly target: string;
  /** What every source begins with. */
  readonly prefix?: string | undefined;
  /** The most tokens of a target; as many as of a source unless given. */
  readonly maxTargetTokens?: number | undefined;
}

/** The examples of a task on sources and targets. */
export type PairExamples = Examples<Predictions<"language">, string>;

/**
 * Encodes all rows. New rows need no target: where the table has none, the decoder is given its first
 * token alone.
 */
export async function pairExamples(
  name: string,
  table: Table,
  processor: Processor,
  { where, labelled = true, signal }: ExamplesOptions,
  settings: PairSettings,
): Promise<PairExamples> {
  const own = seq2seqProcessor(name, processor);
  const { tokenizer, maxTokens, padId, decoder } = own;
  const { prefix = "" } = settings;
  const maxTargetTokens = Math.min(settings.maxTargetTokens ?? Infinity, decoder.maxTargetTokens);
  const sides = sidesOf(name, tokenizer, settings);
  const sources = textColumn(table, settings.source, { where });
  const isTold = labelled || table.columnNames().includes(settings.target);
  const targets = isTold ? textColumn(table, settings.target, { where }) : undefined;
  if (sources.length === 0) throw new TunebookError("data", `${where} has no rows`);
  const sequences: Sequence[] = [];
  const learned: Int32Array[] = [];
  const cut = { sources: 0, targets: 0, rows: 0 };
  const work = { done: "encoded", title: "encoding", where, signal };
  await eachRow(sources.length, work, (row) => {
    const source = sides.source.encode(`${prefix}${sources[row]}`, maxTokens);
    const target = targets && sides.target.encode(targets[row], maxTargetTokens);
    sequences.push({ ids: source.ids, row });
    learned.push(target?.ids ?? new Int32Array());
    cut.sources += Number(source.truncated);
    cut.targets += Number(target?.truncated ?? false);
    cut.rows += Number(source.truncated || (target?.truncated ?? false));
  });
  const startOf = (target: ArrayLike<number>) =>
    decoder.startsWithLast && target.length > 0 ? target[target.length - 1] : decoder.startId;
  return {
    rows: sequences.length,
    lengths: Int32Array.from(sequences, ({ ids }, row) => ids.length + 1 + learned[row].length),
    truncated: cut.rows,
    ...(cut.rows > 0 ? { cutNote: cutNote(cut, { maxTokens, maxTargetTokens }) } : {}),
    inputKeys: () => sequences.map(sequenceKey),
    feedsOf: (chosen) => ({
      ...batchFeeds(sequences, chosen, { padId, usesTypes: false }),
      ...decoderFeeds(Array.from(chosen, (row) => learned[row]), { startOf, padId }),
    }),
    fingerprint: textFingerprint([...sequences, ...learned.map((ids, row) => ({ ids, row }))]),
    objective: ({ vocabSize, labelSmoothing }) =>
      targetObjective({
        targets: learned,
        vocabSize,
        ...(labelSmoothing ? { labelSmoothing } : {}),
      }),
    predictions: (outputs) =>
      targets
        ? predictionsOf({
          kind: "language",
          labels: ["loss"],
          logits: joinOutputs(outputs),
          truth: learned.map(({ length }) => length),
        }) as Predictions<"language">
        : needsLabels("predictions"),
    answers: refuseAnswers,
  };
}

function cutNote(
  { sources, targets }: { readonly sources: number; readonly targets: number },
  { maxTokens, maxTargetTokens }: { readonly maxTokens: number; readonly maxTargetTokens: number },
): string {
  return `${sources} sources were cut to ${maxTokens} tokens and ${targets} targets to ` +
    `${maxTargetTokens}; a target that was cut teaches to stop early`;
}

/** The processor of an encoder-decoder; any other is an error of kind "unsupported". */
export function seq2seqProcessor(
  task: string,
  processor: Processor,
): TextProcessor & { readonly decoder: DecoderProcessor } {
  const own = textProcessor(task, processor);
  if (own.decoder) return { ...own, decoder: own.decoder };
  throw new TunebookError(
    "unsupported",
    `${task} needs a model with an encoder and a decoder, such as t5, mt5, bart, mbart or marian`,
  );
}
