import type { DataOptions } from "../../../lib/pipeline/plan_spec.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  adalora,
  adapter,
  type Method,
  type Metric,
  model,
  peft,
  perplexity,
  Plan,
  qlora,
  writeTable,
} from "tunebook";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, tinyModel } from "../tiny.ts";

const quiet = { quiet: true };
const settings = { epochs: 6, batchSize: 8, learningRate: 1e-2 };
const texts = ["the film was superb", "awful price and poor service", "it was food"];
const methods: Readonly<Record<string, Method>> = {
  qlora: qlora({ rank: 4 }),
  adalora: adalora({ initialRank: 4, targetRank: 2 }),
};

for (const name of ["gpt2", "llama"]) {
  for (const [method, trained] of Object.entries(methods)) {
    Deno.test(`${method} on ${name}: plan, training, score, folder, and the same score again`, () =>
      inFolder(async (folder) => {
        const reference = await tinyModel(join(folder, "base"), name);
        const rows = join(folder, "rows.csv");
        await writeTable(moods(96), rows);
        // A reopened QLoRA is a LoRA, and the plan says how the base is held.
        const held = method === "qlora" ? { quantize: "nf4" as const } : {};
        for (const columns of [{ text: "text", label: "mood" }, { text: "text" }]) {
          const place = join(folder, `${Object.keys(columns).length}`);
          // Which metric fits is known when it runs.
          // deno-lint-ignore no-explicit-any
          const scores: Record<string, Metric<number, any>> = "label" in columns
            ? { accuracy }
            : { perplexity };
          const plan = model(reference).data(rows, columns as DataOptions).adapt(trained).train(
            settings,
          )
            .evaluate(scores).deploy(adapter(place));
          const result = await Plan.from(JSON.parse(JSON.stringify(plan))).run(quiet);
          const [start, end] = [result.losses[0], result.losses.at(-1)!];
          assert.ok(end < 0.95 * start, `the loss went from ${start} to ${end}`);
          if (method === "adalora") {
            const ranks = result.methodRecord!.ranks.map(({ values }) =>
              Object.values(values).reduce((sum, each) => sum + each, 0)
            );
            assert.equal(ranks.at(-1), ranks[0] / 2);
          }
          const again = await model(reference, held).data(rows, columns as DataOptions).adapt(
            peft(place),
          )
            .train({ epochs: 0 }).evaluate(scores).run(quiet);
          const [found] = Object.values(again.scores);
          const [wanted] = Object.values(result.scores) as number[];
          assert.ok(Math.abs(found / wanted - 1) < 1e-5, `${found}, but ${wanted} when trained`);
          (result.predictions.logits as Float32Array).forEach((logit, i) => {
            const difference = Math.abs(again.predictions.logits[i] - logit);
            assert.ok(difference < 1e-4, `logit ${i} differs by ${difference}`);
          });
          if ("label" in columns) {
            assert.deepEqual(
              (await again.predict(texts)).map(({ label }) => label),
              (await result.predict(texts)).map(({ label }) => label),
            );
          }
          if (method === "qlora") {
            // Over the numbers of the file the same folder is another model.
            const other = await model(reference).data(rows, columns as DataOptions).adapt(
              peft(place),
            )
              .train({ epochs: 0 }).evaluate(scores).run(quiet);
            const moved = other.predictions.logits.some((logit, i) =>
              Math.abs(logit - result.predictions.logits[i]) > 1e-3
            );
            assert.ok(moved, "the base was not quantised");
            await other.dispose();
          }
          await again.dispose();
          await result.dispose();
        }
      }));
  }
}
