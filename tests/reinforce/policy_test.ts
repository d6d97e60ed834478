import assert from "node:assert/strict";
import { join } from "node:path";
import {
  full,
  grpo,
  ia3,
  lora,
  type Method,
  model,
  ppo,
  prefixTuning,
  promptTuning,
  qlora,
  rloo,
  tableFromRows,
} from "tunebook";
import { quiet } from "../pipeline/open/trained.ts";
import { reviews, tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";

const rows = tableFromRows(
  reviews(8).map(({ text }, row) => ({ asked: text.split(" ").slice(0, 2 + row % 3).join(" ") })),
);
const vowels = ({ completion }: { completion: string }) =>
  completion.match(/[aeiou]/g)?.length ?? 0;

const methods: Readonly<Record<string, Method>> = {
  lora: lora({ rank: 2 }),
  full: full(),
  ia3: ia3(),
  "prompt tuning": promptTuning({ tokens: 3 }),
  "prefix tuning": prefixTuning({ tokens: 2 }),
  qlora: qlora({ rank: 2, dropout: 0 }),
};

for (const [name, method] of Object.entries(methods)) {
  Deno.test(`${name} samples as it trains: its ratios before updates are 1`, () =>
    inFolder(async (folder) => {
      const reference = await tinyModel(join(folder, "base"), "gpt2");
      const task = grpo({
        ...{ prompt: "asked", rewards: { vowels }, groupSize: 3, maxNewTokens: 6 },
        // What is left out of the draw is not left out of the probabilities.
        ...{ temperature: 0.8, topK: 5, measureDivergence: true },
      });
      const result = await model(reference).data(rows, task).adapt(method)
        .train({ epochs: 2, batchSize: 4, learningRate: 0.01, samples: 0 }).run(quiet);
      assert.match(result.rollout!, /ratio before an update 1\.000[01] at the farthest token/);
      const { "divergence from the reference": apart, ratio } = result.methodRecord!;
      // A method that starts as the base is at no distance from it; a prompt or a prefix is.
      const isBase = !/tuning/.test(name);
      if (isBase) assert.ok(Math.abs(apart[0].values.nats) < 1e-5, `${apart[0].values.nats}`);
      assert.ok(apart.at(-1)!.values.nats > 1e-7);
      assert.equal(ratio.length, result.losses.length);
      await result.dispose();
    }));
}

for (const name of ["lora", "full", "prompt tuning", "prefix tuning"]) {
  Deno.test(`${name} expects in a rollout what the training expects before an update`, () =>
    inFolder(async (folder) => {
      const reference = await tinyModel(join(folder, "base"), "gpt2");
      const task = ppo({ prompt: "asked", rewards: { vowels }, groupSize: 3, maxNewTokens: 6 });
      // Every rollout is checked; from the second one on values are others than the 0 of the start.
      const result = await model(reference).data(rows, task).adapt(methods[name])
        .train({ epochs: 2, batchSize: 4, learningRate: 0.01, samples: 0 }).run(quiet);
      const explained = result.methodRecord!["explained variance"];
      assert.equal(explained[0].values.share, 0);
      assert.notEqual(explained.at(-1)!.values.share, 0);
      await result.dispose();
    }));
}

Deno.test("the same seed samples the same answers, another one others", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const answersOf = async (seed: number) => {
      const task = rloo({ prompt: "asked", rewards: { vowels }, groupSize: 2, maxNewTokens: 5 });
      const result = await model(reference).data(rows, task).adapt(lora({ rank: 2 }))
        .train({ epochs: 1, batchSize: 4, seed, samples: 0 }).run(quiet);
      const found = result.rollouts!.map(({ completion }) => completion);
      await result.dispose();
      return found;
    };
    const first = await answersOf(1);
    assert.deepEqual(await answersOf(1), first);
    assert.notDeepEqual(await answersOf(2), first);
  }));
