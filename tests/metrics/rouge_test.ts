import assert from "node:assert/strict";
import { rouge1 } from "../../lib/metrics/rouge1.ts";
import { rouge2 } from "../../lib/metrics/rouge2.ts";
import { rougeL } from "../../lib/metrics/rouge_l.ts";
import { rougeLsum } from "../../lib/metrics/rouge_lsum.ts";
import { porterStem } from "../../lib/metrics/text/porter_stem.ts";
import { rougeTokensOf } from "../../lib/metrics/text/rouge_tokens.ts";
import { textPredictions } from "../../lib/nn/text_predictions.ts";
import { isMistake } from "../is_mistake.ts";

type Values = [precision: number, recall: number, f1: number];

interface Golden {
  segments: [predicted: string, references: string[]][];
  rouge: Record<"plain" | "stemmed", Record<string, Values[]>>;
  stems: [word: string, stem: string][];
}

const { segments, rouge, stems }: Golden = JSON.parse(
  await Deno.readTextFile(new URL("../golden/text_scores.json", import.meta.url)),
);

/** Both sides divide 64-bit integers, and the golden file has 12 digits of them. */
const tolerance = 1e-11;

const all = textPredictions({
  predicted: segments.map(([text]) => text),
  references: segments.map(([, references]) => references),
});
const measures = ["precision", "recall", "f1"] as const;

for (const score of [rouge1, rouge2, rougeL, rougeLsum]) {
  for (const kind of ["plain", "stemmed"] as const) {
    Deno.test(`${score.title} equals rouge-score's, ${kind}`, () => {
      const wanted = rouge[kind][score.name];
      for (const [at, measure] of measures.entries()) {
        const metric = score.with({ stemmer: kind === "stemmed", measure });
        const { size, values } = metric.additive!.statistics(all);
        segments.forEach((segment, row) => {
          const found = values[row * size];
          assert.ok(
            Math.abs(found - wanted[row][at]) <= tolerance,
            `${measure} of segment ${row + 1}, ${JSON.stringify(segment)}, is ${found}, but ` +
              `${wanted[row][at]} there`,
          );
        });
        const mean = wanted.reduce((sum, each) => sum + each[at], 0) / wanted.length;
        assert.ok(Math.abs(metric.compute(all) - mean) <= tolerance);
      }
    });
  }
}

Deno.test("stems are those of NLTK's Porter stemmer", () => {
  assert.ok(stems.length > 2000);
  const wrong = stems.filter(([word, stem]) => porterStem(word) !== stem)
    .map(([word, stem]) => `${word}: ${porterStem(word)}, but ${stem} there`);
  assert.deepEqual(wrong, []);
});

Deno.test("other scripts have words and characters, and are refused where none would be found", () => {
  const words = rougeTokensOf("unicode", true);
  assert.deepEqual(words("Он ПРИШЁЛ, running 2 塔。"), ["он", "пришёл", "run", "2", "塔"]);
  assert.deepEqual(words("नमस्ते दुनिया"), ["नमस्ते", "दुनिया"]);
  assert.deepEqual(words("カタカナ漢字 abc塔def"), [..."カタカナ漢字", "abc", "塔", "def"]);
  assert.deepEqual(rougeTokensOf("char", false)("Ab 塔!"), ["a", "b", "塔"]);
  const chinese = textPredictions({ predicted: ["塔"], references: ["铁塔"] });
  assert.throws(
    () => rouge1.compute(chinese),
    isMistake("data", 'rouge1.with({ tokenizer: "unicode" })'),
  );
  assert.equal(rouge1.with({ tokenizer: "unicode" }).compute(chinese), 2 / 3);
  // Marks alone are no words anywhere.
  assert.equal(rouge1.compute(textPredictions({ predicted: ["!"], references: ["…"] })), 0);
});
