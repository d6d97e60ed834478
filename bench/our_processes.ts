/**
 * One of the processes that share an epoch: trains MiniLM without dropout on review sentences. Arguments: the
 * model's folder, the rows, and a file for the result of the first process.
 *
 * @module
 */
import { lora, model } from "tunebook";
import { sentiment } from "tunebook/datasets";
import { launched } from "../lib/core/launched.ts";

/** What an epoch took. */
export interface SharedEpoch {
  readonly losses: readonly number[];
  readonly stepsPerSecond: number;
}

if (import.meta.main) {
  const [folder, rows, file] = Deno.args;
  const result = await model(`file:${folder}`)
    .data(await sentiment({ rows: Number(rows) }), { text: "text", label: "class" })
    .adapt(lora({ rank: 8, dropout: 0 }))
    .train({ epochs: 1, batchSize: 16 })
    .run({ quiet: true });
  const { losses, stepsPerSecond } = result;
  const epoch: SharedEpoch = { losses, stepsPerSecond };
  if (!launched()?.rank) await Deno.writeTextFile(file, JSON.stringify(epoch));
}
