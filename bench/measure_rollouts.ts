/**
 * A GRPO step beside TRL's on the same cores, sampling included: 8 prompts × 4 answers × 64 tokens, LoRA on a random
 * Llama of SmolLM2-135M's sizes.
 *
 *     deno run -A bench/measure_rollouts.ts /path/to/python [--steps 3] [--small] [--alone]
 *
 * `--alone` lets the other side write the model and train nothing.
 *
 * @module
 */
import { join } from "node:path";
import { cpuUsage } from "node:process";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { grpo, lora, model, tableFromRows } from "../mod.ts";
import { median } from "./median.ts";
import { processorMilliseconds } from "./processor_milliseconds.ts";

const { values: { steps: asked, small, alone }, positionals: [python] } = parseArgs({
  options: {
    steps: { type: "string", default: "3" },
    small: { type: "boolean", default: false },
    alone: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
if (python === undefined) throw new Error("give the path of a Python that has TRL");
const steps = Number(asked);
const folder = await Deno.makeTempDir();
try {
  const { stdout, success } = await new Deno.Command(python, {
    args: [
      fileURLToPath(new URL("peer_rollouts.py", import.meta.url)),
      ...[folder, alone ? "0" : String(steps), ...small ? ["small"] : []],
    ],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("the peer failed");
  const line = new TextDecoder().decode(stdout).trim().split("\n").at(-1)!;
  const peer: number[] = alone ? [] : JSON.parse(line).seconds;
  const { ours, processor } = await ourSeconds();
  const told = { folder: small ? "small" : "SmolLM2-135M", peer, ours, processor };
  console.log(JSON.stringify(told));
  // The first step of each side compiles or allocates.
  const [of, beside] = [ours, peer].map((seconds) => median(seconds.slice(1)));
  console.log(
    `ours ${of.toFixed(2)} s a step` +
      (alone ? "" : `, TRL ${beside.toFixed(2)} s: ratio ${(of / beside).toFixed(2)}`) +
      `; ${median(processor.slice(1)).toFixed(1)} processor seconds of ours`,
  );
} finally {
  await Deno.remove(folder, { recursive: true });
}

/** Seconds of each step, from the end of a rollout to the next one's, and processor seconds. */
async function ourSeconds(): Promise<{ ours: number[]; processor: number[] }> {
  const rows = JSON.parse(await Deno.readTextFile(join(folder, "prompts.json")));
  const moments: { at: number; processor: number }[] = [];
  const start = cpuUsage();
  const sevens = ({ completion }: { completion: string }) =>
    completion.split(" ").filter((word) => word.endsWith("7")).length;
  const result = await model(`file:${folder}`)
    .data(
      tableFromRows(rows.slice(0, 8 * steps + 8)),
      grpo({
        prompt: "prompt",
        rewards: {
          sevens: {
            rewardBatch(samples: readonly { completion: string }[]) {
              moments.push({ at: performance.now(), processor: processorMilliseconds(start) });
              return samples.map(sevens);
            },
          },
        },
        groupSize: 4,
        maxNewTokens: 64,
      }),
      { test: 1 },
    )
    .adapt(lora({ rank: 8, alpha: 16, targets: ["q_proj", "v_proj"] }))
    .train({ epochs: 1, batchSize: 8, learningRate: 1e-5, samples: 0 })
    .run({ quiet: true });
  await result.dispose();
  const apart = (of: "at" | "processor") =>
    moments.slice(1).map((moment, step) => (moment[of] - moments[step][of]) / 1000);
  return { ours: apart("at"), processor: apart("processor") };
}
