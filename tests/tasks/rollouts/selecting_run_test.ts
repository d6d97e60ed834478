import assert from "node:assert/strict";
import { join } from "node:path";
import {
  lora,
  model,
  onlineDpo,
  type PairJudge,
  Plan,
  rejectionSampling,
  type RolloutTask,
  tableFromRows,
  type TunebookError,
} from "tunebook";
import { reviews, tinyModel } from "../../pipeline/tiny.ts";
import { quiet } from "../../pipeline/open/trained.ts";
import { inFolder } from "../../weights/in_folder.ts";

const rows = tableFromRows(
  reviews(12).map(({ text }) => ({ asked: text.split(" ").slice(0, 2).join(" "), wanted: "a" })),
);
const sampling = { prompt: "asked", maxNewTokens: 5 };
const longer = { ...sampling, maxNewTokens: 8 };
const settings = { batchSize: 4, learningRate: 0.02, samples: 0 };

/** How often the answer has the letter that the row wants. */
const letters = (
  { completion, row }: { completion: string; row: Readonly<Record<string, unknown>> },
) => completion.split(String(row.wanted)).length - 1;

const judge: PairJudge = ({ answers, row }) => {
  const [a, b] = answers.map((completion) => letters({ completion, row }));
  return a === b ? "tie" : a > b ? 0 : 1;
};

const runs: Readonly<
  Record<string, { readonly task: RolloutTask; readonly learningRate: number }>
> = {
  "online dpo by rewards": {
    task: onlineDpo({ ...longer, rewards: letters, groupSize: 4, temperature: 1.2 }),
    learningRate: 0.05,
  },
  "online dpo by a judge": {
    task: onlineDpo({ ...longer, judge, groupSize: 4 }),
    learningRate: 0.05,
  },
  "rejection sampling": {
    task: rejectionSampling({ ...longer, rewards: letters, groupSize: 4 }),
    learningRate: 0.03,
  },
};

for (const [name, { task, learningRate }] of Object.entries(runs)) {
  Deno.test(`${name} makes a model write what is liked`, () =>
    inFolder(async (folder) => {
      const reference = await tinyModel(join(folder, "base"), "gpt2");
      const result = await model(reference).data(rows, task).adapt(lora({ rank: 4 }))
        .train({ ...settings, learningRate, epochs: 14 }).run(quiet);
      const found = result.rollouts!.map(({ completion }) =>
        letters({ completion, row: { wanted: "a" } })
      );
      const mean = (some: readonly number[]) => some.reduce((a, b) => a + b, 0) / some.length;
      const fifth = Math.floor(found.length / 5);
      const [before, after] = [mean(found.slice(0, fifth)), mean(found.slice(-fifth))];
      assert.ok(after > 1.8 * before, `${before} at first, ${after} at last`);
      assert.match(result.rollout!, /ratio before an update 1\.0000/);
      await result.dispose();
    }));
}

Deno.test("steps from which nothing is learned move nothing, and are told and counted", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    for (
      const task of [
        rejectionSampling({ ...sampling, rewards: letters, groupSize: 2, leastReward: 99 }),
        onlineDpo({ ...sampling, judge: () => "tie" }),
      ]
    ) {
      const result = await model(reference).data(rows, task).adapt(lora({ rank: 2 }))
        .train({ ...settings, epochs: 1 }).run(quiet);
      assert.deepEqual(result.losses, Array(result.losses.length).fill(0));
      assert.match(result.rollout!, /nothing was learned in 3 of 3 steps/);
      const shares = result.methodRecord!["answers learned from"].map(({ values }) => values.share);
      assert.deepEqual(shares, [0, 0, 0]);
      await result.dispose();
    }
  }));

Deno.test("both go on to the same bits wherever they were stopped", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const makers: ((stop: () => void) => RolloutTask)[] = [
      (stop) =>
        onlineDpo({
          ...{ ...sampling, updates: 2, groupSize: 3, missingEndPenalty: 0.5 },
          judge: (pair) => (stop(), judge(pair)),
        }),
      (stop) =>
        rejectionSampling({
          ...{ ...sampling, updates: 2, groupSize: 3, leastReward: 1 },
          rewards: (sample) => (stop(), letters(sample)),
        }),
    ];
    for (const [at, make] of makers.entries()) {
      const run = (name: string, stopAt: number, resume: boolean) => {
        const stop = new AbortController();
        let asked = 0;
        return model(reference)
          .data(rows, make(() => void (++asked === stopAt && stop.abort())))
          .adapt(lora({ rank: 2 }))
          .train({ ...settings, epochs: 2, checkpoints: join(folder, `${name} ${at}`), resume })
          .run({ ...quiet, signal: stop.signal });
      };
      const whole = await run("whole", -1, false);
      const stopped = await run("stopped", 12 * 3 - 5, false).catch((error) => error);
      assert.equal((stopped as TunebookError).kind, "interrupted");
      const rest = await run("stopped", -1, true);
      assert.deepEqual(rest.losses, whole.losses);
      assert.deepEqual(rest.methodRecord, whole.methodRecord);
      const own = rest.rollouts!;
      assert.ok(own.length > 0 && own.length < whole.rollouts!.length);
      assert.deepEqual(own, whole.rollouts!.slice(-own.length));
      await rest.dispose();
      await whole.dispose();
    }
  }));

Deno.test("judges come out of a module, and wrong ones are told", () =>
  inFolder(async (folder) => {
    const of = (judge: string | PairJudge) =>
      model("file:none").data("prompts.csv", onlineDpo({ prompt: "asked", judge })).adapt(lora())
        .train();
    const json = of("judge.ts").toJSON();
    assert.deepEqual(Plan.from(json).toJSON(), json);
    assert.throws(() => of(judge).toJSON(), /the judge of online-dpo, which are functions/);
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const run = (judge: string | PairJudge) =>
      model(reference).data(rows, onlineDpo({ ...sampling, judge })).adapt(lora({ rank: 2 }))
        .train({ ...settings, epochs: 1 }).run(quiet);
    await assert.rejects(run("none.ts"), {
      kind: "input",
      message: /judge: the module none\.ts cannot be imp/,
    });
    await assert.rejects(run((() => "both") as never), {
      kind: "data",
      message: /the reward judge failed: it gives "both", but must give 0 or 1/,
    });
    const path = join(folder, "judge.ts");
    await Deno.writeTextFile(path, "export default ({ answers }) => answers[0] ? 0 : 1;\n");
    const result = await run(path);
    assert.ok(result.rollouts!.every(({ rewards }) => [0, 0.5, 1].includes(Number(rewards.judge))));
    await result.dispose();
  }));
