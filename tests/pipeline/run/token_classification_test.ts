import assert from "node:assert/strict";
import { join } from "node:path";
import { env, pipeline } from "@huggingface/transformers";
import {
  accuracy,
  adapter,
  entityErrors,
  entityF1,
  full,
  lora,
  merged,
  model,
  onnx,
  peft,
  Plan,
  type Table,
  tableFromRows,
  type TaggedSpan,
  type TaggedText,
  tokenAccuracy,
  tokenClassification,
} from "tunebook";
import { Random } from "../../../lib/core/random.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { tinyModel } from "../tiny.ts";

const quiet = { quiet: true };
/** The words that names begin with, and those that they go on with. */
const names: Readonly<Record<string, readonly (readonly string[])[]>> = {
  PER: [["lovely", "zoe"], ["superb", "max"]],
  LOC: [["awful", "rio"], ["broken"]],
};
const others = ["the", "film", "food", "was", "and", "very", "it", "ok"];

/** Sentences whose names follow from their words; some words are several tokens. */
function sentences(rows: number, { seed = 1, words = 8 } = {}): Table {
  const random = Random.fromSeed(seed, "sentences");
  const pick = (list: readonly string[]) => list[random.integer(list.length)];
  return tableFromRows(
    Array.from({ length: rows }, () => {
      const tokens: string[] = [];
      const tags: string[] = [];
      while (tokens.length < words) {
        const type = random.integer(2) === 0 ? pick(Object.keys(names)) : undefined;
        const length = type ? 1 + random.integer(2) : 1;
        for (let at = 0; at < length; at++) {
          tokens.push(pick(type ? names[type][at] : others));
          tags.push(type ? `${at === 0 ? "B" : "I"}-${type}` : "O");
        }
        if (type) {
          tokens.push(pick(others));
          tags.push("O");
        }
      }
      const spans: [number, number, string][] = [];
      let start = 0;
      tokens.forEach((token, at) => {
        const end = start + token.length;
        if (tags[at].startsWith("B")) spans.push([start, end, tags[at].slice(2)]);
        if (tags[at].startsWith("I")) spans.at(-1)![1] = end;
        start = end + 1;
      });
      return { tokens, tags, text: tokens.join(" "), spans };
    }),
    "the sentences",
  );
}

const words = { tokens: "tokens", tags: "tags" };
const learn = { epochs: 8, batchSize: 8, learningRate: 1e-2 };

Deno.test("words learn their tags, and the deployed folders know their labels", () =>
  inFolder(async (folder) => {
    const place = (name: string) => join(folder, name);
    const data = model(await tinyModel(place("base"))).data(
      sentences(160),
      tokenClassification(words),
      { validation: 0.1 },
    );
    const result = await data.adapt(lora({ rank: 4 }))
      .train({ ...learn, epochs: 18, learningRate: 2e-2, keepBest: true })
      .evaluate({
        entityF1,
        strict: entityF1.strict,
        byType: entityF1.perClass,
        tokenAccuracy,
        entityErrors,
      })
      .deploy(adapter(place("adapter")), merged(place("merged")), onnx(place("onnx")))
      .run(quiet);
    const { scores, predictions } = result;
    assert.ok(scores.entityF1 > 0.9, `F1 ${scores.entityF1}`);
    // They differ where an entity begins with I, which a well-trained model seldom says.
    assert.ok(Math.abs(scores.strict - scores.entityF1) < 0.02, `${scores.strict}`);
    assert.deepEqual(Object.keys(scores.byType), ["LOC", "PER"]);
    assert.ok(scores.tokenAccuracy > 0.9);
    const { correct, spurious, confused } = scores.entityErrors;
    assert.ok(correct > 10 * spurious && confused.every(({ count }) => count > 0));
    assert.deepEqual([predictions.kind, predictions.rows, predictions.scheme], ["tags", 32, "BIO"]);
    assert.deepEqual(predictions.labels, ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]);

    // Rows of the data, so that a tiny model knows them.
    const known = sentences(160).objects() as { tokens: string[]; tags: string[]; text: string }[];
    const right = predictions.truth.findIndex((tags, row) =>
      tags.includes(3) && tags.every((tag, at) => tag === predictions.predicted[row][at])
    );
    const tagsOf = (tags: Int32Array) => Array.from(tags, (tag) => predictions.labels[tag]).join();
    const { tokens, tags, text } = known.find(({ tags }) =>
      tags.join() === tagsOf(predictions.truth[right])
    )!;
    const [whole, list] = await result.predict([text, tokens]);
    for (const answer of [whole, list]) {
      assert.equal(answer.text, text);
      assert.deepEqual(answer.words.map((word) => word.tag), tags);
      assert.equal(answer.spans.length, tags.filter((tag) => tag.startsWith("B")).length);
      for (const span of answer.spans) {
        assert.equal(text.slice(span.start, span.end), span.text);
        assert.ok(span.score > 0.2 && span.score <= 1);
      }
    }
    assert.deepEqual(list, whole);
    await result.dispose();

    const json = async (name: string) => JSON.parse(await Deno.readTextFile(place(name)));
    const adapterConfig = await json("adapter/adapter_config.json");
    assert.equal(adapterConfig.task_type, "TOKEN_CLS");
    for (const name of ["merged", "onnx"]) {
      const { architectures, id2label, label2id } = await json(`${name}/config.json`);
      assert.deepEqual(architectures, ["BertForTokenClassification"]);
      assert.equal(id2label[3], "B-PER");
      assert.equal(label2id["B-PER"], 3);
    }
    const again = await data.adapt(peft(place("adapter"))).train({ epochs: 0 })
      .evaluate({ entityF1 }).run(quiet);
    assert.equal(again.scores.entityF1, scores.entityF1);
    await again.dispose();
  }));

for (const name of ["bert", "distilbert", "roberta"]) {
  Deno.test(`transformers.js tags texts as the trained ${name} does`, () =>
    inFolder(async (folder) => {
      const task = (aggregation: "none" | "simple") =>
        tokenClassification({ text: "text", spans: "spans", aggregation, offsets: "utf16" });
      const place = join(folder, "merged");
      const result = await model(await tinyModel(join(folder, "base"), name))
        .data(sentences(120), task("none")).adapt(full()).train({ ...learn, epochs: 4 })
        .deploy(onnx(join(folder, "deployed")), merged(place)).run(quiet);
      const texts = sentences(20, { seed: 7 }).array("text") as string[];
      const tokens = await result.predict(texts);
      await result.dispose();
      const opened = await model(`file:${place}`).data(sentences(20), task("simple"))
        .adapt(full()).train({ epochs: 0 }).run(quiet);
      const joined = await opened.predict(texts);
      await opened.dispose();

      env.allowRemoteModels = false;
      env.localModelPath = folder;
      const tag = await pipeline("token-classification", "deployed");
      for (const [at, text] of texts.entries()) {
        same(await tag(text), tokens[at].spans, "entity");
        const found = await tag(text, { aggregation_strategy: "simple" });
        same(found, acrossO(joined[at], tokens[at]), "entity_group");
      }
      await tag.dispose();
    }));
}

interface Found {
  readonly entity?: string;
  readonly entity_group?: string;
  readonly score: number;
  readonly word: string;
}

/**
 * transformers.js leaves out what is O before it joins tokens, so that an entity goes on behind an O, where
 * Python's pipeline and tunebook begin another.
 */
function acrossO({ spans }: TaggedText, tokens: TaggedText): TaggedSpan[] {
  const inside = (span: TaggedSpan) =>
    tokens.spans.filter(({ start, end }) => start >= span.start && end <= span.end);
  const groups: TaggedSpan[][] = [];
  for (const span of spans) {
    const goesOn = inside(span)[0].label.startsWith("I-");
    if (goesOn && groups.at(-1)?.[0].label === span.label) groups.at(-1)!.push(span);
    else groups.push([span]);
  }
  return groups.map((group) => {
    const scores = group.flatMap(inside).map(({ score }) => score);
    return {
      ...group[0],
      text: group.map(({ text }) => text).join(""),
      score: scores.reduce((a, b) => a + b) / scores.length,
    };
  });
}

/** Tags, scores and words; transformers.js gives no offsets. */
function same(
  found: readonly Found[],
  spans: readonly TaggedSpan[],
  key: "entity" | "entity_group",
) {
  assert.deepEqual(found.map((each) => each[key]), spans.map(({ label }) => label));
  found.forEach(({ score, word }, at) => {
    // Both have the softmax of nearly the same logits.
    assert.ok(Math.abs(score - spans[at].score) < 1e-5, `${score}, not ${spans[at].score}`);
    assert.equal(word.replaceAll("##", "").replaceAll(" ", ""), spans[at].text.replaceAll(" ", ""));
  });
}

Deno.test("every way to learn subwords learns, padded and packed alike", () =>
  inFolder(async (folder) => {
    const base = model(await tinyModel(join(folder, "base")));
    for (const subwords of ["first", "all", "average"] as const) {
      const data = base.data(sentences(160), tokenClassification({ ...words, subwords }));
      const result = await data.adapt(full()).train(learn).evaluate({ entityF1 }).run(quiet);
      assert.ok(result.scores.entityF1 > 0.8, `${subwords}: F1 ${result.scores.entityF1}`);
      await result.dispose();
      const losses = async (packing: boolean) => {
        const settings = { ...learn, epochs: 1, labelSmoothing: 0.05, order: "shuffled" as const };
        const one = await data.adapt(lora()).train({ ...settings, packing }).run(quiet);
        await one.dispose();
        return one.losses;
      };
      const [padded, packed] = [await losses(false), await losses(true)];
      // The same but for the order in which float32 adds.
      padded.forEach((loss, at) => {
        assert.ok(Math.abs(loss - packed[at]) < 1e-4, `${subwords}: ${loss}, packed ${packed[at]}`);
      });
    }
  }));

Deno.test("long texts are cut into windows and merged: every word has one answer", () =>
  inFolder(async (folder) => {
    const base = model(await tinyModel(join(folder, "base")));
    const long = sentences(12, { seed: 3, words: 60 });
    const data = base.data(sentences(160), tokenClassification({ ...words, stride: 6 }), {
      test: long,
    });
    const result = await data.adapt(full()).train({ ...learn, maxTokens: 24 })
      .evaluate({ entityF1, tokenAccuracy }).deploy(onnx(join(folder, "onnx"))).run(quiet);
    assert.ok(result.scores.entityF1 > 0.8, `F1 ${result.scores.entityF1}`);
    const rows = long.array("tokens") as string[][];
    result.predictions.predicted.forEach((tags, row) => {
      assert.equal(tags.length, rows[row].length);
      assert.ok(tags.every((tag) => tag >= 0));
    });
    const [answer] = await result.predict([rows[0]]);
    assert.equal(answer.words.length, rows[0].length);
    const starts = answer.spans.map(({ start }) => start);
    assert.deepEqual(starts, [...starts].sort((a, b) => a - b));
    await result.dispose();
  }));

Deno.test("parts of speech are plain tags, scored by accuracy", () =>
  inFolder(async (folder) => {
    const table = tableFromRows(
      (sentences(60).objects() as { tokens: string[]; tags: string[] }[]).map((
        { tokens, tags },
      ) => ({
        tokens,
        tags: tags.map((tag) => tag === "O" ? "X" : "NN"),
      })),
    );
    const result = await model(await tinyModel(join(folder, "base")))
      .data(table, tokenClassification({ ...words, scheme: "plain" }))
      .adapt(full()).train({ ...learn, classWeights: "balanced", focalGamma: 1 })
      .evaluate({ tokenAccuracy }).run(quiet);
    assert.deepEqual(result.predictions.labels, ["NN", "X"]);
    assert.equal(result.predictions.scheme, "plain");
    assert.ok(result.scores.tokenAccuracy > 0.6);
    const [{ spans, words: found }] = await result.predict(["the zoe"]);
    assert.equal(found.length, 2);
    assert.equal(spans.length, 4, "each token is a span");
    await result.dispose();
  }));

Deno.test("a plan with tags is JSON, and refuses metrics of other kinds", async () => {
  const task = tokenClassification({ ...words, scheme: "BIO", stride: 8 });
  const plan = model("hf:org/name").data("train.conll", task).adapt(lora()).train()
    .evaluate({ entityF1 });
  const again = Plan.from(plan.toJSON());
  assert.deepEqual(again.toJSON(), plan.toJSON());
  assert.equal(again.spec.task.metric, "entityF1");
  // @ts-expect-error accuracy is of rows
  const wrong = plan.evaluate({ accuracy });
  await assert.rejects(wrong.run(quiet), isMistake("input", "accuracy"));
});
