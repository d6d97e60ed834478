/**
 * Prompts → answers.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { type Progress, silentProgress } from "../core/progress.ts";
import { continueTexts } from "./continue_texts.ts";
import type { Continuer } from "./continuer.ts";
import type { GeneratedText } from "./generated_text.ts";
import type { Generator } from "./generator.ts";
import type { GenerateSettings } from "./generate_settings.ts";
import type { OutputConstraint } from "./grammar/output_constraint.ts";
import { searchBeams } from "./search_beams.ts";
import type { TextCache } from "./text_cache.ts";
import { TextWriter } from "./text_writer.ts";

/** What the writing of requests is told beside them. */
export interface WriteOptions {
  readonly progress?: Progress;
}

/** Answers to one prompt that are asked. */
export interface TextRequest {
  readonly generator: Generator;
  /** Token ids. */
  readonly prompt: ArrayLike<number>;
  readonly settings: GenerateSettings;
  /** What answers are bound to; nothing unless given. */
  readonly constraint?: OutputConstraint | undefined;
  /** What an encoder-decoder answers to; the prompt is then what its decoder begins with. */
  readonly source?: ArrayLike<number> | undefined;
}

/**
 * Prompts that are written at once: enough to keep two cores busy; the cache of a prompt takes as much
 * memory as its tokens ask.
 */
const batchSize = 16;

/**
 * Writes what requests ask, those of like length together, and of several adapters that share a program.
 * Their settings have the same `answers`, `beams` and `signal`; beams are searched for one generator
 * at a time.
 *
 * Throws an error of kind "input" for an empty prompt, or one that leaves no room for a token, by its
 * number.
 */
export async function writeRequests(
  requests: readonly TextRequest[],
  { progress = silentProgress }: WriteOptions = {},
): Promise<GeneratedText[][]> {
  requests.forEach(({ generator, prompt }, i) =>
    checkPrompt(generator.continuer, prompt, `input ${i + 1}`)
  );
  const lengthOf = (i: number) => (requests[i].source ?? requests[i].prompt).length;
  const answers: GeneratedText[][] = Array(requests.length);
  let done = 0;
  for (const together of Map.groupBy(requests.keys(), (i) => programOf(requests[i])).values()) {
    const { settings } = requests[together[0]];
    const inOrder = together.sort((a, b) => lengthOf(b) - lengthOf(a));
    const most = Math.max(1, Math.floor(batchSize / Math.max(settings.answers, settings.beams)));
    for (let start = 0; start < inOrder.length; start += most) {
      const batch = inOrder.slice(start, start + most);
      const written = await writeBatch(batch.map((i) => requests[i]), batch);
      written.forEach((texts, i) => answers[batch[i]] = texts);
      progress.update(done += batch.length);
    }
  }
  return answers;
}

/** What requests have in common that can be written together. */
export function programOf({ generator: { continuer }, settings }: TextRequest): object {
  return settings.beams > 1 ? continuer : continuer.sharing ?? continuer;
}

async function writeBatch(
  requests: readonly TextRequest[],
  numbers: readonly number[],
): Promise<GeneratedText[][]> {
  const [{ generator, settings, constraint, source }] = requests;
  const { continuer } = generator;
  const prompts = requests.map(({ prompt }) => prompt);
  const sources = source && requests.map(({ source }) => source!);
  if (settings.beams > 1) {
    return await searchBeams(generator, prompts, settings, { constraint, sources });
  }
  const { answers, signal } = settings;
  const writers = requests.map((request, i) =>
    Array.from(
      { length: answers },
      (_, answer) => textWriterOf(request, [numbers[i], answer]),
    )
  );
  const adapters = continuer.adapter &&
    requests.map(({ generator: { continuer } }) => continuer.adapter!);
  const options = { answers, signal, sources, adapters };
  for await (const _ of continueTexts(continuer, prompts, writers.flat(), options));
  return writers.map((each) => each.map(({ generated }) => generated));
}

/** What a stream starts from beside its prompt. */
export interface StreamStart extends Pick<TextRequest, "constraint"> {
  /** What was read before the prompt, which goes on being used. */
  readonly cache?: TextCache | undefined;
  /** The tokens that the cache holds, a method's virtual ones left out. */
  readonly read?: ArrayLike<number> | undefined;
  /** What an encoder-decoder answers to. */
  readonly source?: ArrayLike<number> | undefined;
}

/**
 * Writes one answer piece by piece; the pieces together are its text. Returns the answer.
 *
 * @param prompt the tokens to read, behind those of the cache
 */
export async function* streamText(
  generator: Generator,
  prompt: ArrayLike<number>,
  settings: GenerateSettings,
  { constraint, cache, read = [], source }: StreamStart = {},
): AsyncGenerator<string, GeneratedText> {
  const whole = [...Array.from(read), ...Array.from(prompt)];
  checkPrompt(generator.continuer, whole, "the prompt");
  const writer = textWriterOf({ generator, prompt: whole, settings, constraint }, [0, 0]);
  const { signal } = settings;
  let shown = 0;
  const sources = source && [source];
  const options = { signal, sources, ...(cache ? { cache } : {}) };
  for await (const _ of continueTexts(generator.continuer, [prompt], [writer], options)) {
    const { text } = writer;
    if (text.length === shown) continue;
    yield text.slice(shown);
    shown = text.length;
  }
  return writer.generated;
}

/**
 * What writes an answer to a request.
 *
 * @param path the request's number and the answer's, for the numbers that it draws
 */
export function textWriterOf(
  { generator: { continuer, tokenizer }, prompt, settings, constraint }: TextRequest,
  path: readonly [request: number, answer: number],
): TextWriter {
  return new TextWriter({
    tokenizer,
    settings,
    prompt,
    room: continuer.maxTokens - prompt.length,
    path,
    constraint,
    deadline: performance.now() + 1000 * (settings.maxTime ?? Infinity),
  });
}

/**
 * Throws an error of kind "input" for a prompt that is empty or leaves no room for a token.
 *
 * @param what what the error calls it
 */
export function checkPrompt(
  { maxTokens }: Continuer,
  { length }: ArrayLike<number>,
  what: string,
): void {
  if (length === 0) throw new TunebookError("input", `${what} has no tokens to go on from`);
  if (length < maxTokens) return;
  throw new TunebookError(
    "input",
    `${what} has ${length} tokens, and the model takes ${maxTokens} with what it writes: ` +
      "make it shorter",
    // As OpenAI's servers call it.
    { code: "context_length_exceeded" },
  );
}
