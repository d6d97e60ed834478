/**
 * Texts that many ask for at their own times, written together.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { TunebookError } from "../core/errors.ts";
import { type Rules, whole } from "../core/option_rules.ts";
import { inTurns } from "../core/in_turns.ts";
import { pauses } from "../core/pauses.ts";
import { AnswerStream, type TextPiece } from "./answer_stream.ts";
import {
  checkPrompt,
  programOf,
  type TextRequest,
  textWriterOf,
  writeRequests,
} from "./generate.ts";
import type { GeneratedText } from "./generated_text.ts";
import { type BatchPrompt, RunningTexts } from "./running_texts.ts";

/** How much is written at once with one base. */
export interface TextBatchesOptions {
  /** Texts that share a token step at most; 16 unless given. */
  readonly rows?: number;
  /**
   * Tokens that the caches of these texts have room for at most, 65,536 unless given: each text counts as
   * many as the longest may get, its prompt included. A longer text is written alone.
   */
  readonly tokens?: number;
  /** Tokens of new prompts that are read before the others go on, 2,048 unless given; one prompt at least. */
  readonly promptTokens?: number;
}

const rules: Rules<TextBatchesOptions> = { rows: whole, tokens: whole, promptTokens: whole };

/** The texts of continuers that share a program: those that are written, and those that wait. */
interface Group {
  readonly program: object;
  readonly batch: RunningTexts;
  waiting: BatchPrompt[];
  isRunning: boolean;
}

/**
 * Continuous batching (Yu et al., 2022, "Orca: A Distributed Serving System for Transformer-Based Generative
 * Models"): texts that are written with one base share each token step, whichever of its adapters they are
 * written with. New ones join between two steps, in the order in which they were asked; those that end, fail
 * or are no longer wanted leave.
 *
 * What a text says depends on its own request alone: the drawn numbers on its seed. In a batch the arithmetic
 * adds up in another order, so that logits differ in their last digits.
 */
export class TextBatches {
  readonly #options: Required<TextBatchesOptions>;
  readonly #groups = new Map<object, Group>();
  readonly #searchInTurn = inTurns();
  #searched = 0;

  /** Throws an error of kind "input" with all options that make no sense. */
  constructor(options: TextBatchesOptions = {}) {
    checkOptions("TextBatches", options, rules);
    const { rows = 16, tokens = 65_536, promptTokens = 2_048 } = options;
    this.#options = { rows, tokens, promptTokens };
  }

  /** Texts that are being written. */
  get running(): number {
    return this.#sum(({ batch }) => batch.rows);
  }

  /** Texts that wait until there is room, those that beams are searched for included. */
  get waiting(): number {
    return this.#sum(({ waiting }) =>
      waiting.reduce((sum, { answers }) => sum + answers.length, 0)
    );
  }

  /**
   * Begins the answers to a request, as many as its settings say. Each gives its text piece by piece and at
   * the end the whole; one whose loop is left early, or whose `signal` aborts, leaves the batch. Beams are
   * searched beside the batch, and their texts come whole.
   *
   * Throws an error of kind "input" for a prompt that is empty or leaves no room for a token, and for more
   * answers than texts may share a step.
   */
  write(request: TextRequest): AsyncGenerator<TextPiece, GeneratedText>[] {
    const { generator: { continuer }, prompt, source = [], settings } = request;
    checkPrompt(continuer, prompt, "the prompt");
    if (settings.beams > 1) return this.#beamTexts(request);
    if (settings.answers > this.#options.rows) {
      throw new TunebookError(
        "input",
        `${settings.answers} answers are asked, and ${this.#options.rows} texts are written at once`,
      );
    }
    const group = this.#groupOf(programOf(request));
    const answers = Array.from(
      { length: settings.answers },
      (_, answer) =>
        new AnswerStream(textWriterOf(request, [0, answer]), {
          signal: settings.signal,
          onLeave: () => dropOver(group),
        }),
    );
    const room = Math.min(settings.maxNewTokens, continuer.maxTokens - prompt.length);
    const tokens = continuer.virtualTokens + source.length + prompt.length + room;
    group.waiting.push({ request, answers, tokens });
    void this.#run(group);
    return answers.map((answer) => answer.pieces());
  }

  /** Writes until nothing is left. */
  async #run(group: Group): Promise<void> {
    if (group.isRunning) return;
    group.isRunning = true;
    const pause = pauses();
    // What is asked at one moment begins together.
    await Promise.resolve();
    while (group.waiting.length > 0 || group.batch.rows > 0) {
      const joining = this.#admit(group);
      if (joining.length > 0) await group.batch.begin(joining);
      await group.batch.step();
      await pause();
    }
    group.isRunning = false;
    // A base that is disposed of must not be kept by its last text.
    this.#groups.delete(group.program);
  }

  /** Takes those from the waiting ones that may begin, in their order. */
  #admit(group: Group): BatchPrompt[] {
    dropOver(group);
    const { rows: most, tokens: room, promptTokens } = this.#options;
    const { batch, waiting } = group;
    const joining: BatchPrompt[] = [];
    let rows = batch.rows;
    let longest = batch.tokens;
    let longestPrompt = 0;
    for (const prompt of waiting) {
      const { answers, tokens, request } = prompt;
      rows += answers.length;
      longest = Math.max(longest, tokens);
      longestPrompt = Math.max(longestPrompt, (request.source ?? request.prompt).length);
      const isFirst = rows === answers.length;
      if (!isFirst && (rows > most || rows * longest > room)) break;
      if (joining.length > 0 && (joining.length + 1) * longestPrompt > promptTokens) break;
      joining.push(prompt);
    }
    group.waiting = waiting.slice(joining.length);
    return joining;
  }

  #groupOf(program: object): Group {
    const known = this.#groups.get(program) ??
      { program, batch: new RunningTexts(), waiting: [], isRunning: false };
    this.#groups.set(program, known);
    return known;
  }

  /** Texts that a beam search finds, each in one piece; one search after the other. */
  #beamTexts(request: TextRequest): AsyncGenerator<TextPiece, GeneratedText>[] {
    const { answers } = request.settings;
    this.#searched += answers;
    const found = this.#searchInTurn(() => writeRequests([request])).then(([texts]) => texts)
      .finally(() => this.#searched -= answers);
    found.catch(() => {});
    return Array.from({ length: answers }, (_, answer) => beamText(found, answer));
  }

  #sum(of: (group: Group) => number): number {
    return this.#groups.values().reduce((sum, group) => sum + of(group), 0);
  }
}

/** Forgets waiting texts that nobody wants any more. */
function dropOver(group: Group): void {
  group.waiting = group.waiting.filter(({ answers }) => answers.some(({ isOver }) => !isOver));
}

async function* beamText(
  found: Promise<readonly GeneratedText[]>,
  answer: number,
): AsyncGenerator<TextPiece, GeneratedText> {
  const { [answer]: whole } = await found;
  const { text, tokens, logprobs = [] } = whole;
  yield { text, tokens, logprobs };
  return whole;
}
