import assert from "node:assert/strict";
import { Random } from "../../lib/core/random.ts";
import { nearDuplicateTexts } from "../../lib/text/near_duplicate_texts.ts";

Deno.test("finds what comparing all pairs finds", () => {
  const random = Random.fromSeed(1, "texts");
  const words = [..."abcdefghij"];
  const first = Array.from(
    { length: 60 },
    () => Array.from({ length: 5 + random.integer(6) }, () => words[random.integer(10)]),
  );
  const changed = first.flatMap((own) =>
    [1, 2].map((count) => own.map((word, at) => at < count ? words[random.integer(10)] : word))
  );
  const texts = random.shuffle([...first, ...changed]).map((own) => own.join(" "));
  const shingles = texts.map((text) => {
    const all = text.split(" ");
    return new Set([...all, ...all.slice(1).map((word, at) => `${all[at]} ${word}`)]);
  });
  for (const least of [0.4, 0.6, 0.8, 1]) {
    const parents = texts.map((_, at) => at);
    const rootOf = (at: number): number => parents[at] === at ? at : rootOf(parents[at]);
    shingles.forEach((one, i) =>
      shingles.slice(0, i).forEach((other, j) => {
        if (one.intersection(other).size / one.union(other).size >= least) {
          parents[rootOf(i)] = rootOf(j);
        }
      })
    );
    const wanted = [...Map.groupBy(texts.keys(), rootOf).values()]
      .filter(({ length }) => length > 1).map((group) => group.sort((a, b) => a - b))
      .sort(([a], [b]) => a - b);
    assert.ok(wanted.length > 3);
    assert.deepEqual(nearDuplicateTexts(texts, least), wanted);
  }
});

Deno.test("signs, case and width do not count, and what has no word is near nothing", () => {
  assert.deepEqual(nearDuplicateTexts(["A b, c.", "a B c", "ａ ｂ ｃ!", "…", "…", ""], 1), [[
    0,
    1,
    2,
  ]]);
  assert.deepEqual(nearDuplicateTexts(["春眠不觉晓", "春眠不觉晓。", "处处闻啼鸟"], 0.8), [[0, 1]]);
  assert.deepEqual(nearDuplicateTexts([], 0.8), []);
});
