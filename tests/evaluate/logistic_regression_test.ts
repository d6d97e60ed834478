import assert from "node:assert/strict";
import { logisticRegression } from "../../lib/evaluate/logistic_regression.ts";
import { isMistake } from "../is_mistake.ts";
import { golden } from "../tasks/sentence_embeddings/golden.ts";

/** Both sides go on until the gradient is below 1e-8 or so. */
const tolerance = 1e-6;

function assertNear(found: readonly number[], wanted: readonly number[], name: string): void {
  assert.equal(found.length, wanted.length, name);
  found.forEach((each, at) =>
    assert.ok(Math.abs(each - wanted[at]) < tolerance, `${name} ${at}: ${each}, not ${wanted[at]}`)
  );
}

Deno.test("weights and probabilities are those of scikit-learn", () => {
  for (const each of golden.logistic) {
    const name = `${new Set(each.labels).size} classes, C ${each.c}`;
    const fitted = logisticRegression(each.vectors, each.labels, { c: each.c });
    const coefficients = fitted.coefficients.flatMap((row) => [...row]);
    assertNear(coefficients, each.coefficients.flat(), `coefficients of ${name}`);
    assertNear([...fitted.intercepts], each.intercepts, `intercepts of ${name}`);
    const probabilities = fitted.probabilities(each.asked);
    assertNear(probabilities.flatMap((row) => [...row]), each.probabilities.flat(), name);
    const wanted = each.probabilities.map((row) => fitted.classes[row.indexOf(Math.max(...row))]);
    assert.deepEqual(fitted.predict(each.asked), wanted);
  }
});

Deno.test("rows that no line separates, and large vectors, still end", () => {
  const same = logisticRegression([[1], [1], [1]], ["a", "b", "b"]);
  assertNear([...same.probabilities([[1]])[0]], [1 / 3, 2 / 3], "same vectors");
  const large = logisticRegression([[1e6], [-1e6]], ["a", "b"], { c: 1e3 });
  assert.deepEqual(large.predict([[5], [-5]]), ["a", "b"]);
});

Deno.test("what cannot be classified is refused", () => {
  assert.throws(
    () => logisticRegression([[1]], ["a", "b"]),
    isMistake("input", "1 vectors for 2 labels"),
  );
  assert.throws(() => logisticRegression([[1], [2]], ["a", "a"]), isMistake("data", '"a"'));
  assert.throws(() => logisticRegression([], []), isMistake("data", "no rows"));
  assert.throws(
    () => logisticRegression([[1], [2, 3], [NaN]], ["a", "b", "b"]),
    isMistake("data", "vector 2: 2 numbers, not 1", "vector 3"),
  );
  assert.throws(
    () => logisticRegression([[1], [2]], ["a", "b"], { c: 0 }),
    isMistake("input", "c"),
  );
  const fitted = logisticRegression([[1], [2]], ["a", "b"]);
  assert.throws(() => fitted.predict([[1, 2]]), isMistake("data", "vector 1"));
});
