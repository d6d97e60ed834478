import assert from "node:assert/strict";
import { dataSets } from "../../datasets/mod.ts";
import { sentiment } from "../../datasets/sentiment.ts";

Deno.test("3000 sentences, balanced in class and source, none blank", async () => {
  const table = await sentiment();
  assert.deepEqual(table.columnNames(), ["text", "class", "source"]);
  const counts = new Map<string, number>();
  for (const { text, class: name, source } of table.objects() as Record<string, string>[]) {
    assert.notEqual(text.trim(), "");
    counts.set(`${source} ${name}`, (counts.get(`${source} ${name}`) ?? 0) + 1);
  }
  assert.deepEqual(
    Object.fromEntries(counts),
    Object.fromEntries(
      ["imdb", "yelp", "amazon"].flatMap((source) => [
        [`${source} negative`, 500],
        [`${source} positive`, 500],
      ]),
    ),
  );
});

Deno.test("every data set has a whole card", () => {
  for (const [name, { card }] of Object.entries(dataSets)) {
    const texts = [card.title, card.description, card.licence, card.source, card.citation];
    for (const text of texts) assert.ok(text.length > 5, name);
    assert.ok(URL.canParse(card.source));
    if (card.package) assert.match(card.package.version, /^\d+\.\d+\.\d+$/);
  }
});
