/**
 * A trained model that writes: inputs of its task → texts.
 *
 * @module
 */
import { type Progress, silentProgress } from "../core/progress.ts";
import { TunebookError } from "../core/errors.ts";
import type { TextProcessor } from "../nn/processor.ts";
import type { Writing } from "../nn/writing.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import type { Continuer } from "./continuer.ts";
import { type StreamStart, streamText, type TextRequest, writeRequests } from "./generate.ts";
import type { GeneratedText } from "./generated_text.ts";
import type { GenerateOptions } from "./generate_options.ts";
import type { OutputConstraint } from "./grammar/output_constraint.ts";
import { settingsConstraint } from "./settings_constraint.ts";
import { type GenerateSettings, generateSettings } from "./generate_settings.ts";
import { textAfter } from "./text_stream.ts";
import type { TextCache } from "./text_cache.ts";

/** What a model that writes is made of. */
export interface TextModelParts<Input> {
  readonly continuer: Continuer;
  readonly processor: TextProcessor;
  readonly writing: Writing<Input>;
  /** What the model's files say; what a person gives comes before it. */
  readonly defaults: GenerateOptions;
}

/** A model that writes. */
export class TextModel<Input = unknown> {
  readonly #parts: TextModelParts<Input>;
  #bound: { readonly key: string; readonly constraint: OutputConstraint | undefined } | undefined;

  constructor(parts: TextModelParts<Input>) {
    this.#parts = parts;
  }

  /** The tokenizer of its texts. */
  get tokenizer(): Tokenizer {
    return this.#parts.processor.tokenizer;
  }

  /** How it writes unless told otherwise. */
  get defaults(): GenerateOptions {
    return this.#parts.defaults;
  }

  /** The tokens that an answer to an input goes on from. */
  promptOf(input: Input, where = "the input"): Int32Array {
    const { writing, processor } = this.#parts;
    return writing.promptOf(input, processor, where);
  }

  /** What an answer to an input is an answer to; undefined where the model is no encoder-decoder. */
  sourceOf(input: Input, where = "the input"): Int32Array | undefined {
    const { writing, processor } = this.#parts;
    return writing.sourceOf?.(input, processor, where);
  }

  /** Whether an input leaves room for so many tokens. */
  hasRoom(input: Input, tokens: number): boolean {
    const { length } = this.promptOf(input);
    return length > 0 && length + tokens <= this.#parts.continuer.maxTokens;
  }

  /** The texts of tokens that are written behind an input. */
  textsBehind(input: Input): (tokens: readonly number[]) => string {
    return textAfter(this.#parts.processor.tokenizer, this.promptOf(input));
  }

  /** A conversation as an input; undefined where the model answers none. */
  get inputOf(): Writing<Input>["inputOf"] {
    return this.#parts.writing.inputOf;
  }

  /** Writes the answers to all inputs, those to the first one first. */
  async generate(
    inputs: readonly Input[],
    options: GenerateOptions,
    progress: Progress = silentProgress,
  ): Promise<GeneratedText[]> {
    return (await writeRequests(this.requests(inputs, options), { progress })).flat();
  }

  /**
   * What `generate` writes, for models that write together.
   *
   * @param where what errors call an input
   */
  requests(
    inputs: readonly Input[],
    options: GenerateOptions,
    where = (at: number) => `input ${at + 1}`,
  ): TextRequest[] {
    const settings = this.#settings("generate", options);
    const constraint = this.#constraint(settings);
    return inputs.map((input, at) => ({
      generator: this.#generator,
      prompt: this.promptOf(input, where(at)),
      source: this.sourceOf(input, where(at)),
      settings,
      constraint,
    }));
  }

  /** The same for tokens that are asked as they are, of a model that is no encoder-decoder. */
  requestOf(prompt: ArrayLike<number>, options: GenerateOptions): TextRequest {
    const settings = this.#settings("generate", options);
    return { generator: this.#generator, prompt, settings, constraint: this.#constraint(settings) };
  }

  /** Writes one answer piece by piece. */
  stream(
    prompt: ArrayLike<number>,
    options: GenerateOptions,
    start: Omit<StreamStart, "constraint"> = {},
  ): AsyncGenerator<string, GeneratedText> {
    checkOneAnswer(options);
    const settings = this.#settings("stream", { ...options, beams: 1, answers: 1 });
    const constraint = this.#constraint(settings);
    return streamText(this.#generator, prompt, settings, { constraint, ...start });
  }

  /** A cache for one text, and how many tokens of the text it holds. */
  begin(): { readonly cache: TextCache; truncate(length: number): void } {
    const { continuer } = this.#parts;
    const cache = continuer.begin(1);
    const truncate = (length: number) =>
      cache.truncate(0, length === 0 ? 0 : length + continuer.virtualTokens);
    return { cache, truncate };
  }

  async dispose(): Promise<void> {
    await this.#parts.continuer.dispose();
  }

  get #generator() {
    const { continuer, processor: { tokenizer } } = this.#parts;
    return { continuer, tokenizer };
  }

  /** What settings bind answers to; the same schema or grammar is made once. */
  #constraint(settings: GenerateSettings): OutputConstraint | undefined {
    const { schema, grammar, stopTokens } = settings;
    const key = JSON.stringify([schema, grammar, stopTokens]);
    if (this.#bound?.key !== key) {
      const { tokenizer } = this.#parts.processor;
      this.#bound = { key, constraint: settingsConstraint(settings, tokenizer) };
    }
    return this.#bound.constraint;
  }

  #settings(of: string, options: GenerateOptions): GenerateSettings {
    const { processor, writing, defaults } = this.#parts;
    const { stopTokens = [] } = defaults;
    const ends = [...stopTokens, ...writing.endTokens?.(processor) ?? []];
    const forcedFirstToken = writing.forcedFirstToken?.(processor);
    const own = {
      ...defaults,
      ...(forcedFirstToken === undefined ? {} : { forcedFirstToken }),
      stopTokens: ends,
    };
    return generateSettings(of, options, own, processor.tokenizer);
  }
}

/** Beams and several answers are there only as a whole. */
function checkOneAnswer({ beams = 1, answers = 1 }: GenerateOptions): void {
  const wrong = beams > 1 ? "beams" : answers > 1 ? "answers" : undefined;
  if (wrong === undefined) return;
  throw new TunebookError(
    "input",
    `${wrong} above 1 give texts only when they are whole: ask generate, or leave ${wrong} out`,
  );
}
