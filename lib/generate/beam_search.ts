/**
 * The bookkeeping of a beam search: log probabilities in, which beam goes on with which token out. It is
 * that of transformers 5.18 (`_beam_search`), without drawing.
 *
 * @module
 */
import { type BeamCandidate, likeliestContinuations } from "./beam_candidates.ts";

/** What a beam search runs with. */
export interface BeamSettings {
  /** Prompts that are searched at once. */
  readonly prompts: number;
  /** Beams of each prompt. */
  readonly beams: number;
  /** How many tokens are written at most. */
  readonly maxNewTokens: number;
  /** Token ids that end a text. */
  readonly stopTokens: readonly number[];
  /** Scores are divided by the number of tokens to this power. */
  readonly lengthPenalty: number;
  /**
   * `true` ends a search with as many finished texts as beams, `false` when a better one is unlikely,
   * `"never"` when there can be none.
   */
  readonly earlyStopping: boolean | "never";
  /** Whether a text ends with its last token for another reason, such as a stop text. */
  readonly ends?: (tokens: readonly number[]) => boolean;
}

/** How the beams go on after one step. Rows are beams, those of the first prompt first. */
export interface BeamStep {
  /** The row that each row continues, [prompts · beams]; caches are reordered by it. */
  readonly parents: Int32Array;
  /** The token that each row continues it with, [prompts · beams]. */
  readonly tokens: Int32Array;
  /** Whether the search of all prompts is over; the rows then mean nothing. */
  readonly isDone: boolean;
}

/** A finished text. */
export interface Hypothesis {
  /** Written token ids, a stop token included. */
  readonly tokens: readonly number[];
  /** The sum of the tokens' log probabilities over their number to the power of the length penalty. */
  readonly score: number;
  /** The row that each token came from, as `beam_indices` of transformers. */
  readonly rows: readonly number[];
}

/** A text on the way. */
interface Beam {
  readonly tokens: readonly number[];
  readonly rows: readonly number[];
  readonly score: number;
}

/** Float32 as in torch; what is less likely than anything that a model says. */
const none = -1e9;

/**
 * Searches the likeliest texts for several prompts. Each step is given the log probabilities of the next
 * token for every beam, with processors applied to them, and says how the beams go on.
 */
export class BeamSearch {
  readonly #settings: BeamSettings;
  readonly #prompts: PromptBeams[];
  #length = 0;
  #isDone = false;

  constructor(settings: BeamSettings) {
    this.#settings = settings;
    this.#prompts = Array.from(
      { length: settings.prompts },
      (_, i) => new PromptBeams(i, settings),
    );
  }

  /** Whether the search of all prompts is over. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** What the beam of a row has written so far. */
  written(row: number): readonly number[] {
    const { beams } = this.#settings;
    return this.#prompts[Math.floor(row / beams)].running[row % beams].tokens;
  }

  /**
   * Goes on by one token.
   *
   * @param logProbs by row, [vocabSize] each; before the first step all beams of a prompt are the same, and
   * only the first of each is looked at
   */
  step(logProbs: readonly Float32Array[]): BeamStep {
    const { beams } = this.#settings;
    this.#length++;
    let hasOpenEnds = false;
    for (const [i, prompt] of this.#prompts.entries()) {
      const rows = logProbs.slice(i * beams, (i + 1) * beams);
      if (prompt.step(rows, this.#length)) hasOpenEnds = true;
    }
    // As in transformers, a prompt that is done goes on until all are; its finished texts do not change.
    const mayImprove = this.#prompts.some((prompt) => prompt.mayImprove);
    const areFull = this.#settings.earlyStopping === true &&
      this.#prompts.every((prompt) => prompt.isFull);
    this.#isDone = !hasOpenEnds || !mayImprove || areFull;
    const running = this.#prompts.flatMap((prompt) => prompt.running);
    return {
      parents: Int32Array.from(running, ({ rows }) => rows[rows.length - 1]),
      tokens: Int32Array.from(running, ({ tokens }) => tokens[tokens.length - 1]),
      isDone: this.#isDone,
    };
  }

  /** The finished texts of a prompt, the best first: as many as beams, or fewer where they ended sooner. */
  hypotheses(prompt: number): readonly Hypothesis[] {
    return this.#prompts[prompt].finished;
  }
}

/** The beams of one prompt. */
class PromptBeams {
  readonly #settings: BeamSettings;
  readonly #firstRow: number;
  readonly #candidates: number;
  running: readonly Beam[];
  finished: readonly Hypothesis[] = [];
  mayImprove = true;

  constructor(prompt: number, settings: BeamSettings) {
    const { beams, stopTokens } = settings;
    this.#settings = settings;
    this.#firstRow = prompt * beams;
    // Enough that as many as beams remain when every beam has also ended in each way.
    this.#candidates = Math.max(2, 1 + stopTokens.length) * beams;
    // All begin the same: only the first one counts.
    this.running = Array.from(
      { length: beams },
      (_, i) => ({ tokens: [], rows: [], score: i === 0 ? 0 : none }),
    );
  }

  /** Whether there are as many finished texts as beams. */
  get isFull(): boolean {
    return this.finished.length === this.#settings.beams;
  }

  /** Returns whether any continuation is not at its end. */
  step(logProbs: readonly Float32Array[], length: number): boolean {
    const { beams, maxNewTokens, stopTokens } = this.#settings;
    const scores = this.running.map(({ score }) => score);
    const found = likeliestContinuations(logProbs, scores, this.#candidates);
    const continued = found.map((each) => this.#continued(each));
    const ended = continued.map(({ tokens }) =>
      length >= maxNewTokens || stopTokens.includes(tokens[tokens.length - 1]) ||
      (this.#settings.ends?.(tokens) ?? false)
    );
    const isFinal = (at: number) => ended[at] && at < beams;
    this.#finish(continued.filter((_, at) => isFinal(at)), length);
    // What has ended goes on only where nothing else is left.
    this.running = continued
      .map((beam, at) => ended[at] ? { ...beam, score: Math.fround(beam.score + none) } : beam)
      .map((beam, at) => ({ beam, at }))
      .sort((a, b) => b.beam.score - a.beam.score || a.at - b.at)
      .slice(0, beams)
      .map(({ beam }) => beam);
    this.#look(length);
    return ended.includes(false);
  }

  #continued({ beam, token, score }: BeamCandidate): Beam {
    const { tokens, rows } = this.running[beam];
    return { tokens: [...tokens, token], rows: [...rows, this.#firstRow + beam], score };
  }

  /** Keeps the best of what was finished before and now. */
  #finish(ended: readonly Beam[], length: number): void {
    const { beams, earlyStopping, lengthPenalty } = this.#settings;
    if (!this.mayImprove || (this.isFull && earlyStopping === true)) return;
    const more = ended
      .map((beam) => ({ ...beam, score: Math.fround(beam.score / length ** lengthPenalty) }))
      // A beam that goes on behind its end, or that nothing allows, is no text.
      .filter(({ score }) => score > none / 2);
    this.finished = [...this.finished, ...more]
      .map((hypothesis, at) => ({ hypothesis, at }))
      .sort((a, b) => b.hypothesis.score - a.hypothesis.score || a.at - b.at)
      .slice(0, beams)
      .map(({ hypothesis }) => hypothesis);
  }

  /** Asks whether a running beam may still become better than the worst finished text. */
  #look(length: number): void {
    const { earlyStopping, lengthPenalty, maxNewTokens } = this.#settings;
    const best = earlyStopping === "never" && lengthPenalty > 0 ? maxNewTokens : length;
    const possible = this.running[0].score / best ** lengthPenalty;
    const worst = this.isFull ? this.finished[this.finished.length - 1].score : none;
    this.mayImprove &&= possible > worst;
  }
}
