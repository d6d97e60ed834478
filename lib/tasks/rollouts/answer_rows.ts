/**
 * The answers of the present rollout as rows of a training.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { batchFeeds } from "../../data/feeds.ts";
import type { Feeds } from "../../nn/feeds.ts";
import type { TextProcessor } from "../../nn/processor.ts";
import type { LearnedAnswer, LearnedAnswers } from "./learned_answer.ts";

/** How many answers there may be, and how long. */
export interface AnswerLimits {
  /** Answers to each prompt that are sampled. */
  readonly groupSize: number;
  /** The most of them that are learned from; all unless given. */
  readonly mostLearned?: number | undefined;
  /** The fewest that stand for a prompt, also where none of them is learned from; 1 unless given. */
  readonly together?: number | undefined;
  readonly maxNewTokens: number;
  /** The most tokens of prompt and answer. */
  readonly maxTokens: number;
}

/** Sequences with their lengths, by prompt: as many and as long as they may be until answers are taken in. */
export class AnswerRows implements LearnedAnswers {
  readonly #prompts: readonly { readonly tokens: Int32Array }[];
  readonly #options: AnswerLimits;
  readonly #groups: (readonly number[])[];
  #answers: ReadonlyMap<number, LearnedAnswer> = new Map();

  /** Tokens of each sequence. */
  readonly lengths: Int32Array;

  constructor(
    prompts: readonly { readonly tokens: Int32Array }[],
    options: AnswerLimits,
  ) {
    this.#prompts = prompts;
    this.#options = options;
    this.#groups = prompts.map((_, prompt) => this.#mostSequences(prompt));
    this.lengths = Int32Array.from(
      { length: prompts.length * options.groupSize },
      (_, sequence) => this.#mostTokens(sequence),
    );
  }

  get groups(): readonly (readonly number[])[] {
    return this.#groups;
  }

  get maxNewTokens(): number {
    return this.#options.maxNewTokens;
  }

  /** The present answers by their sequences. */
  get answers(): ReadonlyMap<number, LearnedAnswer> {
    return this.#answers;
  }

  /** True where only some answers are learned from, and of the present ones none. */
  get isEmpty(): boolean {
    return this.#options.mostLearned !== undefined && this.#answers.size > 0 &&
      [...this.#answers.values()].every(({ counts }) => !counts);
  }

  of(sequence: number): LearnedAnswer {
    const found = this.#answers.get(sequence);
    if (found) return found;
    throw new TunebookError(
      "input",
      `no rollout has made sequence ${sequence}; its rows are there while a training runs`,
    );
  }

  /** What a model reads of sequences: prompts and present answers, padded together. */
  feedsOf(sequences: ArrayLike<number>, { padId, usesTypes }: TextProcessor): Feeds {
    const chosen = Array.from(sequences, (each) => ({ ids: this.of(each).ids, row: each }));
    return batchFeeds(chosen, [...chosen.keys()], { padId, usesTypes });
  }

  /** Puts new answers in the place of those before. */
  take(answers: ReadonlyMap<number, LearnedAnswer>): void {
    for (const old of this.#answers.keys()) {
      this.lengths[old] = this.#mostTokens(old);
      this.#groups[this.#promptOf(old)] = this.#mostSequences(this.#promptOf(old));
    }
    this.#answers = answers;
    for (const [sequence, { ids }] of answers) this.lengths[sequence] = ids.length;
    const taken = Map.groupBy(answers.keys(), (sequence) => this.#promptOf(sequence));
    for (const [prompt, sequences] of taken) this.#groups[prompt] = sequences;
  }

  /** Puts those of new answers, group after group, that become rows in the place of the answers before. */
  choose(prompts: readonly number[], answers: readonly LearnedAnswer[]): void {
    const { groupSize } = this.#options;
    this.take(
      new Map(prompts.flatMap((prompt, at) => {
        const group = answers.slice(at * groupSize, (at + 1) * groupSize);
        return this.#membersOf(group.map(({ advantage }) => advantage))
          .map((member) => [prompt * groupSize + member, group[member]] as const);
      })),
    );
  }

  /**
   * The members of a group that become rows, by their advantages: those that are learned from, the highest advantage
   * first, or those that stand for a prompt without any.
   */
  #membersOf(advantages: readonly number[]): number[] {
    const { mostLearned, together = 1 } = this.#options;
    const members = [...advantages.keys()];
    if (mostLearned === undefined) return members;
    const learned = members.filter((member) => advantages[member] !== 0)
      .sort((a, b) => advantages[b] - advantages[a] || a - b);
    return learned.length > 0 ? learned : members.slice(0, together);
  }

  #mostSequences(prompt: number): number[] {
    const { groupSize, mostLearned = groupSize } = this.#options;
    return Array.from({ length: mostLearned }, (_, member) => prompt * groupSize + member);
  }

  #mostTokens(sequence: number): number {
    const { maxNewTokens, maxTokens } = this.#options;
    const { tokens } = this.#prompts[this.#promptOf(sequence)];
    return Math.min(maxTokens, tokens.length + maxNewTokens);
  }

  #promptOf(sequence: number): number {
    return Math.floor(sequence / this.#options.groupSize);
  }
}
