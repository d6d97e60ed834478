import assert from "node:assert/strict";
import {
  attack,
  characterEdits,
  type ProbedModel,
  Random,
  synonyms,
  tableFromColumns,
} from "../../../mod.ts";
import { type Displayed, jupyterDisplay } from "../../../lib/core/display.ts";
import { isMistake } from "../../is_mistake.ts";

const weights: Readonly<Record<string, number>> = {
  good: 2,
  great: 3,
  fine: 0.5,
  bad: -2,
  awful: -3,
};

/** Adds up the weights of the words that it knows. */
const counting: ProbedModel & { asked: number } = {
  asked: 0,
  predict(texts) {
    counting.asked += texts.length;
    return Promise.resolve(texts.map((text) => {
      const words = text.toLowerCase().split(/\W+/);
      const sum = words.reduce((total, word) => total + (weights[word] ?? 0), -1);
      const positive = 1 / (1 + Math.exp(-sum));
      const label = positive > 0.5 ? "positive" : "negative";
      return { label, probabilities: { positive, negative: 1 - positive } };
    }));
  },
};
const rows = tableFromColumns({
  text: [
    "A great, truly good film about trains!",
    "The food was good but the place is small",
    "so bad",
    "nothing to say here",
  ],
  label: ["positive", "positive", "positive", "negative"],
});
const options = { text: "text", label: "label", seed: 1 } as const;
const table = { great: ["good", "fine"], good: ["fine"], film: ["movie"] };

Deno.test("the most important words go first, and what is right stays as near as it can", async () => {
  counting.asked = 0;
  const report = await attack(counting, rows, { ...options, change: synonyms(table) });
  const [both, one, neutral] = report.attacks;
  // Of seven words two may be changed: great, whose lowest is fine, leaves .5 + 2 − 1 > 0; then good → fine.
  assert.equal(both.succeeded, false);
  assert.deepEqual(both.changed, [{ before: "great", after: "fine" }, {
    before: "good",
    after: "fine",
  }]);
  assert.equal(both.attacked, "A fine, truly fine film about trains!");
  assert.deepEqual([one.succeeded, one.answer], [true, "negative"]);
  assert.equal(one.attacked, "The food was fine but the place is small");
  assert.equal(one.queries, 1 + 9 + 1);
  assert.equal(neutral.changed.length, 0);
  assert.deepEqual([report.texts, report.attacked], [4, 3]);
  assert.equal(report.accuracy, 0.75);
  assert.equal(report.accuracyAfter, 0.5);
  assert.ok(
    Math.abs(report.successRate - 1 / 3) < 1e-12 && report.low < 1 / 3 && report.high > 1 / 3,
  );
  assert.ok(Math.abs(report.changedShare - 1 / 9) < 1e-12);
  // The four texts are asked once for all; each attack counts its own again.
  const queries = report.attacks.reduce((sum, each) => sum + each.queries, 0);
  assert.equal(counting.asked, 4 + queries - 3);
  assert.match(
    String(report),
    /attacks that succeed +33\.3 %[\s\S]*place is small[\s\S]*instead of/,
  );
  const { "text/html": html } = await (report as unknown as Displayed)[jupyterDisplay]();
  assert.match(html as string, /<b>fine<\/b>/);
});

Deno.test("character edits follow from the seed and hide words from the model", async () => {
  const change = characterEdits();
  const [a, b] = await Promise.all(
    [1, 1].map((seed) => attack(counting, rows, { ...options, change, seed })),
  );
  assert.deepEqual(a.attacks, b.attacks);
  assert.ok(a.attacks.slice(0, 2).every(({ succeeded }) => succeeded));
  assert.deepEqual(change.candidates("bad", Random.fromSeed(1)), []);
  for (let seed = 0; seed < 50; seed++) {
    for (const word of change.candidates("aaab", Random.fromSeed(seed))) {
      assert.ok(word !== "aaab" && word.startsWith("a") && word.endsWith("b"));
    }
  }
});

Deno.test("budgets hold", async () => {
  const change = synonyms(table);
  const few = await attack(counting, rows, { ...options, change, mostQueries: 5 });
  assert.ok(few.attacks.every(({ queries }) => queries <= 5));
  assert.ok(few.ranOut > 0);
  assert.match(String(few), /queries ran out/);
  const none = await attack(counting, rows, { ...options, change, mostChanged: 0.05 });
  assert.ok(none.attacks.every(({ changed, queries }) => changed.length === 0 && queries === 1));
  assert.equal(none.successRate, 0);
  assert.ok(Number.isNaN(none.changedShare));
});

Deno.test("what cannot be attacked is refused", async () => {
  const change = characterEdits();
  const wrong = tableFromColumns({ text: ["good"], label: ["negative"] });
  await assert.rejects(
    attack(counting, wrong, { ...options, change }),
    isMistake("input", "none of the rows right"),
  );
  await assert.rejects(
    attack(counting, rows, { ...options, change: {} as never, mostChanged: 2 }),
    isMistake("input", "change is", "mostChanged is 2"),
  );
  assert.throws(() => synonyms({ good: "fine" } as never), isMistake("input", "lists by word"));
});
