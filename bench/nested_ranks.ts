/**
 * Ranks that are trained together and chosen afterwards, beside the chosen ones trained apart and LoRA of one
 * rank, on sentiment: `deno task bench:nested-ranks`. All have the same rows, steps and learning rate.
 *
 *     --rows N      rows of the data set; a fifth each is for validation and test. 3,000 unless given
 *     --epochs N    3 unless given
 *     --seeds N     3 unless given
 *
 * @module
 */
import { parseArgs } from "node:util";
import { sentiment } from "tunebook/datasets";
import { accuracy, lora, type Method, model } from "../mod.ts";
import { encoder } from "./cases.ts";
import { markdownTable } from "./markdown_table.ts";
import { mean } from "./mean.ts";
import { firstRows } from "./study.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "3000" },
    epochs: { type: "string", default: "3" },
    seeds: { type: "string", default: "3" },
  },
});
const [rank, nestedRanks] = [8, [0, 2, 4]];
const epochs = Number(values.epochs);
const table = firstRows(await sentiment(), Number(values.rows), "class");

/** What came of a training. */
interface Trained {
  readonly name: string;
  readonly validation: number;
  readonly test: number;
  readonly seconds: number;
  readonly parameters: number;
}

const found: Trained[] = [];
for (let seed = 1; seed <= Number(values.seeds); seed++) {
  const { chosenRanks } = await train("trained together", lora({ rank, nestedRanks }), seed);
  const { ranks } = chosenRanks!;
  const kept = Object.entries(ranks).filter(([, each]) => each > 0);
  await train(
    "the chosen ones apart",
    lora({
      targets: kept.map(([path]) => path),
      ranks: Object.fromEntries(kept),
      alphas: Object.fromEntries(kept.map(([path, each]) => [path, 2 * each])),
    }),
    seed,
  );
  for (const each of [rank, 2]) await train(`rank ${each} everywhere`, lora({ rank: each }), seed);
}
const names = [...new Set(found.map(({ name }) => name))];
console.log(markdownTable(names.map((name) => {
  const runs = found.filter((each) => each.name === name);
  const of = (field: Exclude<keyof Trained, "name">) => mean(runs.map((each) => each[field]));
  return [name, {
    validation: of("validation").toFixed(4),
    test: of("test").toFixed(4),
    "each seed": runs.map(({ test }) => test.toFixed(3)).join(" "),
    parameters: String(Math.round(of("parameters"))),
    seconds: of("seconds").toFixed(0),
  }];
})));

async function train(name: string, method: Method, seed: number) {
  const began = performance.now();
  const result = await model(encoder)
    .data(table, { text: "text", label: "class", validation: 0.2, test: 0.2, seed })
    .adapt(method).train({ epochs, seed }).evaluate({ accuracy }).run({ quiet: true });
  const { chosenRanks, validations, scores, trainedParameters } = result;
  const left = chosenRanks ? chosenRanks.allParameters - chosenRanks.parameters : 0;
  found.push({
    name,
    validation: chosenRanks?.score ?? validations.at(-1)!.score,
    test: scores.accuracy,
    seconds: (performance.now() - began) / 1000,
    parameters: trainedParameters - left,
  });
  console.error(name, JSON.stringify({ seed, ...found.at(-1), chosenRanks }));
  await result.dispose();
  return result;
}
