/**
 * Trainings by rewards on stored answers, in the place of sampled ones.
 *
 * @module
 */
import { full } from "../../../lib/adapters/full.ts";
import { type Device, openDevice } from "../../../lib/engine/mod.ts";
import { createContinuer } from "../../../lib/generate/continuer.ts";
import { loadModel } from "../../../lib/models/load_model.ts";
import { attachTo, textConfig } from "../../../lib/nn/model.ts";
import type { TextProcessor } from "../../../lib/nn/processor.ts";
import type { JudgedSamples, RewardJudge } from "../../../lib/nn/reward.ts";
import type { Policy, PolicyAnswer } from "../../../lib/nn/rollout.ts";
import { openPolicy } from "../../../lib/reinforce/policy.ts";
import type { Objective } from "../../../lib/nn/objective.ts";
import type { LearnedAnswer } from "../../../lib/tasks/rollouts/learned_answer.ts";
import type { RolloutMethod } from "../../../lib/tasks/rollouts/rollout_method.ts";
import { SampledRows } from "../../../lib/tasks/rollouts/sampled_rows.ts";
import type { TrainOptions } from "../../../lib/train/train_options.ts";
import { trainSettings } from "../../../lib/train/train_options.ts";
import { train, type TrainContext } from "../../../lib/train/train.ts";
import { goldenPath } from "../../models/golden.ts";

/** An answer as the golden file has it. */
export interface StoredAnswer {
  readonly tokens: readonly number[];
  readonly finished: boolean;
  readonly reward: number;
}

/** What is stored. */
export interface StoredRollouts {
  /** Token ids of each prompt. */
  readonly prompts: readonly (readonly number[])[];
  /** [rollouts][prompts][answers] */
  readonly rollouts: readonly (readonly (readonly StoredAnswer[])[])[];
}

/** Steps with stored answers: those of one rollout after the other, again and again. */
export async function runStored(
  method: RolloutMethod,
  { prompts, rollouts }: StoredRollouts,
  { train: settings, context = {}, device: given, onStep, from = (objective) => objective }: {
    readonly train: TrainOptions;
    /** Called after each step. */
    readonly onStep?: (rows: SampledRows) => void;
    readonly context?: Partial<TrainContext>;
    readonly device?: Device;
    /** Gives the loss's own parameters another start. */
    readonly from?: (objective: Objective) => Objective;
  },
) {
  const device = given ?? await openDevice("cpu");
  const folder = goldenPath("models/llama");
  const model = await loadModel({
    reference: "golden",
    config: `${folder}/config.json`,
    weights: `${folder}/model.safetensors`,
    head: { name: "language", outputs: 0 },
    seed: 1,
  });
  const adapter = attachTo(model, full());
  const { vocabSize, padId, hiddenSize } = textConfig(model);
  const processor = { input: "text", padId, usesTypes: false, maxTokens: 32 } as TextProcessor;
  const asked = prompts.map((tokens) => ({
    tokens: Int32Array.from(tokens),
    words: "",
    prompt: "",
    row: {},
  }));
  const rows = new SampledRows(asked, method, processor);
  const asksFor = { answers: rows.present, vocabSize, hiddenSize, afterVirtualTokens: false };
  const trainable = { model, adapter, objective: from(method.objective(asksFor)) };
  const [advantages, norms]: [number[][], number[]] = [[], []];
  const learned: (readonly LearnedAnswer[])[] = [];
  const ofStep = (step: number) => rollouts[step / method.updates % rollouts.length];
  const result = await train(trainable, rows.rows, {
    device,
    settings: trainSettings({ schedule: "constant", warmup: 0, weightDecay: 0, ...settings }),
    fingerprint: { model: "golden" },
    async openRollouts({ trainable, state }) {
      const held = device.holdWeights();
      const policy = openPolicy({
        ...{ trainable, state, device, processor, held },
        writing: { promptOf: () => new Int32Array() },
        stopTokens: [],
        continuer: () =>
          createContinuer(trainable, { device, state: () => Promise.resolve(state) }),
      });
      return await Promise.resolve({
        policy: {
          ...policy,
          sample: (asked, { step }) => storedAnswers(policy, asked, ofStep(step), method),
        },
        judge: storedJudge(ofStep),
        isExact: true,
        async [Symbol.asyncDispose]() {
          await policy[Symbol.asyncDispose]();
          await held.dispose();
        },
      });
    },
    onStep({ gradientNorm }) {
      norms.push(gradientNorm);
      onStep?.(rows);
      const answers = rows.present.groups.flat().map((each) => rows.present.of(each));
      advantages.push(answers.map(({ advantage }) => advantage));
      learned.push(answers);
    },
    ...context,
  });
  /** Log probabilities of answers by the trained model, answer after answer. */
  const logProbsAfter = async (groups: StoredRollouts["rollouts"][number]) => {
    const held = device.holdWeights();
    const state = result.state;
    await using policy = openPolicy({
      ...{ trainable, state, device, processor, held },
      writing: { promptOf: () => new Int32Array() },
      stopTokens: [],
      continuer: () => createContinuer(trainable, { device, state: () => Promise.resolve(state) }),
    });
    const texts = groups.flatMap((group, prompt) =>
      group.map(({ tokens }) => ({
        tokens: Int32Array.from([...prompts[prompt], ...tokens]),
        answer: tokens.length,
      }))
    );
    const { temperature } = method.loss;
    const found = await policy.logProbs(texts, { of: "policy", temperature });
    await held.dispose();
    return found;
  };
  return { result, rows, advantages, learned, norms, logProbsAfter };
}

/** Stored tokens with the log probabilities that the policy gives them now. */
async function storedAnswers(
  policy: Policy,
  asked: Parameters<Policy["sample"]>[0],
  stored: StoredRollouts["rollouts"][number],
  { groupSize, loss: { temperature } }: RolloutMethod,
): Promise<PolicyAnswer[][]> {
  const found: PolicyAnswer[][] = [];
  for (const { tokens: prompt, row } of asked) {
    const group = stored[row].slice(0, groupSize);
    const texts = group.map(({ tokens }) => ({
      tokens: Int32Array.from([...prompt, ...tokens]),
      answer: tokens.length,
    }));
    const logProbs = await policy.logProbs(texts, { of: "policy", temperature });
    found.push(group.map(({ tokens, finished }, at) => ({
      tokens: Int32Array.from(tokens),
      text: `${row} ${at}`,
      finished,
      logProbs: logProbs[at],
      entropies: new Float32Array(tokens.length),
    })));
  }
  return found;
}

/** Gives stored rewards; texts say which. */
function storedJudge(ofStep: (step: number) => StoredRollouts["rollouts"][number]): RewardJudge {
  return {
    names: ["stored"],
    columns: [],
    prepare: () => Promise.resolve(),
    judge(samples) {
      const totals = samples.map(({ completion, step }) => {
        const [row, at] = completion.split(" ").map(Number);
        return ofStep(step)[row][at].reward;
      });
      const statistics = {
        stored: {
          ...{ mean: 0, standardDeviation: 0, least: 0, greatest: 0 },
          ...{ values: totals.length, nulls: 0, timeouts: 0, seconds: 0 },
        },
      };
      return Promise.resolve<JudgedSamples>({ totals, values: { stored: totals }, statistics });
    },
  };
}
