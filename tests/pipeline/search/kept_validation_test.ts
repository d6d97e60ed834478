import assert from "node:assert/strict";
import {
  choice,
  gridSearch,
  head,
  lora,
  type Method,
  metric,
  model,
  type Predictions,
  textClassification,
} from "tunebook";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, tinyModel } from "../tiny.ts";
import { tinySearch } from "./tiny_search.ts";

/** All layers frozen, the lower one frozen, none frozen. */
const methods: Readonly<Record<string, Method>> = {
  "the head": head(),
  "the upper layer": lora({ rank: 2, targets: "encoder\\.layer\\.1\\..*\\.query" }),
  "all layers": lora({ rank: 2 }),
};

/** Tells more of outputs than shares of rows do. */
const logLoss = metric({
  name: "logLoss",
  kinds: ["single"],
  better: "lower",
  compute({ rows, labels, logits, truth }: Predictions<"single">) {
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      const own = logits.subarray(row * labels.length, (row + 1) * labels.length);
      sum += Math.log(own.reduce((all, each) => all + Math.exp(each), 0)) - own[truth[row]];
    }
    return sum / rows;
  },
});

for (const [name, method] of Object.entries(methods)) {
  Deno.test(`validation from above frozen layers gives the scores of whole models: ${name}`, () =>
    inFolder(async (folder) => {
      const vary = {
        method,
        learningRate: choice(1e-2, 1e-1),
        epochs: 2,
        batchSize: 8,
        // False keeps nothing: each validation runs the whole model.
        cacheFrozen: choice(true, false),
      };
      const search = tinySearch(await tinyModel(folder), {
        metric: logLoss,
        sampler: gridSearch(),
        budget: {},
      }, { vary });
      const { trials, history } = await search.run({ quiet: true });
      assert.equal(trials.length, 4);
      for (const { number, suggestion } of trials) {
        const other = trials.find(({ suggestion: of }) =>
          rateOf(of) === rateOf(suggestion) && of !== suggestion
        )!;
        const [own, others] = [number, other.number].map((at) => history.trials[at].reports);
        // Both ways batch the rows alike; what differs is the rounding of sums over padding.
        own.forEach(([epoch, value], at) => {
          assert.equal(epoch, others[at][0]);
          assert.ok(Math.abs(value - others[at][1]) < 1e-6, `${value} and ${others[at][1]}`);
        });
      }
    }));
}

Deno.test("trials run the frozen layers over the validation rows once for all", () =>
  inFolder(async (folder) => {
    let runs = 0;
    const task = textClassification({ text: "text", label: "mood" });
    const watched: typeof task = {
      ...task,
      read(splits) {
        const labelled = task.read(splits);
        return {
          ...labelled,
          async examples(table, processor, how) {
            const examples = await labelled.examples(table, processor, how);
            if (how.where !== "the validation data") return examples;
            return {
              ...examples,
              feedsOf(rows) {
                runs++;
                return examples.feedsOf(rows);
              },
            };
          },
        };
      },
    };
    const base = await tinyModel(folder);
    const runsOf = async (cacheFrozen: boolean) => {
      runs = 0;
      await model(base).data(moods(48), watched, { validation: 0.25, seed: 1 }).search({
        method: head(),
        learningRate: choice(1e-2, 1e-1),
        epochs: 2,
        cacheFrozen,
      }, { sampler: gridSearch() }).run({ quiet: true });
      return runs;
    };
    // A batch of twelve rows: once, or in both epochs of both trials.
    assert.deepEqual([await runsOf(true), await runsOf(false)], [1, 4]);
  }));

function rateOf(suggestion: object): unknown {
  return (suggestion as { learningRate?: number }).learningRate;
}
