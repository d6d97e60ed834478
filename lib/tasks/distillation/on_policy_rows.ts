/**
 * The training rows of a model that learns from a teacher what it should have said: answers that it wrote itself, or
 * those of the data, with the teacher's opinion of each of their tokens.
 *
 * @module
 */
import { Random } from "../../core/random.ts";
import type { HostTensor } from "../../engine/mod.ts";
import type { MethodRecord } from "../../nn/method.ts";
import type { TextProcessor } from "../../nn/processor.ts";
import type {
  Rollout,
  RolloutMoment,
  RolloutRows,
  RolloutSample,
  RolloutTools,
} from "../../nn/rollout.ts";
import { meanOfKnown } from "../rollouts/advantages.ts";
import { answerPieces, readTokens } from "../rollouts/answer_pieces.ts";
import { AnswerRows } from "../rollouts/answer_rows.ts";
import { toldLogProbs } from "../rollouts/answers_objective.ts";
import type { LearnedAnswer } from "../rollouts/learned_answer.ts";
import { RolloutRecord } from "../rollouts/rollout_record.ts";

/** A row: what is asked, and what it answers. */
export interface AnsweredPrompt {
  /** What stands before the answer, [tokens]. */
  readonly tokens: Int32Array;
  /** The answer of the data, [tokens]; empty where there is none. */
  readonly answer: Int32Array;
  /** The prompt in words. */
  readonly words: string;
}

/** How answers come about. */
export interface OnPolicySettings {
  /** The share of the answers that the model writes itself. */
  readonly onPolicy: number;
  readonly maxNewTokens: number;
  readonly temperature: number;
  readonly topK: number | undefined;
  readonly topP: number | undefined;
  readonly stop: readonly string[] | undefined;
}

/** An answer of the present step. */
interface PresentAnswer {
  readonly prompt: number;
  /** What the model wrote; absent of an answer of the data. */
  readonly written?: { readonly text: string; readonly finished: boolean };
  readonly length: number;
}

/** Samples of earlier steps that are kept for the result. */
const mostSamples = 20_000;
/** Steps that are compared, at the start and at the end. */
const compared = 5;

/** The rows of a training, and what makes them. */
export class OnPolicyRows implements Rollout {
  readonly #prompts: readonly AnsweredPrompt[];
  readonly #settings: OnPolicySettings;
  readonly #processor: TextProcessor;
  readonly #record = new RolloutRecord();
  #asked: readonly PresentAnswer[] = [];
  /** Nats of each answer of the step by its prompt, token by token. */
  #divergences = new Map<number, Float32Array>();
  #samples: readonly RolloutSample[] = [];

  /** The answers of the present step. */
  readonly present: AnswerRows;
  readonly updates = 1;
  readonly isEmpty = false;
  readonly emptySteps = [];

  constructor(
    prompts: readonly AnsweredPrompt[],
    settings: OnPolicySettings,
    processor: TextProcessor,
  ) {
    this.#prompts = prompts;
    this.#settings = settings;
    this.#processor = processor;
    const { maxNewTokens } = settings;
    const { maxTokens } = processor;
    this.present = new AnswerRows(prompts, { groupSize: 1, maxNewTokens, maxTokens });
  }

  /** What a training is given. */
  get rows(): RolloutRows {
    return {
      lengths: this.present.lengths,
      groups: this.present.groups,
      changes: "batches",
      rollout: this,
      feedsOf: (sequences) => this.present.feedsOf(sequences, this.#processor),
    };
  }

  get samples(): readonly RolloutSample[] {
    return this.#samples;
  }

  async make(
    prompts: ArrayLike<number>,
    { step, seed, signal }: RolloutMoment,
    { policy, teacher }: RolloutTools,
  ): Promise<void> {
    const { onPolicy, temperature, ...how } = this.#settings;
    const chosen = Array.from(prompts);
    const isWritten = (prompt: number) =>
      this.#prompts[prompt].answer.length === 0 ||
      Random.fromSeed(seed, "on policy", step, prompt).uniform() < onPolicy;
    const asked = chosen.filter(isWritten);
    const groups = await policy.sample(
      asked.map((row) => ({ tokens: this.#prompts[row].tokens, row })),
      { ...how, temperature, groupSize: 1, seed, step, signal },
    );
    const written = new Map(asked.map((prompt, at) => [prompt, groups[at][0]]));
    const texts = chosen.map((prompt) => {
      const { tokens, answer } = this.#prompts[prompt];
      const own = written.get(prompt)?.tokens ?? answer;
      return { tokens: Int32Array.of(...tokens, ...own), answer: own.length };
    });
    const taught = await teacher!.logProbs(texts, { temperature, signal });
    // Nothing was changed so far: what was stopped or failed has left everything as it was.
    this.present.choose(
      chosen,
      texts.map(({ tokens, answer }, at): LearnedAnswer => ({
        ids: tokens,
        length: answer,
        oldLogProbs: new Float32Array(answer),
        teacherLogProbs: taught[at],
        advantage: 1,
        counts: true,
      })),
    );
    this.#divergences = new Map();
    this.#asked = chosen.map((prompt, at) => {
      const found = written.get(prompt);
      return { prompt, length: texts[at].answer, ...(found ? { written: found } : {}) };
    });
  }

  observe(prompts: ArrayLike<number>, told: Readonly<Record<string, HostTensor>>): void {
    const { [toldLogProbs]: divergences } = told;
    const chosen = Array.from(prompts);
    const lengths = chosen.map((prompt) => this.present.of(prompt).length);
    const arranged = answerPieces(lengths, divergences.shape[0]);
    readTokens(arranged, lengths, divergences.data)
      .forEach((own, at) => this.#divergences.set(chosen[at], own));
  }

  endStep(step: number): readonly string[] {
    const ofAnswer = (prompt: number) => [...this.#divergences.get(prompt) ?? []];
    const written = this.#asked.filter((each) => each.written);
    this.#record.add({
      "divergence from the teacher": {
        nats: meanOfKnown(this.#asked.flatMap(({ prompt }) => ofAnswer(prompt))),
      },
      "answers of the student": { share: written.length / this.#asked.length },
      "tokens of an answer": { mean: meanOfKnown(this.#asked.map(({ length }) => length)) },
      "answers cut": { share: meanOfKnown(written.map((each) => each.written!.finished ? 0 : 1)) },
    });
    const samples = written.map(({ prompt, length, written: answer }): RolloutSample => ({
      step,
      prompt: this.#prompts[prompt].words,
      completion: answer!.text,
      tokens: length,
      finished: answer!.finished,
      // What is made small.
      reward: -meanOfKnown(ofAnswer(prompt)),
      rewards: {},
      advantage: 1,
    }));
    this.#samples = [...this.#samples, ...samples].slice(-mostSamples);
    return [];
  }

  kept(): ReadonlyMap<string, Float32Array> {
    return this.#record.kept();
  }

  restore(kept: ReadonlyMap<string, Float32Array>): void {
    this.#record.restore(kept);
  }

  record(): MethodRecord {
    return this.#record.series();
  }

  describe(): string {
    const { steps } = this.#record;
    if (steps.length === 0) return "no answer was written";
    const count = Math.min(compared, Math.ceil(steps.length / 2));
    const [first, last] = [steps.slice(0, count), steps.slice(-count)].map((some) =>
      meanOfKnown(some.map((each) => each["divergence from the teacher"].nats)).toPrecision(3)
    );
    return `${first} nats a token from the teacher in the first ${
      count === 1 ? "step" : `${count} steps`
    }, ${last} in the last`;
  }
}
