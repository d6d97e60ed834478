/**
 * A LoRA step over long rows, with the attention in blocks and with all of its weights at once, in turns:
 *
 *     deno run -A bench/measure_attention.ts [ROUNDS] [LENGTH …]
 *
 * @module
 */
import { textTable } from "../lib/core/text_table.ts";
import type { StepCase } from "./cases.ts";
import { measureWays } from "./measure_ways.ts";

const [rounds = "5", ...lengths] = Deno.args;
/** Tokens of a batch. */
const tokens = 2048;

const sizes = { layers: 6, hidden: 384, heads: 12, intermediate: 1536 };
const found: Record<string, string>[] = [];
for (const length of lengths.length > 0 ? lengths.map(Number) : [512, 1024, 2048]) {
  const measured: StepCase = {
    kind: "step",
    name: `attention-${length}`,
    method: "lora",
    ...sizes,
    batch: Math.max(1, tokens / length),
    length,
    turn: 1,
    rounds: Number(rounds),
  };
  const setups = [true, false].map((wholeAttention) => ({
    ...measured,
    threads: 1,
    wholeAttention,
  }));
  const [whole, blocks] = await measureWays("our_process.ts", setups, {
    rounds: Number(rounds),
    times: "processor",
    loss: ({ loss }) => Number(loss),
  });
  found.push({
    "rows × tokens": `${measured.batch} × ${length}`,
    "whole, ms": whole.milliseconds.toFixed(0),
    "blocks, ms": blocks.milliseconds.toFixed(0),
    "time": (blocks.milliseconds / whole.milliseconds).toFixed(3),
    "whole, MB": whole.megabytes.toFixed(0),
    "blocks, MB": blocks.megabytes.toFixed(0),
    "memory": (blocks.megabytes / whole.megabytes).toFixed(3),
    "losses": `${whole.loss.toFixed(7)} ${blocks.loss.toFixed(7)}`,
  });
}
const head = Object.keys(found[0]);
console.log(textTable(head, found.map((row) => head.map((name) => row[name]))));
