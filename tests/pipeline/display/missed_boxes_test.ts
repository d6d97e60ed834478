import assert from "node:assert/strict";
import { boxPredictions } from "../../../lib/nn/box_predictions.ts";
import { missedAndExtra } from "../../../lib/pipeline/display/missed_boxes.ts";
import { predictionsTable } from "../../../lib/pipeline/display/predictions_table.ts";

const predictions = boxPredictions({
  labels: ["cat", "dog"],
  truth: [
    [{ box: [0, 0, 10, 10], label: "cat" }],
    [
      { box: [0, 0, 10, 10], label: "cat" },
      { box: [20, 0, 10, 10], label: "dog" },
      { box: [50, 50, 40, 40], label: "dog", isCrowd: true },
    ],
  ],
  predicted: [
    [{ box: [0, 0, 10, 9], label: "cat", score: 0.9 }, {
      box: [0, 0, 9, 9],
      label: "dog",
      score: 0.2,
    }],
    [
      { box: [0, 0, 10, 10], label: "cat", score: 0.9 },
      { box: [1, 0, 10, 10], label: "cat", score: 0.8 },
      { box: [60, 60, 10, 10], label: "dog", score: 0.7 },
    ],
  ],
});

Deno.test("a box is found once; a second one on it is too many, in a crowd it is not", () => {
  const { truth, predicted } = predictions;
  assert.deepEqual(missedAndExtra(truth[0], predicted[0]), { missed: [], extra: [] });
  const { missed, extra } = missedAndExtra(truth[1], predicted[1]);
  assert.deepEqual(missed.map(({ label }) => label), [1]);
  assert.deepEqual(extra.map(({ score }) => score), [0.8]);
});

Deno.test("images with most wrong objects come first", () => {
  const table = predictionsTable(predictions)!;
  assert.deepEqual(table.order, [1, 0]);
  assert.equal(table.wrong, 1);
  assert.deepEqual(table.cells(1), ["1 cat, 2 dog", "1 dog", "1 cat"]);
});
