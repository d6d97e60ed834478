import assert from "node:assert/strict";
import {
  bleu,
  chrf,
  distinctN,
  exactMatchText,
  judge,
  perplexity,
  predictionsOf,
  rouge1,
  rougeL,
  ter,
  textPredictions,
} from "tunebook";
import { isMetricName, metricNamesOf, metricOf } from "../../lib/metrics/mod.ts";
import { rowInterval } from "../../lib/pipeline/compare/score_interval.ts";
import { drawnScore } from "../../lib/pipeline/compare/drawn_score.ts";
import { isMistake } from "../is_mistake.ts";

const predictions = textPredictions({
  inputs: ["eins", "zwei", "drei"],
  predicted: ["the cat sat", "a dog ran far", "no"],
  references: [["the cat sat down"], ["a dog ran far", "one dog"], ["yes"]],
});

Deno.test("predictions of texts: every mistake is told with its row", () => {
  assert.deepEqual(predictions.select!([2, 0, 2]).rows, 3);
  assert.deepEqual((predictions.select!([2, 0]) as typeof predictions).inputs, ["drei", "eins"]);
  assert.throws(() => textPredictions({ predicted: [] }), isMistake("data", "no rows"));
  assert.throws(
    () => textPredictions({ predicted: ["a"], references: [["a"], ["b"]] }),
    isMistake("input", "1 predicted, 2 references, 1 inputs"),
  );
  assert.throws(
    () =>
      textPredictions({
        predicted: ["a", 1 as never, "c"],
        references: ["a", ["b", null as never], 5 as never],
      }),
    isMistake(
      "data",
      "row 2: what was predicted is 1",
      "row 2: reference 2 is null",
      "row 3: the references are 5",
    ),
  );
  const free = textPredictions({ predicted: ["a", "b"], references: [["a"], []] });
  for (const score of [bleu, chrf, ter, rouge1, exactMatchText]) {
    assert.throws(
      () => score.compute(free),
      isMistake("data", `${score.name} compares texts with references`, "row 2 has no reference"),
    );
  }
});

Deno.test("names hold settings, for plan files", () => {
  const score = metricOf("chrf?wordOrder=2&lowercase=true");
  assert.equal(score.name, "chrf?wordOrder=2&lowercase=true");
  assert.equal(score.title, "chrF2++");
  assert.equal(
    score.compute(predictions),
    chrf.with({ wordOrder: 2, lowercase: true }).compute(predictions),
  );
  assert.equal(metricOf("bleu?tokenizer=13a").name, "bleu");
  assert.equal(bleu.with({ tokenizer: "zh" }).name, "bleu?tokenizer=zh");
  assert.ok(isMetricName("ter?normalized=true") && isMetricName("f1.macro"));
  assert.ok(!isMetricName("judge") && !isMetricName("f1?a=1") && !isMetricName("none?a=1"));
  assert.throws(() => metricOf("bleu?tokenizr=zh"), isMistake("input", "tokenizr"));
  assert.throws(() => metricOf("bleu?tokenizer=zz"), isMistake("input", '"zz"', "13a"));
  assert.throws(() => metricOf("f1?a=1"), isMistake("input", "has no settings"));
  assert.throws(() => metricOf("blue?a=1"), isMistake("input", "bleu"));
  assert.throws(
    () => bleu.with({ smoothValue: 1 }),
    isMistake("input", "smoothValue", "exp"),
  );
  assert.deepEqual(
    metricNamesOf("text"),
    "bleu chrf distinctN exactMatchText rouge1 rouge2 rougeL rougeLsum ter".split(" "),
  );
});

Deno.test("scores of texts refuse other kinds, and say what they score", () => {
  const labels = predictionsOf({
    kind: "single",
    labels: ["x", "y"],
    logits: Float32Array.of(1, 0),
    truth: [0],
  });
  for (const score of [bleu, ter, rougeL, distinctN, judge(() => 1)]) {
    const ask = () => score.compute(labels as never);
    assert.throws(ask, isMistake("input", 'one label a row ("single")', 'written texts ("text")'));
    assert.throws(
      () => (score.additive?.statistics ?? score.leaveOneOut)!(labels as never),
      isMistake("input", "written texts"),
    );
  }
  assert.throws(() => perplexity.compute(predictions as never), isMistake("input", "next tokens"));
});

Deno.test("drawn rows have the score of predictions that hold them", () => {
  const rows = Int32Array.of(1, 1, 0);
  for (const score of [bleu, chrf, ter, rouge1, rougeL, exactMatchText]) {
    const found = drawnScore(score, predictions)!(rows);
    const wanted = score.compute(predictions.select!(rows) as typeof predictions);
    assert.ok(Math.abs(found - wanted) <= 1e-12, score.name); // the order of sums alone differs
  }
});

Deno.test("intervals: of means as wide as the binomial distribution says", () => {
  const rows = Array.from({ length: 400 }, (_, row) => String(row % 5));
  const written = textPredictions({
    predicted: rows,
    references: rows.map(() => ["0", "1", "2", "3"]),
  });
  const { mean, low, high, over } = rowInterval(exactMatchText, written);
  assert.deepEqual([mean, over], [0.8, "rows"]);
  const half = 1.96 * Math.sqrt(0.8 * 0.2 / 400);
  assert.ok(Math.abs(low - (0.8 - half)) < 0.01 && Math.abs(high - (0.8 + half)) < 0.01);
});

Deno.test("intervals: of 2,000 rows in a second, each text looked at once", () => {
  const predicted = Array.from(
    { length: 2000 },
    (_, row) => `word ${row % 7} of ${row % 11} and more`,
  );
  const references = predicted.map((text, row) => `${text} ${row % 3}`.slice(row % 4));
  const written = textPredictions({ predicted, references });
  const began = performance.now();
  for (const score of [bleu, chrf, ter]) {
    const { mean, low, high } = rowInterval(score, written);
    assert.ok(low < mean && mean < high, score.name);
  }
  const most = 10_000; // milliseconds, on a busy machine
  assert.ok(performance.now() - began < most);
});

Deno.test("distinct-n: the jackknife's interval holds the score", () => {
  const few = textPredictions({ predicted: ["a b", "a b", "c d e", ""] });
  assert.equal(distinctN.compute(few), 3 / 4);
  assert.deepEqual([...distinctN.leaveOneOut!(few)], [3 / 3, 3 / 3, 1 / 2, 3 / 4]);
  const varied = textPredictions({
    predicted: Array.from({ length: 100 }, (_, row) => `${row % 30} ${row % 41} ${row % 3}`),
  });
  const { mean, low, high } = rowInterval(distinctN, varied);
  assert.ok(low < mean && mean < high && low > mean - 0.2 && high < mean + 0.2);
  assert.equal(
    distinctN.with({ n: 1, tokenizer: "char" }).compute(textPredictions({ predicted: ["塔塔河"] })),
    2 / 3,
  );
  assert.ok(Number.isNaN(distinctN.compute(textPredictions({ predicted: ["", "one"] }))));
});

Deno.test("exact match ignores what it is told to", () => {
  const score = (predicted: string, reference: string, options = {}) =>
    exactMatchText.with(options).compute(
      textPredictions({ predicted: [predicted], references: [reference] }),
    );
  assert.equal(score("a b", "a b"), 1);
  assert.equal(score("a b", "a  b"), 0);
  assert.equal(score(" a\n b ", "a b", { ignoreSpaces: true }), 1);
  assert.equal(score("Ä!", "ä。", { ignoreCase: true, ignorePunctuation: true }), 1);
  assert.equal(score("v1", "v２", { ignoreNumbers: true }), 1);
  assert.equal(score("e\u0301", "é"), 0);
  assert.equal(score("e\u0301", "é", { form: "NFC" }), 1);
  assert.equal(score("ＡＢ", "AB", { form: "NFKC" }), 1);
});

Deno.test("a judge: at once, later, many at a time, and what it may not say", async () => {
  const seen: [number, string, readonly string[], string][] = [];
  const atOnce = judge(({ row, input, references }, answer) => {
    seen.push([row, input, references, answer]);
    return row;
  }, { title: "row", better: "lower", range: [1, 3] });
  assert.equal(atOnce.compute(predictions), 2);
  assert.equal(rowInterval(atOnce, predictions).mean, 2);
  assert.equal(seen.length, 3, "each row is asked about once");
  assert.deepEqual(seen[1], [2, "zwei", ["a dog ran far", "one dog"], "a dog ran far"]);
  assert.deepEqual([atOnce.title, atOnce.better, atOnce.range], ["row", "lower", [1, 3]]);

  let [open, most] = [0, 0];
  const later = judge(async ({ row }) => {
    most = Math.max(most, ++open);
    await new Promise((resolve) => setTimeout(resolve, 1));
    open--;
    return row;
  }, { concurrency: 2 });
  assert.throws(() => later.compute(predictions), isMistake("input", "await judge.prepare"));
  await new Promise((resolve) => setTimeout(resolve, 10));
  most = 0;
  await later.prepare!(predictions);
  assert.equal(later.compute(predictions), 2);
  assert.equal(most, 2);
  const stop = AbortSignal.abort();
  const other = textPredictions({ predicted: ["a"] });
  await assert.rejects(later.prepare!(other, { signal: stop }), isMistake("interrupted", "judged"));
  const failing = judge(() => Promise.reject(new Error("no such server")));
  await assert.rejects(failing.prepare!(other), { message: "no such server" });

  assert.throws(
    () => judge(({ row }) => row === 2 ? NaN : 9, { range: [0, 5] }).compute(predictions),
    isMistake("data", "row 1: 9 is not between 0 and 5", "row 2: NaN is no number"),
  );
  assert.throws(
    () => judge(() => "good" as never).compute(predictions),
    isMistake("input", '"good"'),
  );
  assert.throws(() => judge(5 as never), isMistake("input", "judge takes a function"));
});
