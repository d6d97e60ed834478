/**
 * The training rows of a task whose model samples them: for each prompt a group of answers, which a rollout
 * makes anew.
 *
 * @module
 */
import type { MethodRecord } from "../../nn/method.ts";
import type { HostTensor } from "../../engine/mod.ts";
import { batchFeeds } from "../../data/feeds.ts";
import type { TextProcessor } from "../../nn/processor.ts";
import type {
  Rollout,
  RolloutMoment,
  RolloutRows,
  RolloutSample,
  RolloutTools,
} from "../../nn/rollout.ts";
import { answerPieces, readTokens } from "./answer_pieces.ts";
import { meanOfKnown } from "./advantages.ts";
import { schulman } from "./divergence.ts";
import { answersOfKept, keptAnswers } from "./kept_answers.ts";
import type { LearnedAnswer } from "./learned_answer.ts";
import { AnswerRows } from "./answer_rows.ts";
import { toldLogProbs } from "./answers_objective.ts";
import { type RatioFigures, RatioWatch, requireRatioOne } from "./ratio_watch.ts";
import type { RolloutMethod } from "./rollout_method.ts";
import { RolloutAlarms } from "./rollout_alarms.ts";
import {
  clippedSeries,
  describeRecord,
  type JudgedRollout,
  stepFigures,
} from "./rollout_figures.ts";
import { judgedSample, type RolloutPrompt, rolloutSamples } from "./rollout_samples.ts";
import { RolloutRecord, type StepFigures } from "./rollout_record.ts";

/** Samples of earlier steps that are kept for the result. */
const mostSamples = 20_000;

/** What a checkpoint's numbers are called. */
const keptNames = { answers: "answers", used: "used", record: "record " } as const;

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
  #watch = new RatioWatch();
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
    this.#alarms = new RolloutAlarms({ learnsFromEqual: method.learnsFromEqual });
    this.present = new AnswerRows(prompts, {
      ...{ groupSize, maxNewTokens, mostLearned, together, maxTokens },
    });
    this.rewards = rewards;
    this.updates = updates;
  }

  /** What a training is given. */
  get rows(): RolloutRows {
    const { padId, usesTypes } = this.#processor;
    return {
      lengths: this.present.lengths,
      groups: this.present.groups,
      changes: "batches",
      rollout: this,
      feedsOf: (sequences) => {
        const chosen = Array.from(
          sequences,
          (each) => ({ ids: this.present.of(each).ids, row: each }),
        );
        return batchFeeds(chosen, [...chosen.keys()], { padId, usesTypes });
      },
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
    { step, seed, signal }: RolloutMoment,
    { policy, judge, isExact }: RolloutTools,
  ): Promise<void> {
    const { groupSize, asksReference, mostLearned, loss } = this.#method;
    const { temperature } = loss;
    const chosen = Array.from(prompts);
    const asked = chosen.map((row) => ({ tokens: this.#prompts[row].tokens, row }));
    const groups = await policy.sample(asked, {
      ...this.#method,
      temperature: this.#method.temperature ?? temperature,
      notedTemperature: temperature,
      ...{ seed, step, signal },
    });
    const answers = groups.flat();
    const promptOf = (at: number) => this.#prompts[chosen[Math.floor(at / groupSize)]];
    const judged = await judge.judge(
      answers.map((answer, at) => judgedSample(promptOf(at), answer, step)),
      { signal },
    );
    const texts = answers.map(({ tokens }, at) => ({
      tokens: Int32Array.of(...promptOf(at).tokens, ...tokens),
      answer: tokens.length,
    }));
    const references = asksReference
      ? await policy.logProbs(texts, { of: "reference", temperature, signal })
      : undefined;
    const { totals: rewards } = judged;
    const apart = references &&
      answers.map(({ logProbs }, at) => differences(logProbs, references[at]));
    const isWhole = answers.map(({ finished }) => finished || !this.#method.maskTruncated);
    const divergences = apart?.map((each, at) => isWhole[at] ? sumOf(each) : 0);
    const advantages = this.#method.advantages(rewards, divergences, answers);
    const learned = (at: number): LearnedAnswer => ({
      ids: texts[at].tokens,
      length: texts[at].answer,
      oldLogProbs: answers[at].logProbs,
      ...(references ? { referenceLogProbs: references[at] } : {}),
      advantage: Math.fround(advantages[at]),
      counts: isWhole[at] && (mostLearned === undefined || advantages[at] !== 0),
    });
    // Nothing was changed so far: what was stopped or failed has left everything as it was.
    this.present.take(
      new Map(
        chosen.flatMap((prompt, group) =>
          this.present.membersOf(advantages.slice(group * groupSize, (group + 1) * groupSize))
            .map((member) => [prompt * groupSize + member, learned(group * groupSize + member)])
        ),
      ),
    );
    this.#isExact = isExact;
    this.#used = 0;
    this.#judged = {
      ...{ answers, groupSize, judged, rewards },
      own: {
        ...(mostLearned === undefined ? {} : { [learnedSeries]: { share: shareOf(advantages) } }),
        ...this.#method.figures?.({ rewards, advantages, divergences }),
      },
      ...(apart ? { divergence: meanOfKnown(apart.flatMap((each) => each.map(schulman))) } : {}),
    };
    const samples = rolloutSamples(answers, { promptOf, judged, advantages, step });
    this.#samples = [...this.#samples, ...samples].slice(-mostSamples);
  }

  observe(prompts: ArrayLike<number>, told: Readonly<Record<string, HostTensor>>): void {
    const { [toldLogProbs]: present } = told;
    if (!present) return;
    const { loss } = this.#method;
    const answers = Array.from(prompts).flatMap((prompt) => this.present.groups[prompt])
      .map((sequence) => this.present.of(sequence));
    const lengths = answers.map(({ length }) => length);
    const arranged = answerPieces(lengths, present.shape[0], loss.together);
    readTokens(arranged, lengths, present.data).forEach((own, at) => {
      if (answers[at].counts) this.#watch.add(answers[at], own, loss);
    });
    if (this.#isExact && this.#used === 0) requireRatioOne(this.#watch.figures);
  }

  endStep(_step: number): readonly string[] {
    const { figures } = this.#watch;
    if (this.#used === 0) this.#farthest = Math.max(this.#farthest, figures.farthest);
    this.#watch = new RatioWatch();
    const isFirst = this.#used === 0;
    this.#used++;
    // A run that went on from a checkpoint in the middle of a rollout knows its answers alone.
    if (!this.#judged) {
      const [last] = this.#record.steps.slice(-1);
      if (last) this.#record.add(withRatio(last, figures));
      return [];
    }
    const isClipped = this.#method.loss.epsilonHigh !== undefined;
    this.#record.add(stepFigures(this.#judged, figures, isClipped));
    if (!isFirst) return [];
    return this.#alarms.of(this.#judged, {
      farthest: this.#isExact ? 0 : figures.farthest,
      isEmpty: this.isEmpty,
    });
  }

  kept(): ReadonlyMap<string, Float32Array> {
    const record = [...this.#record.kept()]
      .map(([name, values]) => [`${keptNames.record}${name}`, values] as const);
    const isOver = this.#used % this.updates === 0;
    return new Map([
      ...record,
      ...(isOver ? [] : [
        [keptNames.answers, keptAnswers(this.present.answers)] as const,
        [keptNames.used, Float32Array.of(this.#used)] as const,
      ]),
    ]);
  }

  restore(kept: ReadonlyMap<string, Float32Array>): void {
    const { answers, used, record } = keptNames;
    this.#record.restore(
      new Map(
        [...kept].filter(([name]) => name.startsWith(record))
          .map(([name, values]) => [name.slice(record.length), values]),
      ),
    );
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
}

/** The series of the record that says what share of the answers was learned from. */
const learnedSeries = "answers learned from";

/** The share of answers with an advantage. */
function shareOf(advantages: readonly number[]): number {
  return advantages.filter((advantage) => advantage !== 0).length / advantages.length;
}

/** The figures of a rollout in a further step that learns from it. */
function withRatio(figures: StepFigures, { mean, clipped }: RatioFigures): StepFigures {
  const { [clippedSeries]: isClipped } = figures;
  return {
    ...figures,
    ratio: { mean },
    ...(isClipped ? { [clippedSeries]: { share: clipped } } : {}),
  };
}

function differences(a: Float32Array, b: Float32Array): number[] {
  return Array.from(a, (each, at) => each - b[at]);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
