import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { type PromptGroup, sharedPromptLayout } from "../../lib/data/shared_prompts.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { attachTo, type Model } from "../../lib/nn/model.ts";
import type { Method } from "../../lib/nn/method.ts";
import { prefixTuning } from "../../lib/adapters/prefix_tuning.ts";
import { promptTuning } from "../../lib/adapters/prompt_tuning.ts";
import { choosePacking } from "../../lib/train/packing.ts";
import { planSteps } from "../../lib/train/step_plan.ts";
import { type TrainOptions, trainSettings } from "../../lib/train/train_options.ts";
import { grpoMethod } from "../../lib/tasks/grpo.ts";
import { rlooMethod } from "../../lib/tasks/rloo.ts";
import type { LearnedAnswer } from "../../lib/tasks/rollouts/learned_answer.ts";
import type { RolloutMethod } from "../../lib/tasks/rollouts/rollout_method.ts";
import { decoders } from "./decoders.ts";
import { stepOver, toyExamples } from "./packed_run.ts";
import { lengthFields, toyLanguageModel, toyVocabulary } from "./toy.ts";

const tolerance = 1e-5;
const maxNewTokens = 5;

/** Prompts of several lengths, one of a single token, with answers of several lengths. */
const groups: readonly PromptGroup[] = [
  { prompt: 4, answers: [3, 5, 1] },
  { prompt: 1, answers: [2, 4, 4] },
  { prompt: 6, answers: [5, 1, 2] },
];
const single: readonly PromptGroup[] = [{ prompt: 1, answers: [3, 2] }, {
  prompt: 1,
  answers: [1, 4],
}];
const options = { prompt: "asked", rewards: () => 0, maxNewTokens } as const;
const methods: Record<string, RolloutMethod> = {
  grpo: grpoMethod({ ...options, groupSize: 3 }),
  rloo: rlooMethod({ ...options, groupSize: 3 }),
};

/** Answers with what a loss reads of them, prompt after prompt. */
function answersTo(groups: readonly PromptGroup[]): LearnedAnswer[] {
  return groups.flatMap(({ prompt, answers }, group) => {
    const [{ ids: asked }] = toyExamples([prompt], group + 1);
    return answers.map((length, member): LearnedAnswer => {
      const [{ ids }] = toyExamples([length], 10 * group + member + 5);
      return {
        ids: Int32Array.from([...asked, ...ids]),
        length,
        oldLogProbs: Float32Array.from({ length }, (_, at) => -2.5 - Math.sin(at + member) / 5),
        advantage: Math.cos(3 * group + member),
        counts: true,
      };
    });
  });
}

async function compare(
  model: Model,
  groups: readonly PromptGroup[],
  {
    method = methods.grpo,
    attach = full(),
    deviceName = "cpu",
  } = {},
): Promise<void> {
  const answers = answersTo(groups);
  const size = groups[0].answers.length;
  const learned = {
    of: (sequence: number) => answers[sequence],
    groups: answers.map((_, sequence) => [sequence]),
    maxNewTokens,
  };
  const asked = {
    answers: learned,
    vocabSize: toyVocabulary,
    hiddenSize: model.config.hiddenSize,
    afterVirtualTokens: false,
  };
  const trainable = { model, adapter: attachTo(model, attach), objective: method.objective(asked) };
  const device = await openDevice(deviceName);
  const sequences = answers.map(({ ids }, row) => ({ ids, row }));
  const padded = await stepOver(trainable, device, sequences);
  const layout = sharedPromptLayout(groups);
  const shared = await stepOver(trainable, device, sequences, layout, { sharesTokens: true });
  assert.equal(layout.shared?.[0].members.length, size);
  const apart = Math.abs(shared.loss - padded.loss);
  assert.ok(apart < tolerance, `losses ${shared.loss} and ${padded.loss}`);
  assert.ok([...padded.gradients.values()].some((each) => each.some((value) => value !== 0)));
  for (const [path, wanted] of padded.gradients) {
    shared.gradients.get(path)!.forEach((value, i) => {
      const away = Math.abs(value - wanted[i]);
      assert.ok(away <= tolerance, `${path}[${i}]: ${value} shared, ${wanted[i]} padded`);
    });
  }
}

for (const modelType of decoders) {
  Deno.test(`answers that share their prompts train ${modelType} as padded ones do`, async () => {
    await compare(toyLanguageModel({ modelType, layers: 3 }), groups);
  });
}

Deno.test("answers that share their prompts are the same for eager devices, LoRA and whole answers", async () => {
  const model = toyLanguageModel({ modelType: "llama", layers: 2 });
  await compare(model, groups, { deviceName: "tfjs:cpu" });
  await compare(model, groups, { attach: lora({ rank: 2 }) });
  await compare(model, groups, { method: methods.rloo });
});

Deno.test("prompts of one token have nothing to share", async () => {
  await compare(toyLanguageModel({ modelType: "llama", layers: 2 }), single);
});

Deno.test("prompts are shared where a model reads from left to right and nothing stands before them", async () => {
  const reasonOf = async (
    model: Model,
    { attach = full() as Method, saving = 0.2, packing = "auto", ...settings }: {
      attach?: Method;
      saving?: number;
    } & Pick<TrainOptions, "packing" | "gradientCheckpointing"> = {},
  ) => {
    const lengths = [4, 4];
    const own = trainSettings({ packing, ...settings });
    const trainable = { model, adapter: attachTo(model, attach) };
    const sharedPrompts = { ...unasked, saving };
    const plan = planSteps(lengths, own);
    return (await choosePacking(trainable, { lengths, sharedPrompts }, own, plan)).reason;
  };
  const llama = toyLanguageModel({ modelType: "llama" });
  const shares = /^each prompt once for all of its answers: at least 20 % fewer tokens$/;
  assert.match(await reasonOf(llama), shares);
  assert.match(await reasonOf(llama, { attach: lora({ rank: 2 }) }), shares);
  for (const fields of Object.values(lengthFields)) {
    assert.doesNotMatch(
      await reasonOf(toyLanguageModel({ modelType: "llama", ...fields })),
      shares,
    );
  }
  assert.doesNotMatch(await reasonOf(llama, { attach: promptTuning({ tokens: 2 }) }), shares);
  assert.doesNotMatch(await reasonOf(llama, { attach: prefixTuning({ tokens: 2 }) }), shares);
  assert.doesNotMatch(await reasonOf(llama, { gradientCheckpointing: true }), shares);
  assert.doesNotMatch(await reasonOf(llama, { saving: 0.04 }), shares);
  assert.equal(await reasonOf(llama, { packing: false }), "off, as asked");
});

const unasked = {
  layoutOf: () => assert.fail("no batch was laid out"),
  feedsOf: () => assert.fail("no batch was fed"),
};
