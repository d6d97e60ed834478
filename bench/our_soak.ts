/**
 * Our side of the soak, as a process of its own: one long training, or whole runs one after the
 * other, with the memory of the process at many moments.
 *
 * @module
 */
import { join } from "node:path";
import { accuracy, adapter, lora, merged, model, onnx } from "tunebook";
import { sentiment } from "tunebook/datasets";
import { collectGarbage } from "../lib/core/collect_garbage.ts";
import { onnxRuntime } from "../lib/engine/devices/onnx_runtime.ts";
import { scorerOf } from "../lib/pipeline/run/score_stage.ts";
import { splitTable } from "../lib/data/split.ts";
import { train } from "../lib/train/train.ts";
import { alpha, encoder, rank, targets } from "./cases.ts";
import type { MemorySample } from "./growth.ts";
import { openData } from "./our_data.ts";
import { serve } from "./serve.ts";
import { trimMemory } from "./trim_memory.ts";

interface Message {
  readonly cmd: string;
  /** Steps of the training, or the number of the run from 1. */
  readonly count: number;
  readonly threads?: number;
  /** Steps between two samples. */
  readonly every: number;
  /** Whether the result of a run is let go without being disposed of, as in a notebook's cell. */
  readonly dropped?: boolean;
}

/** Short texts: memory that is lost is lost by the step and by the run. */
const maxTokens = 16;
const validatedRows = 100;
/** Rows of a whole run. */
const runRows = 240;
/** What a run is told to keep; the last checkpoint is overwritten. */
const checkpointEvery = 100;

await serve<Message>({
  /** One training of so many steps, with validation after each epoch and checkpoints. */
  async train({ count, threads, every }) {
    const rows = 2400;
    const data = await openData({ data: "sentiment", maxTokens, epochs: Math.ceil(count / 100) });
    const device = onnxRuntime("cpu", undefined, { threads });
    const trainable = await data.trainable();
    await using scorer = scorerOf(trainable, device);
    const checkpoints = await Deno.makeTempDir({ prefix: "tunebook-soak-" });
    const samples: MemorySample[] = [sampleAt(0)];
    const stop = new AbortController();
    const some = { ...data.rows, lengths: data.rows.lengths.slice(0, validatedRows) };
    let validations = 0;
    const { state, losses } = await train(trainable, data.rows, {
      device,
      settings: { ...data.settings, checkpoints, checkpointEvery },
      fingerprint: {},
      signal: stop.signal,
      async validate(state, signal) {
        const outputs = await scorer.outputs(some, { state, signal });
        return { score: Object.keys(outputs).length + validations++, better: "higher" };
      },
      onStep({ step }) {
        if (step % every === 0) samples.push(sampleAt(step));
        if (step >= count) stop.abort();
      },
    });
    state.dispose();
    await Deno.remove(checkpoints, { recursive: true });
    return { samples, steps: losses.length, rows, validations };
  },
  /** A whole run: read, train, score, deploy in three formats, predict. */
  async run({ count, dropped = false }) {
    const folder = await Deno.makeTempDir({ prefix: "tunebook-soak-" });
    const { test: rows } = splitTable(await sentiment(), { test: runRows, seed: count });
    const result = await model(encoder)
      .data(rows, { text: "text", label: "class", validation: 0.2 })
      .adapt(lora({ rank, alpha, targets }))
      .train({ epochs: 1, maxTokens, validateEvery: 5 })
      .evaluate({ accuracy })
      .deploy(
        adapter(join(folder, "adapter")),
        merged(join(folder, "merged")),
        onnx(join(folder, "onnx")),
      )
      .run({ quiet: true });
    await result.predict(["a fine film", "a dull one"]);
    if (!dropped) await result.dispose();
    await Deno.remove(folder, { recursive: true });
    return { sample: sampleAt(count), accuracy: result.scores.accuracy };
  },
  /** What is resident when the C library has given back what it kept; nothing where it cannot. */
  trim() {
    return Promise.resolve(trimMemory() ? { resident: sampleAt(0).resident } : {});
  },
});

/** What nobody uses is freed first: when V8 would have done it moves figures by 150 MiB. */
function sampleAt(at: number): MemorySample {
  collectGarbage();
  const { rss, heapUsed, external } = Deno.memoryUsage();
  const [resident, heap, buffers] = [rss, heapUsed, external].map((bytes) => bytes / 2 ** 20);
  return { at, resident, heap, buffers };
}
