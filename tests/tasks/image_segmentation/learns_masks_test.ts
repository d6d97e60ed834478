/** A model of a few lines learns which pixels belong to which rectangle. */
import assert from "node:assert/strict";
import { tf } from "../../../lib/engine/mod.ts";
import { meanIou } from "../../../lib/metrics/mean_iou.ts";
import { maskPredictions } from "../../../lib/nn/mask_predictions.ts";
import { maskObjective } from "../../../lib/tasks/image_segmentation/mask_objective.ts";
import { maskOfLogits } from "../../../lib/tasks/image_segmentation/mask_of_logits.ts";
import { labels, learnScenes, scenes, side } from "../toy_scenes.ts";

Deno.test("a model learns masks with cross-entropy and Dice, on a map half as large", async () => {
  const [learned, held] = [scenes(400, 1), scenes(60, 2)];
  const classes = labels.length + 1;
  const half = side / 2;
  const { losses, outputs } = await learnScenes({
    learned,
    held,
    objective: maskObjective({ classes, masks: learned.masks, mapSize: [half, half], dice: 1 }),
    head: (numbers) => tf.reshape(numbers, [-1, classes, half, half]),
  });
  assert.ok(losses.at(-1)! < 0.5 * losses[0], `${losses[0]} to ${losses.at(-1)}`);
  const sizes = { classes, height: half, width: half };
  const score = meanIou.compute(maskPredictions({
    labels: ["background", ...labels],
    truth: held.masks,
    predicted: outputs.map((each) => maskOfLogits(each, sizes, { width: side, height: side })),
  }));
  assert.ok(score > 0.5, `mean IoU is ${score}`);
});
