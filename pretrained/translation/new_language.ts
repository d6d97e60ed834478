/**
 * Teaches the translation model a language that it has not seen, Brazilian Portuguese, with LoRA, and
 * prints its chrF on held-out messages before and after.
 *
 *     deno run --allow-all pretrained/translation/new_language.ts [--language pt-br] [--rows 1800]
 *
 * @module
 */
import { parseArgs } from "node:util";
import { chrf, lora, model, open, pairedBootstrap, translation } from "../../mod.ts";
import { type Pair, rowsOf } from "./rows.ts";
import { scoreOf, written } from "./written.ts";

const { values: flags } = parseArgs({
  options: {
    model: { type: "string", default: "pretrained/translation" },
    language: { type: "string", default: "pt-br" },
    rows: { type: "string", default: "1800" },
    epochs: { type: "string", default: "10" },
    test: { type: "string", default: "150" },
  },
});

const test = await rowsOf("test", [flags.language], Number(flags.test));
const pairs = test.objects() as unknown as Pair[];
const untrained = await open(flags.model);
const before = await written(untrained, pairs);
console.log(`before: ${scoreOf(before)}`);
await untrained.dispose();

const result = await model(`file:${flags.model}`)
  .data(
    await rowsOf("train", [flags.language], Number(flags.rows)),
    translation({ source: "source", target: "target" }),
    { test },
  )
  .adapt(lora({ rank: 16, alpha: 32, targets: "all-linear" }))
  .train({ epochs: Number(flags.epochs), batchSize: 32, learningRate: 2e-3, maxTokens: 56 })
  .evaluate({})
  .run();
const after = await written(result, pairs);
console.log(`after:  ${scoreOf(after)}`);
const { interval } = pairedBootstrap(before, after, chrf, { seed: 1 });
console.log(`better by ${interval.low.toFixed(1)} to ${interval.high.toFixed(1)}`);
for (const row of [0, 1, 2, 3, 4]) {
  console.log(`  ${pairs[row].source}: ${before.predicted[row]} → ${after.predicted[row]}`);
}
