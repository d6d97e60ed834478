/**
 * The training rows of a task whose model samples them: for each prompt a group of answers, which a rollout
 * makes anew.
 *
 * @module
 */
import type { MethodRecord } from "../../nn/method.ts";
import type { HostTensor } from "../../engine/mod.ts";
import type { TextProcessor } from "../../nn/processor.ts";
import type {
  Rollout,
  RolloutMoment,
  RolloutRows,
  RolloutSample,
  RolloutTools,
} from "../../nn/rollout.ts";
import {
  answerDivergences,
  type AskedAnswers,
  askedAnswers,
  learnedAnswers,
} from "./asked_answers.ts";
import { answerPieces, readTokens } from "./answer_pieces.ts";
import { meanOfKnown } from "./advantages.ts";
import { schulman } from "./divergence.ts";
import { answersOfKept, keptAnswers } from "./kept_answers.ts";
import type { LearnedAnswer } from "./learned_answer.ts";
import { AnswerRows } from "./answer_rows.ts";
import { sharedAnswers } from "./shared_answers.ts";
import { toldLogProbs } from "./answers_objective.ts";
import { toldValues } from "./ppo_objective.ts";
import { RatioWatch, requireRatioOne } from "./ratio_watch.ts";
import { RolloutAlarms } from "./rollout_alarms.ts";
import { describeRecord, type JudgedRollout, stepFigures, withUpdate } from "./rollout_figures.ts";
import type { RolloutMethod } from "./rollout_method.ts";
import { type RolloutPrompt, rolloutSamples } from "./rollout_samples.ts";
import { RolloutRecord, type StepFigures } from "./rollout_record.ts";
import { requireSameValues, ValueWatch } from "./value_watch.ts";

/** Samples of earlier steps that are kept for the result. */
const mostSamples = 20_000;

/** What a checkpoint's numbers are called. */
const keptNames = {
  answers: "answers",
  used: "used",
  klWeight: "kl weight",
  record: "record ",
} as const;

/** The rows of a training, and what makes them. */
export class SampledRows implements Rollout {
  readonly #prompts: readonly RolloutPrompt[];
  readonly #method: RolloutMethod;
  readonly #processor: TextProcessor;
  readonly #record = new RolloutRecord();
  readonly #alarms: RolloutAlarms;
  #judged: JudgedRollout | undefined;
  /** Steps that have learned from the present rollout. */
  #used = 0;
  #ratios: RatioWatch;
  #values = new ValueWatch();
  /** What a nat of divergence costs in the next rollout, as a checkpoint keeps it; 0 where nothing is paid. */
  #klWeight = 0;
  #isExact = false;
  /** How far a ratio before an update was from 1 at most, in this process. */
  #farthest = 0;
  #samples: readonly RolloutSample[] = [];

  /** The answers of the present rollout. */
  readonly present: AnswerRows;
  readonly rewards: Rollout["rewards"];
  readonly updates: number;

  constructor(
    prompts: readonly RolloutPrompt[],
    method: RolloutMethod,
    processor: TextProcessor,
  ) {
    const { groupSize, maxNewTokens, mostLearned, rewards, updates, loss: { together } } = method;
    const { maxTokens } = processor;
    this.#prompts = prompts;
    this.#method = method;
    this.#processor = processor;
    this.#ratios = new RatioWatch(method.loss);
    this.#alarms = new RolloutAlarms({ learnsFromEqual: method.learnsFromEqual });
    this.present = new AnswerRows(prompts, {
      ...{ groupSize, maxNewTokens, mostLearned, together, maxTokens },
    });
    this.rewards = rewards;
    this.updates = updates;
    const { learning } = method;
    if (learning.by === "token") this.#klWeight = Math.fround(learning.controller.initial);
  }

  /** What a training is given. */
  get rows(): RolloutRows {
    const { groupSize, maxNewTokens, mostLearned } = this.#method;
    return {
      ...(mostLearned === undefined && groupSize > 1
        ? { sharedPrompts: sharedAnswers(this.#prompts, this.present, { groupSize, maxNewTokens }) }
        : {}),
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

  get isEmpty(): boolean {
    return this.present.isEmpty;
  }

  get emptySteps(): readonly number[] {
    return this.#record.steps.flatMap(({ [learnedSeries]: learned }, at) =>
      learned?.share === 0 ? [at + 1] : []
    );
  }

  async make(
    prompts: ArrayLike<number>,
    moment: RolloutMoment,
    tools: RolloutTools,
  ): Promise<void> {
    const method = this.#method;
    const { groupSize, mostLearned } = method;
    const chosen = Array.from(prompts);
    const asked = await askedAnswers(this.#prompts, chosen, method, { moment, tools });
    const learned = learnedAnswers(asked, method, this.#klWeight);
    // Nothing was changed so far: what was stopped or failed has left everything as it was.
    this.present.choose(chosen, learned);
    this.#isExact = tools.isExact;
    this.#used = 0;
    const { answers, judged, judged: { totals: rewards }, apart } = asked;
    const advantages = learned.map(({ advantage }) => advantage);
    this.#judged = {
      ...{ answers, judged, rewards },
      ...(method.learning.by === "answer" ? { groupSize } : {}),
      own: {
        ...(mostLearned === undefined ? {} : { [learnedSeries]: { share: shareOf(advantages) } }),
        ...method.figures?.({ rewards, advantages, divergences: answerDivergences(asked) }),
        ...this.#pay(asked),
      },
      ...(apart ? { divergence: meanOfKnown(apart.flatMap((each) => each.map(schulman))) } : {}),
    };
    const promptOf = (at: number) => this.#prompts[chosen[Math.floor(at / groupSize)]];
    const { step } = moment;
    const samples = rolloutSamples(answers, { promptOf, judged, advantages, step });
    this.#samples = [...this.#samples, ...samples].slice(-mostSamples);
  }

  observe(prompts: ArrayLike<number>, told: Readonly<Record<string, HostTensor>>): void {
    const { [toldLogProbs]: present, [toldValues]: values } = told;
    if (!present) return;
    const { learning, loss } = this.#method;
    const answers = Array.from(prompts).flatMap((prompt) => this.present.groups[prompt])
      .map((sequence) => this.present.of(sequence));
    const lengths = answers.map(({ length }) => length);
    const arranged = answerPieces(lengths, present.shape[0], loss.together);
    const counted = (told: HostTensor, add: (answer: LearnedAnswer, own: Float32Array) => void) =>
      readTokens(arranged, lengths, told.data).forEach((own, at) => {
        if (answers[at].counts) add(answers[at], own);
      });
    counted(present, (answer, own) => this.#ratios.add(answer, own));
    if (learning.by === "token") {
      counted(values, (answer, own) => this.#values.add(answer, own, learning.valueClip));
    }
    if (!this.#isExact || this.#used > 0) return;
    requireRatioOne(this.#ratios.figures);
    requireSameValues(this.#values.figures);
  }

  endStep(_step: number): readonly string[] {
    const { figures: ratio } = this.#ratios;
    const update = {
      ratio,
      ...(this.#method.learning.by === "token" ? { values: this.#values.figures } : {}),
    };
    const isFirst = this.#used === 0;
    if (isFirst) this.#farthest = Math.max(this.#farthest, ratio.farthest);
    this.#ratios = new RatioWatch(this.#method.loss);
    this.#values = new ValueWatch();
    this.#used++;
    // A run that went on from a checkpoint in the middle of a rollout knows its answers alone.
    if (!this.#judged) {
      const [last] = this.#record.steps.slice(-1);
      if (last) this.#record.add(withUpdate(last, update));
      return [];
    }
    this.#record.add(stepFigures(this.#judged, update));
    if (!isFirst) return [];
    return this.#alarms.of(this.#judged, {
      farthest: this.#isExact ? 0 : ratio.farthest,
      explained: update.values?.explained,
      isEmpty: this.isEmpty,
    });
  }

  kept(): ReadonlyMap<string, Float32Array> {
    const record = [...this.#record.kept()]
      .map(([name, values]) => [`${keptNames.record}${name}`, values] as const);
    const isOver = this.#used % this.updates === 0;
    return new Map([
      ...record,
      ...(this.#method.learning.by === "token"
        ? [[keptNames.klWeight, Float32Array.of(this.#klWeight)] as const]
        : []),
      ...(isOver ? [] : [
        [keptNames.answers, keptAnswers(this.present.answers)] as const,
        [keptNames.used, Float32Array.of(this.#used)] as const,
      ]),
    ]);
  }

  restore(kept: ReadonlyMap<string, Float32Array>): void {
    const { answers, used, klWeight, record } = keptNames;
    this.#record.restore(
      new Map(
        [...kept].filter(([name]) => name.startsWith(record))
          .map(([name, values]) => [name.slice(record.length), values]),
      ),
    );
    [this.#klWeight] = kept.get(klWeight) ?? [this.#klWeight];
    const found = kept.get(answers);
    if (!found) return;
    this.present.take(answersOfKept(found));
    this.#used = kept.get(used)![0];
  }

  record(): MethodRecord {
    return this.#record.series();
  }

  describe(): string {
    return describeRecord(this.#record.steps, this.#farthest, this.emptySteps.length);
  }

  /** What answers paid for their divergence, after which the next ones may pay more or less. */
  #pay(asked: AskedAnswers): StepFigures {
    const { learning } = this.#method;
    if (learning.by === "answer") return {};
    const weight = this.#klWeight;
    const cost = { "weight of the divergence": { weight } };
    const all = answerDivergences(asked)?.filter((_, at) => asked.counts[at]);
    if (!all) return cost;
    const divergence = meanOfKnown(all);
    if (all.length > 0) {
      this.#klWeight = Math.fround(learning.controller.next(weight, divergence, all.length));
    }
    return { ...cost, "divergence of an answer": { nats: divergence } };
  }
}

/** The series of the record that says what share of the answers was learned from. */
const learnedSeries = "answers learned from";

/** The share of answers with an advantage. */
function shareOf(advantages: readonly number[]): number {
  return advantages.filter((advantage) => advantage !== 0).length / advantages.length;
}
