/**
 * One text while it is written: which token comes next, and when it ends.
 *
 * @module
 */
import { Random } from "../core/random.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import { drawToken, likeliestToken } from "./choose_token.ts";
import type { TextRule } from "./continue_texts.ts";
import type { Exponentials } from "./exponentials.ts";
import type { FinishReason, GeneratedText } from "./generated_text.ts";
import type { GenerateSettings } from "./generate_settings.ts";
import type { OutputConstraint } from "./grammar/output_constraint.ts";
import { logitsProcessors } from "./processors/mod.ts";
import type { LogitsProcessor } from "./processors/logits_processor.ts";
import { StopTexts } from "./stop_texts.ts";
import { lastOf, TextStream } from "./text_stream.ts";
import { type TokenLogprobs, tokenLogprobs } from "./token_logprobs.ts";

/** What a text is written with. */
export interface TextWriterOptions {
  readonly tokenizer: Tokenizer;
  readonly settings: GenerateSettings;
  /** The tokens that it goes on from. */
  readonly prompt: ArrayLike<number>;
  /** The most tokens that the model has room for after the prompt. */
  readonly room: number;
  /** Which of the answers to which of the prompts it is; each draws numbers of its own. */
  readonly path: readonly number[];
  /** What the text is bound to. */
  readonly constraint: OutputConstraint | undefined;
  /** When no further token is begun, as `performance.now()` has it. */
  readonly deadline: number;
}

/** Writes one text. */
export class TextWriter implements TextRule {
  readonly #options: TextWriterOptions;
  readonly #processors: readonly LogitsProcessor[];
  readonly #random: Random;
  readonly #stops: ReadonlySet<number>;
  readonly #stream: TextStream;
  readonly #stopTexts: StopTexts;
  readonly #tokens: number[] = [];
  readonly #logprobs: TokenLogprobs[] = [];
  #text = "";
  #finishReason: FinishReason | undefined;

  constructor(options: TextWriterOptions) {
    const { settings, tokenizer, path, constraint } = options;
    this.#options = options;
    this.#processors = logitsProcessors(settings, constraint ? [constraint.process] : []);
    this.#random = Random.fromSeed(
      settings.seed ?? crypto.getRandomValues(new Uint32Array(1))[0],
      ...path,
    );
    this.#stops = new Set(settings.stopTokens);
    this.#stream = new TextStream(tokenizer, lastOf(options.prompt));
    this.#stopTexts = new StopTexts(settings.stop);
  }

  /** The text so far that no later token can change. */
  get text(): string {
    return this.#text;
  }

  /** True where tokens are drawn by the softmax of the model's own logits, which `choose` then leaves as they are. */
  get drawsPlainly(): boolean {
    return this.#processors.length === 0 && this.#options.settings.temperature !== 0;
  }

  /** @param weights those of the logits, where a writer that `drawsPlainly` need not compute them again */
  choose(logits: Float32Array, weights?: Exponentials): number {
    const { settings: { temperature, logprobs }, prompt } = this.#options;
    const own = logprobs === undefined || this.#processors.length === 0 ? logits : logits.slice();
    const context = { prompt, written: this.#tokens };
    for (const process of this.#processors) process(logits, context);
    const token = temperature === 0
      ? likeliestToken(logits)
      : drawToken(logits, this.#random, this.drawsPlainly ? weights : undefined);
    if (logprobs !== undefined) this.#logprobs.push(tokenLogprobs(own, token, logprobs));
    return token;
  }

  ends(token: number): boolean {
    const { settings, room, deadline } = this.#options;
    this.#tokens.push(token);
    if (this.#stops.has(token)) return this.#end("end");
    this.#text += this.#stopTexts.push(this.#stream.push(token)).text;
    if (this.#stopTexts.found !== undefined) return this.#end("stop");
    if (this.#tokens.length >= Math.min(settings.maxNewTokens, room)) return this.#end("length");
    return performance.now() >= deadline && this.#end("time");
  }

  /** What was written. */
  get generated(): GeneratedText {
    const { found } = this.#stopTexts;
    return {
      text: this.#text,
      tokens: this.#tokens,
      finishReason: this.#finishReason ?? "length",
      ...(found === undefined ? {} : { stop: found }),
      ...(this.#options.settings.logprobs === undefined ? {} : { logprobs: this.#logprobs }),
    };
  }

  #end(reason: FinishReason): true {
    this.#text += this.#stopTexts.push(this.#stream.end()).text + this.#stopTexts.end();
    this.#finishReason = this.#stopTexts.found === undefined ? reason : "stop";
    return true;
  }
}
