import assert from "node:assert/strict";
import { join } from "node:path";
import {
  chosenLogProbability,
  cpo,
  dpo,
  type DpoLossName,
  full,
  kto,
  merged,
  model,
  openSafetensors,
  orpo,
  type PreferenceTask,
  rewardAccuracy,
  rewardModel,
  simpo,
} from "tunebook";
import { openStage, processorOf } from "../../../lib/pipeline/run/open_stage.ts";
import type { Feeds } from "../../../lib/nn/feeds.ts";
import { quiet } from "../../pipeline/open/trained.ts";
import { inFolder } from "../../weights/in_folder.ts";
import {
  golden,
  goldenAnswers,
  goldenModel,
  goldenPairs,
  goldenTraining,
  startedTemplate,
} from "./golden_preferences.ts";

const pair = { prompt: "prompt", chosen: "chosen", rejected: "rejected" } as const;
const plain = { ...pair, template: "plain" } as const;
const started = { ...pair, template: startedTemplate } as const;
const judged = { prompt: "prompt", completion: "completion", label: "label", template: "plain" };
const losses: DpoLossName[] = ["sigmoid", "hinge", "ipo", "apo_zero", "apo_down", "sigmoid_norm"];

const tasks: Readonly<Record<string, PreferenceTask>> = {
  ...Object.fromEntries(losses.map((loss) => [`dpo-${loss}`, dpo({ ...plain, loss, beta: 0.3 })])),
  "dpo-robust": dpo({ ...plain, loss: "robust", beta: 0.3, labelSmoothing: 0.1 }),
  kto: kto({ ...judged, beta: 0.3, desirableWeight: 1.5, undesirableWeight: 0.75 }),
  orpo: orpo({ ...started, beta: 0.3 }),
  "cpo-sigmoid": cpo({ ...started, beta: 0.3, alpha: 0.5 }),
  "cpo-hinge": cpo({ ...started, loss: "hinge", beta: 0.3, alpha: 0.5 }),
  "cpo-ipo": cpo({ ...started, loss: "ipo", beta: 0.3, alpha: 0.5 }),
  "cpo-smoothed": cpo({ ...started, beta: 0.3, alpha: 1, labelSmoothing: 0.1 }),
  simpo: simpo({ ...started, beta: 2, gamma: 1 }),
};

/** Both are float32 and sum in other orders; the largest differences seen are 5e-6 of losses and 2e-6 of weights. */
const tolerance = 1e-4;

for (const [name, task] of Object.entries(tasks)) {
  Deno.test(`fifty steps of ${name} are TRL's`, () =>
    inFolder(async (folder) => {
      const table = name === "kto" ? goldenAnswers : goldenPairs;
      const keeps = name === "dpo-sigmoid" || name === "kto" || name === "orpo";
      const result = await model(goldenModel("llama")).data(table, task, { test: table })
        .adapt(full()).train(goldenTraining).evaluate({ rewardAccuracy, chosenLogProbability })
        .deploy(...keeps ? [merged(folder)] : []).run(quiet);
      const run = golden.runs[name];
      assert.equal(result.losses.length, run.losses.length);
      const off = result.losses.map((loss, at) => Math.abs(loss - run.losses[at]));
      assert.ok(Math.max(...off) < tolerance, `${name} is off by ${Math.max(...off)}`);
      assert.equal(result.scores.rewardAccuracy, 1);
      if (keeps) {
        using file = await openSafetensors(join(folder, "model.safetensors"));
        const own = await file.readFloat32("model.layers.1.self_attn.q_proj.weight");
        const moved = Math.max(...run.weight.map((each, at) => Math.abs(each - own[at])));
        assert.ok(moved < tolerance, `the weights of ${name} are off by ${moved}`);
      }
      await result.dispose();
    }));
}

for (const name of ["reward", "reward-margin"]) {
  Deno.test(`fifty steps of ${name} are TRL's`, async () => {
    const more = name === "reward" ? {} : { margin: "margin", centeringCoefficient: 0.05 };
    const task = rewardModel({ ...plain, ...more });
    const result = await model(goldenModel("reward")).data(goldenPairs, task, { test: goldenPairs })
      .adapt(full()).train(goldenTraining).evaluate({ rewardAccuracy }).run(quiet);
    const off = result.losses.map((loss, at) => Math.abs(loss - golden.runs[name].losses[at]));
    assert.ok(Math.max(...off) < tolerance, `${name} is off by ${Math.max(...off)}`);
    assert.equal(result.scores.rewardAccuracy, 1);
    await result.dispose();
  });
}

Deno.test("prompts and answers are the tokens that TRL makes of them", async () => {
  const opened = await openStage({ model: goldenModel("llama") });
  const processor = processorOf(opened, 64);
  const encoded = async (task: PreferenceTask, table: typeof goldenPairs) => {
    const examples = await task.withLabels([]).examples(table, processor, { where: "the rows" });
    return (examples.groups ?? []).map((group) =>
      group.map((at) => {
        const ids = (examples.feedsOf([at]) as Feeds).input_ids.data;
        const counts = Array.from(examples.countsOf!(at));
        return { prompt: [...ids].slice(0, counts.indexOf(1)), ids: [...ids].map(Number), counts };
      })
    );
  };
  const found = await encoded(tasks["dpo-sigmoid"], goldenPairs);
  golden.encoded["dpo-sigmoid"].forEach(({ prompt_ids, chosen_ids, rejected_ids }, at) => {
    const [chosen, rejected] = found[at];
    assert.deepEqual(chosen.ids, [...prompt_ids, ...chosen_ids]);
    assert.deepEqual(rejected.ids, [...prompt_ids, ...rejected_ids]);
    assert.equal(chosen.counts.indexOf(1), prompt_ids.length);
  });
  const answers = await encoded(tasks.kto, goldenAnswers);
  golden.encoded.kto.forEach(({ prompt_ids, completion_ids, KL_completion_ids }, at) => {
    const [own, other] = answers[at];
    assert.deepEqual(own.ids, [...prompt_ids, ...completion_ids]);
    assert.deepEqual(other.ids, [...prompt_ids, ...KL_completion_ids]);
  });
  const texts = await encoded(tasks.orpo, goldenPairs);
  golden.encoded.orpo.forEach(({ chosen_input_ids, rejected_input_ids }, at) => {
    assert.deepEqual(texts[at].map(({ ids }) => ids), [chosen_input_ids, rejected_input_ids]);
  });
});
