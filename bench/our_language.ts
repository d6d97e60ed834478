/**
 * Our side of the training of a language model, as a process of its own: the steps of `train`, one when
 * asked.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import { full } from "../lib/adapters/full.ts";
import { lora } from "../lib/adapters/lora.ts";
import { collectGarbage } from "../lib/core/collect_garbage.ts";
import { onnxRuntime } from "../lib/engine/devices/onnx_runtime.ts";
import type { QuantizationFormat } from "../lib/engine/mod.ts";
import { attachTo } from "../lib/nn/model.ts";
import type { TextConfig } from "../lib/nn/family.ts";
import type { TextProcessor } from "../lib/nn/processor.ts";
import { nextTokenObjective } from "../lib/tasks/shared/next_token_objective.ts";
import { textExamples } from "../lib/tasks/shared/text_examples.ts";
import { initialParameters } from "../lib/train/initial_state.ts";
import { openRun, type TrainingRun } from "../lib/train/open_run.ts";
import { learningRateAt } from "../lib/train/schedules/mod.ts";
import { accumulateGradients, optimizerStep } from "../lib/train/take_step.ts";
import { trainSettings } from "../lib/train/train_options.ts";
import { alpha, rank } from "./cases.ts";
import { languageRows, type RowSizes } from "./language_rows.ts";
import { loadLanguageModel } from "./load_language_model.ts";
import { processorMilliseconds } from "./processor_milliseconds.ts";
import { serve } from "./serve.ts";

interface Message extends RowSizes {
  readonly cmd: string;
  /** The model, a folder of transformers. */
  readonly folder: string;
  readonly method: "lora" | "full";
  readonly quantize?: QuantizationFormat;
  readonly gradientCheckpointing?: boolean;
  /** Computes the logits of all tokens at once. */
  readonly whole?: boolean;
  readonly batch: number;
  readonly threads: number;
  /** The runtime's profile goes into files whose paths start so. */
  readonly profile?: string;
  /** Where to put what the other side needs. */
  readonly file?: string;
  readonly count: number;
}

/** The same on both sides. */
const learningRate = 5e-4;

let run: TrainingRun;
let done = 0;

await serve<Message>({
  async setup(asked) {
    const { folder, quantize, gradientCheckpointing = false, batch, threads, profile } = asked;
    const model = await loadLanguageModel(folder, quantize);
    const adapter = attachTo(model, asked.method === "full" ? full() : lora({ rank, alpha }));
    const rows = languageRows(asked);
    const sequences = rows.map(({ ids, counts }, row) => ({ ids, counts, row }));
    const { vocabSize, padId } = model.config as TextConfig;
    const { forBatches, ...objective } = nextTokenObjective({ texts: sequences, vocabSize });
    const settings = trainSettings({
      epochs: 1,
      batchSize: batch,
      learningRate,
      order: "sequential",
      packing: false,
      gradientCheckpointing,
    });
    const trainable = {
      model,
      adapter,
      objective: asked.whole ? objective : { ...objective, forBatches },
    };
    const examples = textExamples(
      { rows: rows.length, sequences, truncated: 0 },
      { padId, usesTypes: false } as TextProcessor,
    );
    const opened = onnxRuntime("cpu", undefined, { threads, profile });
    // All logits at once is all those of the batch: no micro-batches.
    const device = asked.whole ? { ...opened, batchNumbers: undefined } : opened;
    run = await openRun(trainable, examples, { device, settings, fingerprint: {} });
    const { totalSteps } = run.plan;
    if (asked.file) {
      const start = [...initialParameters(trainable, settings.seed)];
      await Deno.writeTextFile(
        asked.file,
        JSON.stringify({
          rank,
          alpha,
          settings,
          batch,
          parameters: Object.fromEntries(start.map(([path, values]) => [path, [...values]])),
          rates: Array.from(
            { length: totalSteps },
            (_, step) => learningRateAt({ ...settings, totalSteps }, step),
          ),
          rows: rows.map(({ ids, counts }) => ({ ids: [...ids], counts: [...counts] })),
        }),
      );
    }
    collectGarbage();
    return { steps: totalSteps, residentMegabytes: Deno.memoryUsage().rss / 2 ** 20 };
  },
  async step({ count }) {
    const milliseconds: number[] = [];
    const processor: number[] = [];
    const losses: number[] = [];
    for (let i = 0; i < count; i++) {
      const before = cpuUsage();
      const began = performance.now();
      const loss = await accumulateGradients(run, done);
      await optimizerStep(run, done++, loss);
      milliseconds.push(performance.now() - began);
      processor.push(processorMilliseconds(before));
      losses.push(loss);
    }
    return { ms: milliseconds, processor, losses };
  },
  async close() {
    // The runtime writes a session's profile when the session ends.
    await run[Symbol.asyncDispose]();
    return {};
  },
});
