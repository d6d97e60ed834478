import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  adapter,
  distillation,
  full,
  lineage,
  linearMerge,
  lora,
  merge,
  merged,
  model,
  onnx,
  prune,
  textClassification,
} from "tunebook";
import { jupyterDisplay } from "../../../lib/core/display.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, tinyModel } from "../tiny.ts";

const task = textClassification({ text: "text", label: "mood" });
const settings = { epochs: 1, batchSize: 8 };
const quiet = { quiet: true };

Deno.test("a small model is followed back to its adapters and their base, with all receipts in one table", () =>
  inFolder(async (folder) => {
    const [rows, test] = [moods(24), moods(12)];
    const at = (name: string) => join(folder, name);
    const base = await tinyModel(at("base"));
    const trained = async (reference: string, name: string) => {
      const run = await model(reference).data(rows, task, { test }).adapt(lora({ rank: 2 }))
        .train(settings).evaluate({ accuracy }).deploy(adapter(at(name))).run(quiet);
      await run.dispose();
    };
    for (const name of ["good", "bad"]) await trained(base, name);
    const whole = await merge({ good: at("good"), bad: at("bad") }, { method: linearMerge() })
      .data(rows, task, { test }).evaluate({ accuracy }).deploy(merged(at("whole"))).run(quiet);
    await whole.dispose();
    const student = await model(`file:${at("whole")}`)
      .data(rows, distillation(task, { teacher: at("whole") }), { test }).adapt(full())
      .train(settings).evaluate({ accuracy }).deploy(merged(at("student"))).run(quiet);
    await student.dispose();
    const small = await prune(at("student"), { feedForward: 0.5, rows }).save(at("small"));
    const last = await model(small.reference).data(rows, task, { test }).adapt(lora({ rank: 2 }))
      .train(settings).evaluate({ accuracy })
      .deploy(onnx(at("web"), { dtypes: ["fp32", "q8"], mostDrift: 1, mostScoreLoss: 1 }))
      .run(quiet);
    await last.dispose();

    const found = await lineage(at("web"));
    const names = found.steps.map(({ model }) => model.split("/").at(-1));
    assert.deepEqual(names, ["base", "good", "bad", "whole", "student", "small", "web"]);
    assert.deepEqual(found.steps.map(({ made }) => made.replaceAll(folder, "")), [
      "no record here",
      "lora on 24 rows",
      "lora on 24 rows",
      "merged by linear",
      "full on 24 rows, taught by /whole",
      `pruned by taylor, ${
        Math.round(100 * small.parameters.after / small.parameters.before)
      } % of the parameters`,
      "lora on 24 rows",
    ]);
    assert.deepEqual(found.steps.map(({ from }) => from.length), [0, 1, 1, 2, 1, 1, 1]);
    assert.deepEqual(found.steps.at(-1)!.receipts.map(({ dtype }) => dtype), ["fp32", "q8"]);
    assert.equal(found.steps[3].scores[0].value, whole.scores.accuracy);
    const shown = (found as unknown as Record<symbol, () => Record<string, string>>)
      [jupyterDisplay]();
    const lines = shown["text/plain"].split("\n");
    assert.match(shown["text/plain"], /onnx q8 +\d+\.\d +12 +\d\.\de/);
    assert.match(lines.find((line) => line.includes("whole"))!, /merged by linear +2, 3 +accuracy/);
    assert.match(shown["text/html"], /taught by/);

    await Deno.remove(at("bad"), { recursive: true });
    const [, , gone] = (await lineage(at("web"))).steps;
    assert.deepEqual([gone.made, gone.from], ["no longer there", []]);
    await Deno.writeTextFile(join(at("whole"), "merge.json"), "{");
    await assert.rejects(lineage(at("web")), /merge\.json of .*whole is damaged/);
    await assert.rejects(lineage(at("base")), /base has no record of what its model was made of/);
    await assert.rejects(lineage("hf:org/name"), /lineage takes the folder of a model/);
  }));
