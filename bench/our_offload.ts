/**
 * A process that trains LoRA on a decoder and validates it. Arguments: the model's folder, where the frozen weights are
 * (`whole`, `offload` for on disk, `shard` for in all processes), the megabytes of a segment, and a file for the result,
 * to which the process's rank is added.
 *
 * @module
 */
import { lora, model, perplexity, textGeneration } from "tunebook";
import { sentiment } from "tunebook/datasets";
import { launched } from "../lib/core/launched.ts";
import { cpuUsage } from "node:process";
import { ownMegabytes } from "./own_megabytes.ts";
import { processorMilliseconds } from "./processor_milliseconds.ts";

/** What a process saw. */
export interface OffloadRun {
  readonly losses: readonly number[];
  readonly perplexity: number;
  /** Most resident memory, MB. */
  readonly peakMegabytes: number;
  /** Processor time of the whole run, seconds. */
  readonly processorSeconds: number;
  readonly stepsPerSecond: number;
}

if (import.meta.main) {
  const [folder, where, text, file] = Deno.args;
  const megabytes = Number(text);
  const before = cpuUsage();
  const result = await model(`file:${folder}`)
    .data(await sentiment({ rows: 40 }), textGeneration({ text: "text" }), { test: 8 })
    .adapt(lora({ rank: 8, dropout: 0 }))
    .train({
      ...{ epochs: 1, batchSize: 8, maxTokens: 64, compute: "float32" },
      ...where === "shard" ? { shard: { megabytes } } : {},
    })
    .evaluate({ perplexity })
    .run({ quiet: true, ...where === "offload" ? { offload: { megabytes } } : {} });
  const { losses, scores, stepsPerSecond } = result;
  const run: OffloadRun = {
    losses,
    perplexity: scores.perplexity,
    peakMegabytes: await ownMegabytes("VmHWM"),
    processorSeconds: processorMilliseconds(before) / 1000,
    stepsPerSecond,
  };
  await Deno.writeTextFile(`${file}.${launched()?.rank ?? 0}`, JSON.stringify(run));
}
