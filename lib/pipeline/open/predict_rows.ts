/**
 * Answers new inputs on a shared base, each with its adapter.
 *
 * @module
 */
import type { OpenedAdapter } from "../../adapters/several/shared_adapter.ts";
import { withDisplay } from "../../core/display.ts";
import { joinFeeds } from "../../data/join_feeds.ts";
import { textConfig } from "../../nn/model.ts";
import type { Objective } from "../../nn/objective.ts";
import { trainSettings } from "../../train/train_options.ts";
import { type AnyExamples, trainableOf } from "../run/assemble_stage.ts";
import { onCellInterrupt } from "../run/on_interrupt.ts";
import { processorOf } from "../run/open_stage.ts";
import { roomOf } from "./adapter_room.ts";
import type { Base } from "./open_base.ts";

/** The inputs of one adapter, encoded. */
interface AdapterRows {
  readonly adapter: OpenedAdapter;
  /** Which of the inputs they are. */
  readonly rows: readonly number[];
  readonly examples: AnyExamples;
  readonly objective: Objective;
  /** What the model gave for each sequence. */
  readonly outputs: Float32Array[];
}

/** Encodes the inputs, runs them in batches of all adapters, and lets each adapter's task answer. */
export async function predictRows(
  inputs: readonly unknown[],
  adapters: readonly OpenedAdapter[],
  { base, signal: outer }: { readonly base: Base; readonly signal?: AbortSignal | undefined },
): Promise<unknown[]> {
  if (inputs.length === 0) return [];
  using interrupt = onCellInterrupt(outer);
  const { signal } = interrupt;
  const all: AdapterRows[] = [];
  for (const [adapter, rows] of Map.groupBy(inputs.keys(), (row) => adapters[row])) {
    all.push(await encoded(inputs, rows, adapter, { base, signal }));
  }
  await runTogether(all, base, signal);
  const answers: unknown[] = Array(inputs.length);
  for (const { rows, examples, outputs } of all) {
    examples.answers(outputs).forEach((answer, at) => answers[rows[at]] = answer);
  }
  return answers;
}

/** Adds the display of the task to answers that are all of one task with the same labels. */
export function withTaskDisplay<Answer>(
  answers: Answer[],
  adapters: readonly OpenedAdapter[],
): Answer[] {
  if (answers.length === 0) return answers;
  const [{ task }, ...others] = [...new Set(adapters)];
  const { display } = task;
  const meaning = ({ task, labels }: OpenedAdapter["task"]) => JSON.stringify([task.name, labels]);
  const isSame = others.every((other) => meaning(other.task) === meaning(task));
  return display && isSame ? withDisplay(answers, (shown) => display(shown)) : answers;
}

async function encoded(
  inputs: readonly unknown[],
  rows: readonly number[],
  adapter: OpenedAdapter,
  { base, signal }: { readonly base: Base; readonly signal: AbortSignal },
): Promise<AdapterRows> {
  const { task, model, attached } = adapter;
  const processor = processorOf(base.opened, roomOf(adapter, base));
  const examples = await task.examples(
    task.tableOf(rows.map((row) => inputs[row])),
    processor,
    { where: "the inputs", labelled: false, signal },
  );
  const { objective } = trainableOf({ model, adapter: attached }, examples, trainSettings());
  return { adapter, rows, examples, objective, outputs: Array(examples.lengths.length) };
}

/** Sequences of all adapters in the same batches, wherever the model is read alike. */
async function runTogether(
  all: readonly AdapterRows[],
  base: Base,
  signal: AbortSignal,
): Promise<void> {
  for (const { adapter: { model, entry } } of all) {
    base.reserve(model.headRequest.name, entry.delta);
  }
  const { opened } = base;
  const padId = opened.family.input === "text" ? textConfig(opened).padId : 0;
  const alike = Map.groupBy(
    all,
    ({ adapter, objective }) => base.sharedFor(adapter.model, objective),
  );
  for (const [shared, group] of alike) {
    const sequences = group.flatMap((own) => Array.from(own.outputs.keys(), (at) => ({ own, at })));
    const found = await shared.logits({
      lengths: sequences.map(({ own, at }) => own.examples.lengths[at]),
      entryOf: (sequence) => sequences[sequence].own.adapter.entry,
      feedsOf: async (chosen) =>
        joinFeeds(
          await Promise.all(Array.from(chosen, (sequence) => {
            const { own, at } = sequences[sequence];
            return own.examples.feedsOf([at]);
          })),
          padId,
        ),
    }, { signal });
    sequences.forEach(({ own, at }, sequence) => own.outputs[at] = found[sequence]);
  }
}
