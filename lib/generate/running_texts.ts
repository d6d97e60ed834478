/**
 * The texts that share token steps: they join when their prompts have been read, and leave when they end.
 *
 * @module
 */
import type { AnswerStream } from "./answer_stream.ts";
import type { Continuer } from "./continuer.ts";
import type { TextRequest } from "./generate.ts";
import type { TextCache } from "./text_cache.ts";

/** A prompt with the texts that go on from it. */
export interface BatchPrompt {
  readonly request: TextRequest;
  readonly answers: readonly AnswerStream[];
  /** The most tokens of one of its texts, the prompt and a method's virtual tokens included. */
  readonly tokens: number;
}

interface Row extends Pick<BatchPrompt, "tokens"> {
  readonly answer: AnswerStream;
  readonly continuer: Continuer;
  /** The last token, which was not read yet. */
  readonly unread: number;
}

/** Texts of continuers that share a program. */
export class RunningTexts {
  #cache: TextCache | undefined;
  #rows: readonly Row[] = [];

  /** Texts that are being written. */
  get rows(): number {
    return this.#rows.length;
  }

  /** The most tokens of the longest of them. */
  get tokens(): number {
    return this.#rows.reduce((most, { tokens }) => Math.max(most, tokens), 0);
  }

  /** Reads prompts and chooses their first tokens. Only the texts of a prompt that cannot be read fail. */
  async begin(prompts: readonly BatchPrompt[]): Promise<void> {
    try {
      await this.#begin(prompts);
    } catch (error) {
      if (prompts.length === 1) prompts[0].answers.forEach((answer) => answer.fail(error));
      else for (const prompt of prompts) await this.begin([prompt]);
    }
  }

  /** Reads a token of each text and chooses the next. */
  async step(): Promise<void> {
    const rows = this.#rows;
    if (rows.length === 0) return;
    let logits: readonly Float32Array[];
    try {
      logits = await rows[0].continuer.read(this.#cache!, rows.map(({ unread }) => [unread]));
    } catch (error) {
      // What the cache holds now is not known.
      this.#rows = [];
      this.#cache = undefined;
      rows.forEach(({ answer }) => answer.fail(error));
      return;
    }
    const chosen = rows.map((row, at) => ({ at, token: nextToken(row.answer, logits[at]) }));
    const going = chosen.filter(({ token }) => token !== undefined);
    this.#rows = going.map(({ at, token }) => ({ ...rows[at], unread: token! }));
    if (going.length > 0) this.#cache!.select(going.map(({ at }) => at));
    else this.#cache = undefined;
  }

  async #begin(prompts: readonly BatchPrompt[]): Promise<void> {
    const [{ request: { generator: { continuer }, source } }] = prompts;
    const requests = prompts.map(({ request }) => request);
    const cache = continuer.begin(
      prompts.length,
      source && requests.map(({ source }) => source!),
      continuer.adapter && requests.map(({ generator }) => generator.continuer.adapter!),
    );
    const logits = await continuer.read(cache, requests.map(({ prompt }) => prompt));
    const rows = prompts.flatMap(({ answers, request, tokens }, prompt) =>
      answers.map((answer) => ({ answer, tokens, prompt, continuer: request.generator.continuer }))
    );
    const going = rows.flatMap(({ prompt, ...row }) => {
      const unread = nextToken(row.answer, logits[prompt].slice());
      return unread === undefined ? [] : [{ row: { ...row, unread }, prompt }];
    });
    if (going.length === 0) return;
    cache.select(going.map(({ prompt }) => prompt));
    if (this.#cache) this.#cache.join(cache);
    else this.#cache = cache;
    this.#rows = [...this.#rows, ...going.map(({ row }) => row)];
  }
}

/** The next token of a text; undefined where it has ended, with an error or without. */
function nextToken(answer: AnswerStream, logits: Float32Array): number | undefined {
  if (answer.isOver) return undefined;
  try {
    const token = answer.writer.choose(logits);
    if (answer.writer.ends(token)) answer.end();
    else answer.grow();
    return answer.isOver ? undefined : token;
  } catch (error) {
    answer.fail(error);
    return undefined;
  }
}
