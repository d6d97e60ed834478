/**
 * Compares what a graph gives with each other adapter with what that adapter's own model gives.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { type OnnxSession, openDevice, openOnnxFile } from "../../engine/mod.ts";
import { forwardProgram } from "../../nn/forward_program.ts";
import { settle } from "../../nn/merge.ts";
import { largestOutput } from "../../nn/reader_contract.ts";
import { exportedReader, largestDifference, type Rows, runOver } from "../../nn/run_over.ts";
import { frozenOf } from "../../nn/trainable_model.ts";
import { pickRows } from "../../table/source_rows.ts";
import type { AnswerProof } from "../ask_reader.ts";
import { comparedRows } from "../compute_drift.ts";
import type { TrainedModel } from "../trained_model.ts";
import { readAdapterFile } from "./adapter_file.ts";
import type { OtherAdapter } from "./other_adapters.ts";

/** Throws an error of kind "output" for the first adapter whose outputs differ by more than is allowed. */
export async function compareOthers(
  others: readonly OtherAdapter[],
  { table, processor }: Pick<AnswerProof, "table" | "processor">,
  { trainable: { objective } }: TrainedModel,
  { graph, fileOf, tolerance }: {
    readonly graph: string;
    readonly fileOf: (name: string) => string;
    readonly tolerance: number;
  },
): Promise<void> {
  if (others.length === 0) return;
  const count = Math.min(comparedRows, table.numRows());
  const some = pickRows(table, Int32Array.from({ length: count }, (_, row) => row));
  const device = await openDevice("cpu");
  const session = await openOnnxFile(graph);
  try {
    for (const other of others) {
      const { name, task } = other;
      const rows: Rows = await task.examples(some, processor, {
        where: "the held-out rows",
        labelled: false,
      });
      const outputs = task.head.outputs;
      const read = exportedReader({ ...objective, outputs });
      const expected = await ownOutputs(other, rows, objective, device);
      const found = await fed(session, fileOf(name), rows, read);
      const difference = largestDifference(found, expected);
      const allowed = tolerance * Math.max(1, largestOutput(expected));
      if (difference <= allowed) continue;
      throw new TunebookError(
        "output",
        `the graph gives other outputs with ${name} than its own model: the largest difference on ` +
          `${count} held-out rows is ${difference}, allowed is ${allowed}`,
      );
    }
  } finally {
    await session.dispose();
  }
}

async function ownOutputs(
  { model, attached, values, task }: OtherAdapter,
  rows: Rows,
  objective: TrainedModel["trainable"]["objective"],
  device: Awaited<ReturnType<typeof openDevice>>,
): Promise<Float32Array[]> {
  const own = { ...objective, outputs: task.head.outputs, head: model.headRequest };
  const settled = { ...settle(model, attached, values), objective: own };
  const step = await device.compile(forwardProgram(settled), { frozen: frozenOf(settled) });
  try {
    return await runOver((feeds, signal) => step.run(feeds, signal), rows, exportedReader(own));
  } finally {
    await step.dispose();
  }
}

async function fed(
  session: OnnxSession,
  file: string,
  rows: Rows,
  read: ReturnType<typeof exportedReader>,
): Promise<Float32Array[]> {
  const feeds = await readAdapterFile(file);
  return await runOver((batch) => session.run({ ...batch, ...feeds }), rows, read);
}
