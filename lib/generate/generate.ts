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

/** What a generation runs with beside its settings. */
export interface GenerateRun {
  /** What answers are bound to; nothing unless given. */
  readonly constraint?: OutputConstraint | undefined;
  /**
   * What an encoder-decoder answers to: the source of each prompt, which itself is what every answer
   * begins with.
   */
  readonly sources?: readonly ArrayLike<number>[] | undefined;
  /** Prompts that are written at once; 16 unless given. */
  readonly batchSize?: number;
  readonly progress?: Progress;
}

/** Enough to keep two cores busy; the cache of a prompt takes as much memory as its tokens ask. */
const defaultBatchSize = 16;

/**
 * Writes `settings.answers` answers to each prompt. Prompts of like length are written together.
 *
 * Throws an error of kind "input" for an empty prompt, or one that leaves no room for a token, by its
 * number.
 *
 * @param prompts token ids
 */
export async function generate(
  generator: Generator,
  prompts: readonly ArrayLike<number>[],
  settings: GenerateSettings,
  run: GenerateRun = {},
): Promise<GeneratedText[][]> {
  const { batchSize = defaultBatchSize, progress = silentProgress } = run;
  prompts.forEach((prompt, i) => checkPrompt(generator.continuer, prompt, `prompt ${i + 1}`));
  const { sources } = run;
  const lengthOf = (i: number) => (sources ?? prompts)[i].length;
  const inOrder = Array.from(prompts.keys()).sort((a, b) => lengthOf(b) - lengthOf(a));
  const answers: GeneratedText[][] = Array(prompts.length);
  const perBatch = Math.max(1, Math.floor(batchSize / Math.max(settings.answers, settings.beams)));
  for (let start = 0; start < inOrder.length; start += perBatch) {
    const batch = inOrder.slice(start, start + perBatch);
    const written = await writeBatch(generator, batch.map((i) => prompts[i]), settings, batch, {
      ...run,
      sources: sources && batch.map((i) => sources[i]),
    });
    written.forEach((texts, i) => answers[batch[i]] = texts);
    progress.update(start + batch.length);
  }
  return answers;
}

async function writeBatch(
  generator: Generator,
  prompts: readonly ArrayLike<number>[],
  settings: GenerateSettings,
  numbers: readonly number[],
  { constraint, sources }: GenerateRun,
): Promise<GeneratedText[][]> {
  if (settings.beams > 1) {
    return await searchBeams(generator, prompts, settings, { constraint, sources });
  }
  const { answers, signal } = settings;
  const writers = prompts.map((prompt, i) =>
    Array.from({ length: answers }, (_, answer) =>
      writerOf(generator, prompt, settings, {
        path: [numbers[i], answer],
        constraint,
      }))
  );
  const { continuer } = generator;
  const options = { answers, signal, sources };
  for await (const _ of continueTexts(continuer, prompts, writers.flat(), options));
  return writers.map((each) => each.map(({ generated }) => generated));
}

/** What a stream starts from beside its prompt. */
export interface StreamStart extends Pick<GenerateRun, "constraint"> {
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
  const writer = writerOf(generator, whole, settings, { path: [0, 0], constraint });
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

function writerOf(
  { continuer, tokenizer }: Generator,
  prompt: ArrayLike<number>,
  settings: GenerateSettings,
  { path, constraint }: {
    readonly path: readonly number[];
    readonly constraint: OutputConstraint | undefined;
  },
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

function checkPrompt(
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
  );
}
