/**
 * A conversation with a model: what was said is kept, and read only once.
 *
 * @module
 */
import { customInspect, jupyterDisplay, type MimeBundle } from "../core/display.ts";
import { TunebookError } from "../core/errors.ts";
import { shownValue } from "../core/shown_value.ts";
import { conversationDisplay, conversationText } from "./conversation_display.ts";
import type { GeneratedText } from "./generated_text.ts";
import type { GenerateOptions } from "./generate_options.ts";
import type { TextModel } from "./text_model.ts";

/** One turn of a conversation. */
export interface Message {
  readonly role: string;
  readonly content: string;
}

/** How a conversation begins and goes on. */
export interface ChatOptions extends GenerateOptions {
  /** What the model is told before the first turn. */
  readonly system?: string;
}

/** Where a conversation takes place. */
export interface ConversationPlace {
  /** Shows the conversation while an answer is written. */
  show?(shown: MimeBundle): void;
  /** Follows a signal, and whatever else stops an answer there, until the answer is disposed of. */
  interrupt?(signal: AbortSignal | undefined): { readonly signal: AbortSignal } & Disposable;
}

/** A conversation. */
export class Conversation {
  readonly #model: TextModel;
  readonly #options: GenerateOptions;
  readonly #system: string | undefined;
  readonly #place: ConversationPlace;
  #messages: Message[] = [];
  #read: number[] = [];
  #held: ReturnType<TextModel["begin"]> | undefined;

  constructor(
    model: TextModel,
    { system, ...options }: ChatOptions,
    place: ConversationPlace = {},
  ) {
    this.#model = model;
    this.#options = options;
    this.#system = system;
    this.#place = place;
    this.reset();
  }

  /** What was said so far, the system's text first. */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  /**
   * Says something and gives the answer. An answer that was stopped or failed leaves the conversation as
   * it was before.
   *
   * @param options those of this answer, before those of the conversation
   */
  async say(text: string, options: GenerateOptions = {}): Promise<GeneratedText> {
    const pieces = this.stream(text, options);
    while (true) {
      const { done, value } = await pieces.next();
      if (done) return value;
    }
  }

  /** Says something and gives the answer piece by piece; the last result is the whole answer. */
  async *stream(
    text: string,
    options: GenerateOptions = {},
  ): AsyncGenerator<string, GeneratedText> {
    if (typeof text !== "string") {
      throw new TunebookError(
        "input",
        `say takes a text, say("Hello!"), but got ${shownValue(text)}`,
      );
    }
    const { show, interrupt } = this.#place;
    using interrupted = interrupt?.(options.signal ?? this.#options.signal);
    const own = {
      ...this.#options,
      ...options,
      ...(interrupted ? { signal: interrupted.signal } : {}),
    };
    const asked = [...this.#messages, { role: "user", content: text }];
    const ids = Array.from(this.#model.promptOf(this.#model.inputOf!(asked)));
    const { cache, truncate } = this.#held ??= this.#model.begin();
    // One token at least must be read again, to know what follows it.
    let kept = 0;
    while (kept < this.#read.length && kept < ids.length - 1 && this.#read[kept] === ids[kept]) {
      kept++;
    }
    truncate(kept);
    this.#read = ids.slice(0, kept);
    let answer = "";
    try {
      const pieces = this.#model.stream(ids.slice(kept), own, { cache, read: this.#read });
      while (true) {
        const { done, value } = await pieces.next();
        if (done) {
          this.#read = [...ids, ...value.tokens.slice(0, -1)];
          this.#messages = [...asked, { role: "assistant", content: value.text }];
          show?.(conversationDisplay(this.#messages));
          return value;
        }
        answer += value;
        show?.(conversationDisplay([...asked, { role: "assistant", content: answer }]));
        yield value;
      }
    } catch (error) {
      // What the cache holds of a turn that failed is not known.
      this.#held = undefined;
      this.#read = [];
      throw error;
    }
  }

  /** Forgets all but the system's text. */
  reset(): void {
    this.#messages = this.#system === undefined ? [] : [{ role: "system", content: this.#system }];
  }

  toString(): string {
    return conversationText(this.#messages);
  }

  [customInspect](): string {
    return this.toString();
  }

  [jupyterDisplay](): MimeBundle {
    return conversationDisplay(this.#messages);
  }
}
