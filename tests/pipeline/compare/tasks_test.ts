import assert from "node:assert/strict";
import { join } from "node:path";
import {
  ComparePlan,
  entityF1,
  head,
  lora,
  model,
  sentenceEmbeddings,
  tableFromColumns,
  tokenClassification,
} from "tunebook";
import { inFolder } from "../../weights/in_folder.ts";
import { tinyModel } from "../tiny.ts";

const quiet = { quiet: true };

Deno.test("methods are compared on tags of words, also from a plan file", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"));
    const words = Array.from({ length: 40 }, (_, row) => ["the", row % 2 ? "film" : "food", "was"]);
    const rows = tableFromColumns({
      words,
      tags: words.map(([, word]) => ["O", word === "film" ? "B-FILM" : "B-FOOD", "O"]),
    });
    const plan = model(reference)
      .data(rows, tokenClassification({ tokens: "words", tags: "tags" }))
      .compare({ lora: lora({ rank: 2 }), head: head() }, {
        metric: entityF1,
        seeds: 1,
        budget: { epochs: 40 },
        train: { batchSize: 8 },
      });
    const result = await plan.run(quiet);
    assert.equal(result.metric, "entityF1");
    assert.deepEqual(result.rows.map(({ name }) => name).sort(), ["head", "lora"]);
    for (const { score, peakBytes } of result.rows) {
      assert.ok(score && score.mean > 0.5 && score.over === "rows", JSON.stringify(score));
      assert.ok(peakBytes! > 1e7);
    }
    const named = model(reference)
      .data("brownNames?rows=50", tokenClassification({ tokens: "tokens", tags: "tags" }))
      .compare({ lora: lora() }, { metric: entityF1 });
    const again = ComparePlan.from(JSON.parse(JSON.stringify(named)));
    assert.deepEqual(again.toJSON(), named.toJSON());
  }));

Deno.test("methods are compared on vectors of sentences, by what the task is judged by", () =>
  inFolder(async (folder) => {
    const words = ["good", "great", "bad", "awful", "film", "food", "price", "place"];
    const rows = tableFromColumns({
      anchor: words.flatMap((word) => [`the ${word}`, `it was ${word}`]),
      positive: words.flatMap((word) => [`very ${word}`, `${word} and ${word}`]),
    });
    const result = await model(await tinyModel(join(folder, "base")))
      .data(rows, sentenceEmbeddings({ anchor: "anchor", positive: "positive" }))
      .compare({ lora: lora({ rank: 2 }) }, { seeds: 2, budget: { epochs: 2 }, memory: false })
      .run(quiet);
    assert.equal(result.metric, "ndcg");
    assert.equal(result.rows[0].runs.length, 2);
    assert.ok(result.best!.score!.mean > 0);
  }));
