/**
 * How faithful explanations of a trained classifier are, by method: `deno run -A bench/measure_faithfulness.ts
 * [FOLDER] [SENTENCES]`, where FOLDER holds a merged classifier of two labels; one is trained unless given. The means
 * over sentences of comprehensiveness, sufficiency and infidelity, with their 95 % intervals over sentences, and the
 * processor's seconds a sentence, the measures included.
 *
 * @module
 */
import process from "node:process";
import {
  inputTimesGradient,
  integratedGradients,
  lime,
  occlusion,
  open,
  saliency,
  shapley,
} from "tunebook";
import { sentiment } from "tunebook/datasets";
import { columnValues } from "../lib/table/columns.ts";
import { markdownTable, type Row } from "./markdown_table.ts";
import { mean } from "./mean.ts";
import { trainedSentiment } from "./trained_sentiment.ts";

const [folder = await trainedSentiment(await Deno.makeTempDir()), count = "40"] = Deno.args;
const texts = columnValues(await sentiment(), "text").map(String).slice(-Number(count));
const methods = {
  "saliency": saliency(),
  "input × gradient": inputTimesGradient(),
  "integrated gradients": integratedGradients(),
  "occlusion": occlusion(),
  "LIME, 200 samples": lime({ samples: 200 }),
  "Shapley, 25 orders": shapley({ permutations: 25 }),
};

const model = await open(folder);
const table: [string, Row][] = [];
for (const [name, method] of Object.entries(methods)) {
  const before = process.cpuUsage();
  const found = await model.explain(texts, { method });
  const { user, system } = process.cpuUsage(before);
  const measures = found.map(({ faithfulness }) => faithfulness);
  table.push([name, {
    comprehensiveness: shown(measures.map(({ comprehensiveness }) => comprehensiveness)),
    sufficiency: shown(measures.map(({ sufficiency }) => sufficiency)),
    infidelity: shown(measures.map(({ infidelity }) => infidelity)),
    "s a sentence": ((user + system) / 1e6 / texts.length).toFixed(2),
  }]);
  console.error(name, table.at(-1)![1]);
}
await model.dispose();
console.log(markdownTable(table));

/** The mean with 1.96 standard errors on each side. */
function shown(values: readonly number[]): string {
  const middle = mean(values);
  const variance = mean(values.map((value) => (value - middle) ** 2)) / (values.length - 1);
  return `${middle.toFixed(3)} ± ${(1.96 * Math.sqrt(variance)).toFixed(3)}`;
}
