/**
 * Detectors of a few lines learn to find rectangles: matching, losses, the two runs of a step, answers and
 * scores together.
 */
import assert from "node:assert/strict";
import { tf } from "../../../lib/engine/mod.ts";
import { meanAveragePrecision } from "../../../lib/metrics/mean_average_precision.ts";
import type { BoxPredictions, ScoredBox } from "../../../lib/nn/box_predictions.ts";
import { boxesOfCells } from "../../../lib/tasks/object_detection/boxes_of_cells.ts";
import { boxesOfQueries } from "../../../lib/tasks/object_detection/boxes_of_queries.ts";
import { cellObjective } from "../../../lib/tasks/object_detection/cell_objective.ts";
import { detectionObjective } from "../../../lib/tasks/object_detection/detection_objective.ts";
import type { ImageObjects } from "../../../lib/tasks/object_detection/match_queries.ts";
import { labels, learnScenes, scenes, side } from "../toy_scenes.ts";

const [learned, held] = [scenes(400, 1), scenes(60, 2)];
const classes = labels.length;
const image = { width: side, height: side };

function score(predicted: readonly (readonly ScoredBox[])[]): number {
  const pixels = ([x, y, width, height]: number[]) =>
    [(x - width / 2) * side, (y - height / 2) * side, width * side, height * side] as const;
  const truth = held.objects.map(({ classes, boxes }: ImageObjects) =>
    Array.from(classes, (label, at) => ({
      label,
      box: pixels(Array.from(boxes).slice(4 * at, 4 * at + 4)),
    }))
  );
  const predictions: BoxPredictions = {
    kind: "boxes",
    rows: truth.length,
    labels,
    truth,
    predicted,
  };
  return meanAveragePrecision.at50.compute(predictions);
}

for (const classLoss of ["crossEntropy", "focal"] as const) {
  Deno.test(`a detector with queries and ${classLoss} learns to find rectangles`, async () => {
    const sizes = { queries: 4, classes };
    const logits = classLoss === "focal" ? classes : classes + 1;
    const { losses, outputs } = await learnScenes({
      learned,
      held,
      objective: detectionObjective({ ...sizes, classLoss, objects: learned.objects }),
      head(numbers) {
        const rows = tf.reshape(numbers, [-1, sizes.queries, logits + 4]);
        const [scores, boxes] = tf.split(rows, [logits, 4], 2);
        return tf.concat([scores, tf.sigmoid(boxes)], 2);
      },
    });
    assert.ok(losses.at(-1)! < 0.3 * losses[0], `${losses[0]} to ${losses.at(-1)}`);
    const found = score(outputs.map((each) => boxesOfQueries(each, sizes, { classLoss }, image)));
    assert.ok(found > 0.5, `mAP 50 is ${found}`);
  });
}

Deno.test("a detector with cells learns to find rectangles", async () => {
  const sizes = { classes, height: 4, width: 4 };
  const { losses, outputs } = await learnScenes({
    learned,
    held,
    objective: cellObjective({ ...sizes, objects: learned.objects }),
    head: (numbers) => tf.reshape(numbers, [-1, classes + 4, sizes.height, sizes.width]),
  });
  assert.ok(losses.at(-1)! < 0.3 * losses[0], `${losses[0]} to ${losses.at(-1)}`);
  const found = score(outputs.map((each) => boxesOfCells(each, sizes, image)));
  assert.ok(found > 0.5, `mAP 50 is ${found}`);
});
