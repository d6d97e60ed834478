import assert from "node:assert/strict";
import { findSlices, holm, Random, scoreSlices, tableFromRows } from "../../../mod.ts";
import { type Displayed, jupyterDisplay } from "../../../lib/core/display.ts";
import { fisherExact } from "../../../lib/evaluate/fisher_exact.ts";
import { isMistake } from "../../is_mistake.ts";
import { goldenPath } from "../../models/golden.ts";

const probabilities = { positive: 0.5, negative: 0.5 };
const size = 400;

/** Rows of words by chance; the model is wrong in a tenth of all, and in half of those with "but". */
function reviews(seed: number) {
  const random = Random.fromSeed(seed, "slices");
  const words = ["film", "food", "nice", "slow", "place", "but", "and"];
  const rows = Array.from({ length: size }, () => {
    const chosen = words.filter(() => random.uniform() < 0.3);
    const label = random.uniform() < 0.5 ? "positive" : "negative";
    const isWrong = random.uniform() < (chosen.includes("but") ? 0.5 : 0.1);
    const source = random.uniform() < 0.5 ? "a" : "b";
    return { text: chosen.join(" "), label, isWrong, source, stars: random.uniform() };
  });
  const other = { positive: "negative", negative: "positive" } as const;
  const answers = rows.map(({ label, isWrong }) => ({
    label: isWrong ? other[label as "positive"] : label,
    probabilities,
  }));
  return { rows: tableFromRows(rows), answers };
}

Deno.test("the slice that was made is found first, and alone; new rows confirm it", async () => {
  const { rows, answers } = reviews(1);
  const options = { label: "label", text: "text", columns: ["source", "stars"] };
  const report = findSlices(answers, rows, options);
  const [worst, ...others] = report.slices;
  assert.equal(worst.name, '"but" in text');
  assert.ok(worst.corrected < 1e-6 && worst.high < worst.elsewhere);
  assert.ok(others.every(({ corrected }) => corrected > 0.05));
  assert.ok(report.slices.every(({ rows }) => rows >= 20));
  // Bounds of two numbers with three quartiles each, seven words, two sources.
  assert.ok(report.tested >= 15 && report.tested <= 21, `${report.tested} tested`);
  const next = reviews(2);
  const confirmed = scoreSlices(next.answers, next.rows, { label: "label", by: { worst } });
  assert.ok(confirmed.slices[0].pValue < 1e-4);
  assert.equal(confirmed.slices[0].rows, worst.holds(next.rows).filter(Boolean).length);
  assert.match(String(report), /of 400 rows are right[\s\S]*"but" in text/);
  const { "text/html": html } = await (report as unknown as Displayed)[jupyterDisplay]();
  assert.match(html as string, /but.* in text/);
});

Deno.test("pairs of conditions are looked at where asked, and corrected for", () => {
  const { rows, answers } = reviews(3);
  const options = { label: "label", text: "text", columns: ["source"], minRows: 25 } as const;
  const [one, two] = [1, 2].map((conditions) =>
    findSlices(answers, rows, {
      ...options,
      conditions: conditions as 1,
      most: 1000,
      correction: "holm",
    })
  );
  assert.ok(two.tested > 3 * one.tested);
  const [pair] = two.slices.filter(({ name }) => name.includes(" and "));
  assert.equal(pair.rows, pair.holds(rows).filter(Boolean).length);
  assert.ok(two.slices.every(({ pValue, corrected }) => corrected >= pValue));
  assert.deepEqual(
    two.slices.map(({ corrected }) => corrected),
    holm(two.slices.map(({ pValue }) => pValue)),
  );
});

Deno.test("where no slice is worse, chance finds one as seldom as it says", () => {
  let found = 0;
  const random = Random.fromSeed(9);
  for (let seed = 0; seed < 40; seed++) {
    const { rows } = reviews(100 + seed);
    const answers = Array.from({ length: size }, (_, row) => ({
      label: random.uniform() < 0.15 ? "other" : String(rows.get("label", row)),
      probabilities: { ...probabilities, other: 0 },
    }));
    const options = { label: "label", text: "text", correction: "holm", most: 1 } as const;
    if (findSlices(answers, rows, options).slices[0].corrected < 0.05) found++;
  }
  // Two of 40 are expected at most; with 7 or more the level would be broken (chance 3e-3 at .05).
  assert.ok(found < 7, `${found} of 40`);
});

Deno.test("slices by a column and by predicates; what cannot be scored is refused", () => {
  const { rows, answers } = reviews(4);
  const by = scoreSlices(answers, rows, { label: "label", by: "source" });
  assert.equal(by.slices.reduce((sum, slice) => sum + slice.rows, 0), size);
  const long = scoreSlices(answers, rows, {
    label: "label",
    by: { long: ({ text }) => String(text).length > 12, all: () => true },
  });
  assert.ok(Number.isNaN(long.slices.find(({ name }) => name === "all")!.elsewhere));
  const refuse = (options: object, kind: "input" | "data", ...words: string[]) =>
    assert.throws(() => scoreSlices(answers, rows, options as never), isMistake(kind, ...words));
  refuse({ label: "label", by: { none: () => false } }, "input", "no rows", "none");
  refuse({ label: "label", by: "sources" }, "data", "sources");
  refuse({ label: "source", by: "source" }, "data", "does not know", "row 1");
  refuse({ label: "label", by: {} }, "input", "by is a column");
  assert.throws(
    () => findSlices(answers.slice(1), rows, { label: "label", text: "text" }),
    isMistake("input", "399 answers to 400 rows"),
  );
  assert.throws(
    () => findSlices(answers, rows, { label: "label" }),
    isMistake("input", "needs a text column"),
  );
  assert.throws(
    () => findSlices(answers, rows, { label: "label", columns: ["source"], minRows: 399 }),
    isMistake("input", "no part of the 400 rows"),
  );
});

Deno.test("Fisher's exact test gives SciPy's numbers", async () => {
  const { fisher } = JSON.parse(await Deno.readTextFile(goldenPath("robustness.json")));
  for (const { table: [[found, others], [rest, none]], pValue } of fisher) {
    const counts = {
      found,
      drawn: found + others,
      marked: found + rest,
      rows: found + others + rest + none,
    };
    const relative = Math.abs(fisherExact(counts) - pValue) / pValue;
    assert.ok(relative < 1e-9, `${JSON.stringify(counts)}: ${relative}`);
  }
  assert.throws(
    () => fisherExact({ found: 3, drawn: 2, marked: 3, rows: 4 }),
    isMistake("input", "no table"),
  );
});
