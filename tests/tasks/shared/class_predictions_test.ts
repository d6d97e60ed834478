import assert from "node:assert/strict";
import { predictionsOf } from "../../../lib/tasks/shared/class_predictions.ts";

const labels = ["a", "b", "c"];

Deno.test("softmax and sigmoid neither overflow nor vanish at huge logits", () => {
  const single = predictionsOf({
    kind: "single",
    labels,
    logits: Float32Array.of(3e38, -3e38, 0, 1e4, 1e4, -1e4),
    truth: [0, 1],
  });
  assert.deepEqual([...single.probabilities], [1, 0, 0, 0.5, 0.5, 0]);
  const multi = predictionsOf({
    kind: "multi",
    labels,
    logits: Float32Array.of(3e38, -3e38, 0),
    truth: [1, 0, 1],
  });
  assert.deepEqual([...multi.probabilities], [1, 0, 0.5]);
  assert.deepEqual([...multi.predicted], [1, 0, 0]);
});

Deno.test("the first label wins a tie", () => {
  const logits = Float32Array.of(1, 1, 1, 0, 2, 2);
  const { predicted } = predictionsOf({ kind: "single", labels, logits, truth: [2, 2] });
  assert.deepEqual([...predicted], [0, 1]);
});

Deno.test("a regression predicts its values", () => {
  const logits = Float32Array.of(0.5, -2);
  const { predicted, truth, rows } = predictionsOf({
    kind: "regression",
    labels: ["stars"],
    logits,
    truth: [1, 2],
  });
  assert.deepEqual([[...predicted], [...truth], rows], [[0.5, -2], [1, 2], 2]);
});

Deno.test("all impossible true values are reported with their rows", () => {
  assert.throws(
    () =>
      predictionsOf({
        kind: "single",
        labels,
        logits: new Float32Array(9),
        truth: [0, 3, -1],
      }),
    {
      name: "TunebookError",
      kind: "data",
      message: /row 2: 3 is not a class index from 0 to 2\n.*row 3: -1 is not/,
    },
  );
  assert.throws(
    () => predictionsOf({ kind: "multi", labels, logits: new Float32Array(3), truth: [0, 2, 1] }),
    { kind: "data", message: /row 1: 2 is not 0 or 1/ },
  );
  assert.throws(
    () =>
      predictionsOf({
        kind: "regression",
        labels: ["stars"],
        logits: new Float32Array(2),
        truth: [1, NaN],
      }),
    { kind: "data", message: /row 2: NaN is not a finite number/ },
  );
});

Deno.test("sizes that do not fit, no rows and no labels are errors", () => {
  const logits = new Float32Array(6);
  assert.throws(() => predictionsOf({ kind: "single", labels, logits, truth: [0, 1, 2] }), {
    kind: "data",
    message: /6 logits do not fit 3 true values with 3 labels; give one class index a row/,
  });
  assert.throws(() => predictionsOf({ kind: "multi", labels, logits, truth: [0, 1] }), {
    kind: "data",
    message: /give one true value per logit/,
  });
  assert.throws(
    () => predictionsOf({ kind: "single", labels, logits: new Float32Array(0), truth: [] }),
    { kind: "data", message: /no rows/ },
  );
  assert.throws(
    () => predictionsOf({ kind: "single", labels: [], logits: new Float32Array(0), truth: [0] }),
    { kind: "data", message: /no labels/ },
  );
});

Deno.test("logits that are not finite are an error that names the row", () => {
  for (const wrong of [NaN, Infinity, -Infinity]) {
    assert.throws(
      () =>
        predictionsOf({
          kind: "single",
          labels,
          logits: Float32Array.of(0, 0, 0, 0, wrong, 0),
          truth: [0, 1],
        }),
      { kind: "diverged", message: new RegExp(`row 2 is ${wrong}`) },
    );
  }
});
