import assert from "node:assert/strict";
import { bleu, type BleuOptions } from "../../lib/metrics/bleu.ts";
import { chrf, type ChrfOptions } from "../../lib/metrics/chrf.ts";
import type { Metric } from "../../lib/metrics/metric.ts";
import { ter, type TerOptions } from "../../lib/metrics/ter.ts";
import { version } from "../../lib/core/version.ts";
import { type TextPredictions, textPredictions } from "../../lib/nn/text_predictions.ts";

type Settings = Record<string, string | number | boolean>;

interface Scored {
  /** By sacreBLEU's names. */
  settings: Settings;
  corpus: number;
  signature: string;
  /** The score of each segment alone. */
  segments: number[];
  /** With the first reference of each segment. */
  single: { corpus: number; signature: string };
}

interface Golden {
  segments: [predicted: string, references: string[]][];
  sacrebleu: { bleu: Scored[]; chrf: Scored[]; ter: Scored[] };
}

const { segments, sacrebleu }: Golden = JSON.parse(
  await Deno.readTextFile(new URL("../golden/text_scores.json", import.meta.url)),
);

const predictionsOfSegments = (chosen: Golden["segments"]) =>
  textPredictions({
    predicted: chosen.map(([text]) => text),
    references: chosen.map(([, references]) => references),
  });
const all = predictionsOfSegments(segments);
const single = predictionsOfSegments(segments.map(([text, references]) => [text, [references[0]]]));

/** Both sides add 64-bit numbers, and the golden file has 12 digits of them. */
const tolerance = 1e-9;

const ourNames: Record<string, string> = {
  tokenize: "tokenizer",
  smooth_method: "smoothing",
  smooth_value: "smoothValue",
  effective_order: "effectiveOrder",
  max_ngram_order: "maxOrder",
  char_order: "charOrder",
  word_order: "wordOrder",
  eps_smoothing: "epsSmoothing",
  no_punct: "noPunctuation",
  asian_support: "asianSupport",
  case_sensitive: "caseSensitive",
};

/** sacreBLEU's signature with our version. */
const ours = (signature: string) => signature.replace(/version:.*/, `version:tunebook-${version}`);

function near(found: number, wanted: number, what: string) {
  assert.ok(Math.abs(found - wanted) <= tolerance, `${what} is ${found}, but ${wanted} there`);
}

function checkScores(
  { settings, corpus, signature, segments: wanted, single: first }: Scored,
  score: Metric<number, TextPredictions>,
) {
  near(score.compute(all), corpus, `${score.name} of ${JSON.stringify(settings)}`);
  assert.equal(score.signature!(all), ours(signature));
  near(score.compute(single), first.corpus, "with one reference");
  assert.equal(score.signature!(single), ours(first.signature));
  segments.forEach((segment, row) => {
    const found = score.compute(predictionsOfSegments([segment]));
    near(found, wanted[row], `${score.name} of segment ${row + 1}, ${JSON.stringify(segment)},`);
  });
}

const renamed = (settings: Settings) =>
  Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [ourNames[name] ?? name, value]),
  );

for (const each of sacrebleu.bleu) {
  Deno.test(`BLEU equals sacreBLEU's: ${JSON.stringify(each.settings)}`, () => {
    checkScores(each, bleu.with(renamed(each.settings) as BleuOptions));
  });
}

for (const each of sacrebleu.chrf) {
  Deno.test(`chrF equals sacreBLEU's: ${JSON.stringify(each.settings)}`, () => {
    checkScores(each, chrf.with(renamed(each.settings) as ChrfOptions));
  });
}

for (const each of sacrebleu.ter) {
  Deno.test(`TER equals sacreBLEU's: ${JSON.stringify(each.settings)}`, () => {
    checkScores(each, ter.with(renamed(each.settings) as TerOptions));
  });
}
