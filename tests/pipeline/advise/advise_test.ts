import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type Advice,
  type AdviseOptions,
  head,
  lora,
  model,
  type SplitSettings,
  type Table,
  tableFromRows,
  textClassification,
  tokenClassification,
} from "tunebook";
import { jupyterDisplay, type MimeBundle } from "../../../lib/core/display.ts";
import { Random } from "../../../lib/core/random.ts";
import { keepForecasts, readForecasts } from "../../../lib/pipeline/advise/kept_forecasts.ts";
import { assertSelfContained } from "../../core/self_contained.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { type Review, reviews, tinyModel } from "../tiny.ts";

const task = textClassification({ text: "text", label: "mood" });

/** Reviews of two moods, each of another text. */
function distinctReviews(rows: number, seed = 1): Review[] {
  const own = reviews(40 * rows, seed).filter(({ mood }) => mood !== "neutral");
  const byText = new Map(own.map((review) => [words(review.text), review]));
  return [...byText.values()].slice(0, rows);
}

const words = (text: string) => [...new Set(text.split(" "))].sort().join(" ");

async function advised(
  folder: string,
  rows: readonly object[],
  options: AdviseOptions = {},
  split: SplitSettings = { test: 0.25 },
): Promise<Advice> {
  const table = tableFromRows(rows as Record<string, unknown>[], "the reviews");
  return await model(await tinyModel(join(folder, "base")))
    .data(table, task, split)
    .advise({ measure: false, difference: 0.2, ...options }, { quiet: true });
}

/** How much of a text is the word "the". */
function shareOfArticles(text: string): number {
  const all = text.split(" ");
  return all.filter((word) => word === "the").length / all.length;
}

const stateOf = ({ findings }: Advice, question: string) =>
  findings.find((each) => each.question.startsWith(question))!.state;

Deno.test("rows of the test set among the training rows are a leak", () =>
  inFolder(async (folder) => {
    const train = distinctReviews(120);
    const test = [
      ...train.slice(0, 20).map(({ text, mood }) => ({ text: `${text.toUpperCase()} !`, mood })),
      ...distinctReviews(160).slice(140).map(({ text, mood }) => ({ text, mood })),
    ];
    const own = tableFromRows(test, "the test rows");
    const advice = await advised(folder, train, {}, { test: own });
    assert.equal(advice.verdict.kind, "split anew");
    const numbers = advice.leakage.rows.map((
      { number, trainingNumber },
    ) => [number, trainingNumber]);
    for (let row = 1; row <= 20; row++) {
      assert.ok(numbers.some(([number, training]) => number === row && training === row), `${row}`);
    }
    assert.match(String(advice), /\[stop\] Are held-out rows new .*\n.*of 40 held-out rows/);
    assert.match(String(advice), /methods were not measured|Which method/);
  }));

Deno.test("groups on both sides are a leak, where they are named", () =>
  inFolder(async (folder) => {
    const rows = distinctReviews(160).map((row, at) => ({ ...row, author: `writer ${at % 8}` }));
    const advice = await advised(folder, rows, { groups: "author" });
    assert.equal(advice.verdict.kind, "split anew");
    assert.deepEqual(advice.leakage.groups, { column: "author", rows: 40 });
    assert.match(advice.verdict.sentence, /each author on one side/);
  }));

Deno.test("a word that gives the label away is found, and where it stands", () =>
  inFolder(async (folder) => {
    const rows = distinctReviews(160).map(({ text, mood }) => ({
      text: mood === "positive" ? `${text} zz` : text,
      mood,
    }));
    const advice = await advised(folder, rows);
    assert.equal(advice.verdict.kind, "clean the texts");
    const [{ word, place, label, coverage, precision }] = advice.leakage.words;
    assert.deepEqual([word, place, label, coverage, precision], [
      "zz",
      "anywhere",
      "positive",
      1,
      1,
    ]);
  }));

Deno.test("rows that change with time are told, by a column or as a note by how they stand", () =>
  inFolder(async (folder) => {
    const rows = distinctReviews(160);
    const late = (at: number) => at >= 80;
    const changing = rows.map(({ text, mood }, at) => ({
      text: late(at) ? `price service ${text} price service` : text,
      mood,
      day: new Date(Date.UTC(2026, 0, 1 + at)),
    }));
    const advice = await advised(folder, changing, { order: "day" });
    assert.equal(advice.verdict.kind, "split anew");
    assert.match(advice.verdict.sentence, /by day, the latest for testing/);
    assert.ok(advice.drift!.area.low > 0.65, `${advice.drift!.area.low}`);
    const alone = await advised(folder, changing);
    assert.equal(stateOf(alone, "Do rows stay alike"), "note");
    assert.notEqual(alone.verdict.kind, "split anew");
    const shuffled = Random.fromSeed(1, "days").shuffle([...changing])
      .map((row, at) => ({ ...row, day: at }));
    const still = await advised(folder, shuffled, { order: "day" });
    assert.equal(stateOf(still, "Do rows stay alike"), "fine");
  }));

Deno.test("rows that cannot show the difference are too few", () =>
  inFolder(async (folder) => {
    const advice = await advised(folder, distinctReviews(60), { difference: 0.02 });
    assert.equal(advice.verdict.kind, "get more rows");
    const { neededRows, allRows, testRows, power } = advice.size!;
    assert.ok(neededRows > allRows && allRows === 60 && testRows === 15 && power < 0.2);
    const few = await advised(folder, distinctReviews(20));
    assert.match(few.unknown.join(), /15 different training rows say nothing/);
    assert.equal(few.verdict.kind, "undecided");
  }));

Deno.test("labels of test rows are not looked at", () =>
  inFolder(async (folder) => {
    const rows = distinctReviews(160);
    const test = rows.slice(120).map(({ text, mood }) => ({ text, mood }));
    const turned = test.map(({ text, mood }) => ({
      text,
      mood: mood === "positive" ? "negative" : "positive",
    }));
    const [one, other] = await Promise.all([test, turned].map((own) =>
      advised(folder, rows.slice(0, 120), {}, { test: tableFromRows(own, "the test rows") })
    ));
    const figures = ({ cost: _, ...advice }: Record<string, unknown>) =>
      JSON.stringify(advice);
    // Memory that is free and the machine's speed change from moment to moment.
    const timeless = (advice: Advice) => {
      const { findings, ...rest } = advice.toJSON() as { findings: { question: string }[] };
      const kept = findings.filter(({ question }) => question !== "What will it take?");
      return figures({ ...rest, findings: kept });
    };
    assert.equal(timeless(one), timeless(other));
  }));

Deno.test("measures methods at equal time, beside what needs no training", () =>
  inFolder(async (folder) => {
    const advice = await advised(folder, distinctReviews(200), {
      measure: true,
      minutes: 2,
      methods: {
        lora: lora({ rank: 2 }),
        head: head(),
        odd: lora({ targets: ["none" as never] }),
      },
      forecasts: join(folder, "forecasts.jsonl"),
    });
    const { measured, gain, cost } = advice;
    const { rows, notes } = measured!.comparison;
    assert.deepEqual(rows.flatMap(({ name, score }) => score ? [name] : []).sort(), [
      "head",
      "lora",
    ]);
    assert.ok(notes.some((note) => note.startsWith("odd failed: ")), notes.join());
    assert.equal(gain!.method, measured!.comparison.best!.name);
    const { train, test } = measured!.comparison.examples;
    // Of the 150 training rows alone, and without those that repeat others.
    assert.ok(train + test <= 150 && test === gain!.rows, `${train} ${test}`);
    assert.ok(gain!.low <= gain!.mean && gain!.mean <= gain!.high);
    assert.equal(cost!.past.length, 2);
    assert.ok(
      cost!.past.every(({ forecastSeconds, seconds }) => forecastSeconds > 0 && seconds > 0),
    );
    const shown = await (advice as unknown as Record<symbol, () => Promise<MimeBundle>>)
      [jupyterDisplay]();
    assertSelfContained(shown);
    assert.match(shown["text/html"]!, /Methods at equal time[^]*<table[^]*lora/);
    assert.match(await advice.html(), /^<!doctype html>[^]*<title>Advice/);
    assert.ok(JSON.parse(JSON.stringify(advice)).methods.length === 3);
  }));

Deno.test("numbers have R², tags the share of right words, other tasks what can be told", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(join(folder, "base"));
    const rows = distinctReviews(160);
    const numbers = await model(base)
      .data(
        tableFromRows(
          distinctReviews(500).map(({ text }) => ({ text, articles: shareOfArticles(text) })),
          "the reviews",
        ),
        textClassification({ text: "text", label: "articles", kind: "regression" }),
      ).advise({ measure: false, difference: 0.3 }, { quiet: true });
    assert.equal(numbers.score, "R²");
    const [most, , linear] = numbers.baselines;
    assert.ok(Math.abs(most.score.mean) < 0.02 && most.score.high < 0.02);
    assert.ok(linear.score.low > most.score.high, JSON.stringify(numbers.baselines));

    const tagged = rows.map(({ text }) => {
      const tokens = text.split(" ");
      return { tokens, tags: tokens.map((word) => word === "the" ? "DET" : "OTHER") };
    });
    const tags = await model(base)
      .data(
        tableFromRows(tagged, "the words"),
        tokenClassification({ tokens: "tokens", tags: "tags" }),
      )
      .advise({ measure: false, difference: 0.3 }, { quiet: true });
    assert.equal(tags.score, "share of right words");
    const articles = tagged.flatMap(({ tags }) => tags).filter((tag) => tag === "DET").length;
    const words = tagged.flatMap(({ tags }) => tags).length;
    assert.ok(Math.abs(tags.baselines[0].score.mean - (1 - articles / words)) < 0.03);
    assert.ok(tags.size!.neededRows > 0 && tags.noise!.share.rows > 100);

    const several = await model(base)
      .data(
        tableFromRows(rows.map(({ text, topics }) => ({ text, topics })), "the reviews"),
        textClassification({ text: "text", label: "topics", kind: "multi", separator: "|" }),
      ).advise({}, { quiet: true });
    assert.equal(several.verdict.kind, "undecided");
    assert.match(several.unknown[0], /not told for text-classification of the kind "multi"/);
    assert.equal(stateOf(several, "Are held-out rows new"), "fine");
  }));

Deno.test("odd options and orders are told in one error", async () => {
  const table: Table = tableFromRows(
    distinctReviews(40).map(({ text, mood }, at) => ({ text, mood, day: at === 3 ? "soon" : at })),
    "the reviews",
  );
  await inFolder(async (folder) => {
    const stage = model(await tinyModel(join(folder, "base"))).data(table, task);
    await assert.rejects(
      stage.advise({ difference: 2, minutes: -1, sed: 1 } as AdviseOptions),
      isMistake("input", /difference/, /minutes/, /did you mean "seed"/),
    );
    await assert.rejects(
      stage.advise({ methods: { lora: "lora" as never } }),
      isMistake("input", /lora\(\)/),
    );
    await assert.rejects(
      stage.advise({ order: "day", measure: false }, { quiet: true }),
      isMistake("data", /"day" of the training data.*no date/, /"soon"/),
    );
    await assert.rejects(
      stage.advise({ order: "dya" }, { quiet: true }),
      isMistake("data", /"dya".*did you mean "day"/),
    );
  });
  const fresh = model("new:gpt2", { hiddenSize: 16, layers: 1 }).data(table, task);
  await assert.rejects(fresh.advise(), isMistake("input", /knows nothing yet/));
});

Deno.test("kept forecasts correct the next one, and lines that are none are told", () =>
  inFolder(async (folder) => {
    const file = join(folder, "forecasts.jsonl");
    assert.deepEqual(await readForecasts(file), []);
    const runs = [10, 20, 40].map((seconds) => ({ method: "lora", forecastSeconds: 10, seconds }));
    await keepForecasts(file, runs);
    const rows = distinctReviews(60);
    const [plain, corrected] = [
      await advised(folder, rows),
      await advised(folder, rows, { forecasts: file }),
    ];
    assert.equal(plain.cost!.interval, undefined);
    const { low, high } = corrected.cost!.interval!;
    // The runs took twice as long, the geometric mean of 1, 2 and 4.
    assert.ok(Math.abs(Math.sqrt(low * high) / corrected.cost!.seconds - 1) < 1e-9);
    assert.ok(high / low > 16);
    await Deno.writeTextFile(file, '{"method": "lora"}\nno\n', { append: true });
    await assert.rejects(readForecasts(file), isMistake("data", /line 4/, /line 5: no/));
  }));
