import assert from "node:assert/strict";
import golden from "../../golden/ensembles.json" with { type: "json" };
import { isotonicRegression } from "../../../lib/combine/calibration/isotonic_regression.ts";
import {
  accuracy,
  auc,
  averagePredictions,
  greedyEnsemble,
  isotonicCalibration,
  predictionsOf,
  stackPredictions,
  temperatureScaling,
  uncertaintyOf,
  votePredictions,
} from "../../../mod.ts";

const labels = ["a", "b", "c"];
const models = golden.models.map((logits) =>
  predictionsOf({
    kind: "single",
    labels,
    logits: Float32Array.from(logits),
    truth: golden.truth,
  })
);
const { weights } = golden;

function assertNear(own: ArrayLike<number>, other: readonly number[], tolerance: number): void {
  assert.equal(own.length, other.length);
  other.forEach((value, at) => {
    assert.ok(Math.abs(own[at] - value) < tolerance, `${own[at]} is not ${value} at ${at}`);
  });
}

Deno.test("the mean and the votes of models are scikit-learn's", () => {
  // Probabilities are float32.
  assertNear(averagePredictions(models, { weights }).probabilities, golden.soft, 1e-6);
  assert.deepEqual([...votePredictions(models, { weights }).predicted], golden.hard);
});

Deno.test("a stack of models is scikit-learn's, of three labels and of two", () => {
  for (const { rows, fit, probabilities } of Object.values(golden.stacked)) {
    const outputs = probabilities.length / rows.length;
    const saying = (chosen: readonly number[]) =>
      golden.models.map((logits) =>
        predictionsOf({
          kind: "single",
          labels: labels.slice(0, outputs),
          logits: Float32Array.from(
            chosen.flatMap((row) =>
              logits.slice(row * labels.length, row * labels.length + outputs)
            ),
          ),
          truth: chosen.map((row) => golden.truth[row]),
        })
      );
    const stack = stackPredictions(saying(fit), { c: 0.5 });
    // Probabilities that go in are float32, those of scikit-learn float64.
    assertNear(stack.apply(saying(rows)).probabilities, probabilities, 1e-5);
    assert.throws(() => stack.apply(saying(rows).slice(1)), /the stack is of 3 models/);
  }
});

Deno.test("a rising curve is scikit-learn's, also between points, outside of them and at ties", () => {
  const { x, y, asked, found } = golden.curve;
  assertNear(asked.map(isotonicRegression(x, y)), found, 1e-12);
});

Deno.test("calibrated probabilities are scikit-learn's", () => {
  const [validation] = models;
  assertNear(
    isotonicCalibration(validation).apply(validation).probabilities,
    golden.isotonic,
    1e-6,
  );
  const scaling = temperatureScaling(validation);
  // scikit-learn stops its search of the temperature sooner.
  assertNear(scaling.apply(validation).probabilities, golden.temperature, 1e-4);
  assert.ok(scaling.temperature > 1);
  assert.deepEqual(scaling.apply(validation).predicted, validation.predicted);
});

Deno.test("a chosen ensemble is never worse than the best model on the rows it was chosen by", () => {
  for (const metric of [accuracy, auc]) {
    const { weights, score, best, order } = greedyEnsemble(models, { metric, size: 10 });
    assert.ok(score >= best, `${score} is worse than ${best}`);
    assert.ok(Math.abs(weights.reduce((a, b) => a + b) - 1) < 1e-12);
    assert.equal(metric.compute(averagePredictions(models, { weights })), score);
    assert.ok(order.length <= 10);
  }
});

Deno.test("doubt is that of the mean, and splits into both of its kinds", () => {
  const all = uncertaintyOf(models);
  assert.equal(all.length, golden.truth.length);
  for (const { entropy, expectedEntropy, mutualInformation } of all) {
    assert.ok(entropy <= Math.log(3) + 1e-6 && mutualInformation >= 0);
    assert.ok(Math.abs(entropy - expectedEntropy - mutualInformation) < 1e-6);
  }
  const [alone] = uncertaintyOf(models.slice(0, 1));
  assert.equal(alone.mutualInformation, 0);
});

Deno.test("many labels and numbers are combined, too", () => {
  const many = [2, -1].map((logit) =>
    predictionsOf({
      kind: "multi",
      labels: ["a", "b"],
      logits: Float32Array.of(logit, -3, 0, 1),
      truth: [1, 0, 0, 1],
    })
  );
  const mean = averagePredictions(many);
  const expected = (1 / (1 + Math.exp(-2)) + 1 / (1 + Math.exp(1))) / 2;
  assert.ok(Math.abs(mean.probabilities[0] - expected) < 1e-6);
  assert.ok(temperatureScaling(many[0]).apply(many[1]).probabilities.every(Number.isFinite));
  const numbers = [1, 4].map((value) =>
    predictionsOf({ kind: "regression", labels: ["y"], logits: Float32Array.of(value), truth: [2] })
  );
  assert.equal(averagePredictions(numbers, { weights: [2, 1] }).predicted[0], 2);
});

Deno.test("what cannot be combined is refused with the reason", () => {
  const [first] = models;
  const others = predictionsOf({
    kind: "single",
    labels: ["a", "b", "d"],
    logits: first.logits,
    truth: [...first.truth],
  });
  const shifted = predictionsOf({
    kind: "single",
    labels,
    logits: first.logits,
    truth: first.truth.map((label) => (label + 1) % 3),
  });
  assert.throws(
    () => averagePredictions([first, others, shifted]),
    /predictions 2 have the labels a, b, d[\s\S]*predictions 3 are about other rows/,
  );
  assert.throws(() => averagePredictions([]), /no predictions/);
  assert.throws(() => averagePredictions([first], { weights: [1, 2] }), /weights are 2/);
  assert.throws(() => averagePredictions([first], { weights: [0] }), /not all 0/);
  const numbers = predictionsOf({
    kind: "regression",
    labels: ["y"],
    logits: Float32Array.of(1),
    truth: [1],
  });
  for (const  of of[votePredictions, uncertaintyOf]) {
    assert.throws(() => of([numbers as never]), /no votes|no entropy/);
  }
  assert.throws(() => temperatureScaling(numbers as never), /kind regression/);
});
