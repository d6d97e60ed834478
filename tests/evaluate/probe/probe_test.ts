import assert from "node:assert/strict";
import {
  direction,
  falls,
  invariance,
  letterCase,
  minimumFunctionality,
  negation,
  probe,
  type ProbedModel,
  rises,
  swapNames,
  templateTexts,
  typos,
} from "../../../mod.ts";
import { type Displayed, jupyterDisplay } from "../../../lib/core/display.ts";
import { isMistake } from "../../is_mistake.ts";

/** Counts small words: capitals are lost on it, and negations. */
const counting: ProbedModel & { asked: number } = {
  asked: 0,
  predict(texts) {
    counting.asked += texts.length;
    return Promise.resolve(texts.map((text) => {
      const good = (text.match(/good|great/g) ?? []).length;
      const bad = (text.match(/bad|awful/g) ?? []).length;
      const positive = 1 / (1 + Math.exp(2 * (bad - good)));
      return {
        label: positive > 0.5 ? "positive" : "negative",
        probabilities: { positive, negative: 1 - positive },
      };
    }));
  },
};
const praise = templateTexts("The {thing} was {word}, said Maria", {
  thing: ["film", "meal"],
  word: ["good", "great"],
});

Deno.test("failures are those of the model, counted, shown and explained", async () => {
  counting.asked = 0;
  const report = await probe(counting, [
    minimumFunctionality("praise", { texts: praise, expect: "positive" }),
    minimumFunctionality("doubt", {
      texts: ["so so"],
      expect: ({ probabilities }) => Math.abs(probabilities.positive - 0.5) < 0.1,
    }),
    invariance("names", { texts: praise, perturb: swapNames() }),
    invariance("capitals", {
      texts: praise,
      perturb: letterCase({ to: "upper" }),
      mostFailures: 0.5,
    }),
    direction("not", { texts: praise, perturb: negation(), expect: falls("positive", -0.1) }),
    direction("more of it", {
      texts: praise,
      perturb: { name: "more", apply: (text) => `${text} Great, great!` },
      expect: rises("positive"),
    }),
  ]);
  const rates = Object.fromEntries(report.tests.map(({ name, rate }) => [name, rate]));
  assert.deepEqual(rates, { praise: 0, doubt: 0, names: 0, capitals: 1, not: 1, "more of it": 0 });
  assert.equal(report.passed, false);
  const capitals = report.tests.find(({ name }) => name === "capitals")!;
  assert.equal(capitals.failures[0].input, praise[0].toUpperCase());
  assert.equal(capitals.failures[0].before, praise[0]);
  assert.equal(capitals.failures[0].why, "negative (0.50) instead of positive (0.88)");
  assert.ok(capitals.low > 0.4 && capitals.high === 1);
  assert.match(String(report), /2 of 6 tests failed[\s\S]*capitals[\s\S]*THE FILM WAS GOOD/);
  const bundle = await (report as unknown as Displayed)[jupyterDisplay]();
  assert.match(bundle["text/html"] as string, /instead of positive/);
  // The texts before are asked once for all tests: 4, 1 and 4 in each of four.
  assert.equal(counting.asked, 21);
});

Deno.test("with strict a failure is an error that tells every test", async () => {
  const { log } = console;
  let shown = "";
  console.log = (text) => shown += text;
  try {
    await assert.rejects(
      probe(counting, [
        invariance("capitals", { texts: praise, perturb: letterCase({ to: "upper" }) }),
        invariance("typos", { texts: praise, perturb: typos(), times: 3, mostFailures: 1 }),
      ], { strict: true }),
      isMistake("behaviour", /capitals: 4 of 4 cases, and 0 of them may/),
    );
  } finally {
    console.log = log;
  }
  assert.match(shown, /1 of 2 tests failed/);
});

Deno.test("the same seed asks the same texts, another one others", () => {
  const test = invariance("typos", { texts: praise, perturb: [typos(), swapNames()], times: 2 });
  assert.deepEqual(test.cases(1), test.cases(1));
  assert.notDeepEqual(test.cases(1), test.cases(2));
  const without = invariance("typos", { texts: praise.slice(1), perturb: typos() });
  assert.ok(without.cases(1).every(({ before }) => praise.slice(1).includes(before!)));
});

Deno.test("tests without cases, without perturbations and of other models are refused", async () => {
  await assert.rejects(
    probe(counting, [invariance("names", { texts: ["none"], perturb: swapNames() })]),
    isMistake("input", /names: nothing has what it changes/),
  );
  await assert.rejects(probe(counting, []), isMistake("input", /no tests/));
  assert.throws(
    () => invariance("x", { texts: ["a"], perturb: [] }),
    isMistake("input", /typos\(\)/),
  );
  const vectors = { predict: (texts: readonly string[]) => Promise.resolve(texts.map(() => [1])) };
  await assert.rejects(
    probe(vectors as never, [minimumFunctionality("x", { texts: ["a"], expect: "b" })]),
    isMistake("input", /give labels/),
  );
  await assert.rejects(
    probe(counting, [
      direction("x", {
        texts: ["a!"],
        perturb: letterCase({ to: "upper" }),
        expect: rises("other"),
      }),
    ]),
    isMistake("input", /x: there is no label "other"; the model gives negative, positive/),
  );
  await assert.rejects(
    probe(counting, [minimumFunctionality("x", { texts: ["a"], expect: "Positive" })]),
    isMistake("input", /no label "Positive" \(did you mean "positive"\?\)/),
  );
});
