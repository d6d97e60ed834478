import assert from "node:assert/strict";
import { denoisingError, full, imageGeneration, merged, model, open } from "tunebook";
import { isMistake } from "../../is_mistake.ts";
import { inNewFolder } from "../../pipeline/in_new_folder.ts";
import { drawings, drawingTask } from "./drawings.ts";

const quiet = { quiet: true } as const;
const size = { imageSize: 8, hiddenSize: 16, layers: 1, heads: 2 } as const;

Deno.test("a new UNet2D learns drawings with and without labels, and its folders draw alike", () =>
  inNewFolder(async () => {
    const rows = await drawings(16);
    for (
      const [name, task, asked] of [
        ["labelled", drawingTask(), { label: "light", seed: 2, steps: 3 }],
        ["plain", imageGeneration({ image: "image" }), { seed: 2, steps: 3 }],
      ] as const
    ) {
      const result = await model("new:unet2d", size).data(rows, task, { test: 4 }).adapt(full())
        .train({ epochs: 12, batchSize: 6, learningRate: 1e-2, samples: 0 })
        .evaluate({ denoisingError }).deploy(merged(name)).run(quiet);
      const mean = (of: readonly number[]) => of.reduce((sum, each) => sum + each, 0) / of.length;
      const { losses } = result;
      // What it gives at first is nothing, so that the error is that of the flow itself.
      assert.ok(mean(losses.slice(-4)) < 0.85 * mean(losses.slice(0, 2)), `${name}: ${losses}`);
      const drawn = await result.predict([asked]);
      const opened = await open(name);
      assert.deepEqual(await opened.predict([asked]), drawn);
      await opened.dispose();
      await result.dispose();
    }
  }));

Deno.test("sizes of a new UNet2D that do not fit are one error", () => {
  assert.throws(
    () => model("new:unet2d", { imageSize: 30, hiddenSize: 20, heads: 3, patchSize: 2 }),
    isMistake(
      "input",
      "imageSize is 30, but must be a multiple of 4",
      "hiddenSize is 20, but must be a multiple of 8",
      "heads is 3, which must divide hiddenSize, 20",
      "patchSize is for new:dit",
    ),
  );
});
