import assert from "node:assert/strict";
import { findDataSet } from "../../datasets/find_data_set.ts";
import { sentiment } from "../../datasets/sentiment.ts";
import { originOf } from "../../lib/table/origin.ts";

Deno.test("a name with options reads what the function with these options reads", async () => {
  const found = findDataSet("sentiment?rows=30&seed=2")!;
  assert.equal(found.name, "sentiment");
  assert.equal(found.card, sentiment.card);
  const table = await found.read();
  assert.deepEqual(table.objects(), (await sentiment({ rows: 30, seed: 2 })).objects());
  // A plan with the table writes the same text, which gives the same rows.
  assert.equal(originOf(table), "sentiment?rows=30&seed=2");
});

Deno.test("what is no data set is not found; options are checked", async () => {
  for (const source of ["reviews.csv", "Sentiment", "toString", "", "?rows=3"]) {
    assert.equal(findDataSet(source), undefined, source);
  }
  assert.throws(() => findDataSet("sentiment?rows="), { kind: "input", message: /no value/ });
  assert.throws(() => findDataSet("sentiment?rows=1&rows=2"), { message: /given twice/ });
  await assert.rejects(findDataSet("sentiment?row=3")!.read(), {
    kind: "input",
    message: /no option row \(did you mean "rows"\?\)/,
  });
  await assert.rejects(findDataSet("sentiment?rows=many")!.read(), { message: /rows is "many"/ });
});
