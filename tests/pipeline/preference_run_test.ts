import assert from "node:assert/strict";
import { join } from "node:path";
import {
  adapter,
  chosenLogProbability,
  dpo,
  lora,
  merged,
  model,
  onnx,
  open,
  referenceKl,
  rewardAccuracy,
  rewardMargin,
  type Table,
} from "tunebook";
import { inFolder } from "../weights/in_folder.ts";
import { quiet } from "./open/trained.ts";
import { reviews, tinyModel } from "./tiny.ts";
import { tableFromRows } from "../../lib/table/table.ts";

/** Prompts whose better answer says "good". */
function pairs(count: number): Table {
  return tableFromRows(
    reviews(count).map(({ text }) => ({
      asked: text,
      better: `${text} good`,
      worse: "bad film",
    })),
  );
}

const columns = {
  prompt: "asked",
  chosen: "better",
  rejected: "worse",
  template: "plain",
} as const;

Deno.test("dpo is previewed, trained, scored and deployed, and its model writes", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const plan = model(reference).data(pairs(24), dpo(columns)).adapt(lora({ rank: 2 }))
      .train({ epochs: 6, batchSize: 4, learningRate: 0.02 })
      .evaluate({ rewardAccuracy, rewardMargin, chosenLogProbability, referenceKl })
      .deploy(adapter(join(folder, "a")), merged(join(folder, "m")), onnx(join(folder, "o")));
    const preview = await plan.preview();
    assert.match(String(preview), /pairs of answers: the chosen ones have/);
    const result = await plan.run(quiet);
    const first = result.losses[0];
    // Before the first step policy and reference are the same.
    assert.ok(Math.abs(first - Math.LN2) < 1e-4, `the first loss is ${first}`);
    assert.ok(result.losses.at(-1)! < 0.6, `the last loss is ${result.losses.at(-1)}`);
    const { scores } = result;
    assert.equal(scores.rewardAccuracy, 1);
    assert.ok(
      scores.rewardMargin > 0.1 && scores.referenceKl > 0 && scores.chosenLogProbability < 0,
    );
    const asked = [[{ role: "user", content: "the film was" }]] as never;
    const written = await result.generate(asked, { maxNewTokens: 4 });
    const opened = await open(join(folder, "a"));
    assert.deepEqual(await opened.generate(asked, { maxNewTokens: 4 }), written);
    await opened.dispose();
    await result.dispose();
  }));
