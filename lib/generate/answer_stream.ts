/**
 * One text on its way from the batch that writes it to whoever asked for it.
 *
 * @module
 */
import { interruption } from "../core/interruption.ts";
import type { GeneratedText } from "./generated_text.ts";
import type { TextWriter } from "./text_writer.ts";
import type { TokenLogprobs } from "./token_logprobs.ts";

/** A piece of an answer. */
export interface TextPiece {
  /** The pieces together are the answer's text; empty where tokens made none certain. */
  readonly text: string;
  /** The tokens that were written since the last piece. */
  readonly tokens: readonly number[];
  /** Of these tokens, where they were asked. */
  readonly logprobs: readonly TokenLogprobs[];
}

/** What becomes of a text. */
type Outcome = { readonly error: unknown } | "written" | "left";

/**
 * A text that a batch writes. Pieces that nobody has taken yet are given as one, so that a slow reader
 * holds back nobody.
 */
export class AnswerStream {
  readonly writer: TextWriter;
  readonly #onLeave: () => void;
  readonly #signal: AbortSignal | undefined;
  readonly #stop = () => this.fail(interruption());
  #outcome: Outcome | undefined;
  #changed = Promise.withResolvers<void>();

  /** @param onLeave called when nobody waits for the text any more */
  constructor(
    writer: TextWriter,
    { signal, onLeave }: {
      readonly signal?: AbortSignal | undefined;
      readonly onLeave: () => void;
    },
  ) {
    this.writer = writer;
    this.#onLeave = onLeave;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#stop);
    if (signal?.aborted) this.#stop();
  }

  /** Whether no further token is wanted. */
  get isOver(): boolean {
    return this.#outcome !== undefined;
  }

  /** Tells that there is more. */
  grow(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Ends the text as it is. */
  end(): void {
    this.#close("written");
  }

  /** Ends the text with an error. */
  fail(error: unknown): void {
    this.#close({ error });
  }

  /** The pieces, and at the end the whole. A loop that is left early ends the text. */
  async *pieces(): AsyncGenerator<TextPiece, GeneratedText> {
    let shown = 0;
    let tokens = 0;
    try {
      while (true) {
        const changed = this.#changed.promise;
        const { text, generated } = this.writer;
        const isOver = this.isOver;
        if (text.length > shown || (isOver && generated.tokens.length > tokens)) {
          const piece = {
            text: text.slice(shown),
            tokens: generated.tokens.slice(tokens),
            logprobs: generated.logprobs?.slice(tokens) ?? [],
          };
          shown = text.length;
          tokens = generated.tokens.length;
          yield piece;
          continue;
        }
        if (typeof this.#outcome === "object") throw this.#outcome.error;
        if (isOver) return generated;
        await changed;
      }
    } finally {
      this.#close("left");
    }
  }

  #close(outcome: Outcome): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    this.#signal?.removeEventListener("abort", this.#stop);
    if (outcome !== "written") this.#onLeave();
    this.grow();
  }
}
