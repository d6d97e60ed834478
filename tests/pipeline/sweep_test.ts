import assert from "node:assert/strict";
import { join } from "node:path";
import { lora, model } from "tunebook";
import { jupyterDisplay, type MimeBundle } from "../../lib/core/display.ts";
import { inFolder } from "../weights/in_folder.ts";
import { moods, tinyModel } from "./tiny.ts";

Deno.test("a plan finds its learning rate, and shows how", () =>
  inFolder(async (folder) => {
    const plan = model(await tinyModel(join(folder, "base")))
      .data(moods(60), { text: "text", label: "mood" }).adapt(lora()).train({ batchSize: 8 });
    const sweep = await plan.findLearningRate({ steps: 30, from: 1e-5, to: 1 }, { quiet: true });
    assert.ok(sweep.learningRates.length > 10 && sweep.learningRates.length <= 30);
    assert.equal(sweep.losses.length, sweep.learningRates.length);
    assert.ok(Math.abs(sweep.learningRates[0] - 1e-5) < 1e-12);
    const shown = sweep as unknown as { [jupyterDisplay](): Promise<MimeBundle> };
    assert.match(String((await shown[jupyterDisplay]())["text/html"]), /<img/);
    // The plan is as it was: its training starts anew.
    const result = await plan.run({ quiet: true });
    assert.ok(Math.abs(result.losses[0] - sweep.losses[0]) < 1e-6);
    await result.dispose();
  }));
