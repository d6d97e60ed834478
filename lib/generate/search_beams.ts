/**
 * Prompts → the likeliest answers that a beam search finds.
 *
 * @module
 */
import { interruption } from "../core/interruption.ts";
import { pauses } from "../core/pauses.ts";
import { BeamSearch, type Hypothesis } from "./beam_search.ts";
import type { Generator } from "./generator.ts";
import type { GeneratedText } from "./generated_text.ts";
import type { GenerateSettings } from "./generate_settings.ts";
import { logitsProcessors } from "./processors/mod.ts";
import type { OutputConstraint } from "./grammar/output_constraint.ts";
import { logSoftmax } from "./token_logprobs.ts";
import { textAfter } from "./text_stream.ts";
import { StopTexts } from "./stop_texts.ts";

/**
 * Writes the answers that a beam search finds likeliest, the best first. Stop texts end an answer as
 * stop tokens do; processors go over log probabilities, as in transformers.
 */
export async function searchBeams(
  { continuer, tokenizer }: Generator,
  prompts: readonly ArrayLike<number>[],
  settings: GenerateSettings,
  { constraint, sources }: {
    readonly constraint?: OutputConstraint | undefined;
    /** The source of each prompt, where the model is an encoder-decoder. */
    readonly sources?: readonly ArrayLike<number>[] | undefined;
  } = {},
): Promise<GeneratedText[][]> {
  const { beams, stop, answers, signal } = settings;
  const longest = prompts.reduce((most, { length }) => Math.max(most, length), 0);
  const maxNewTokens = Math.min(settings.maxNewTokens, continuer.maxTokens - longest);
  const ends = (tokens: readonly number[]) => {
    const text = stop.length === 0 ? "" : tokenizer.decode(tokens);
    return stop.some((each) => text.includes(each));
  };
  const search = new BeamSearch({
    ...settings,
    prompts: prompts.length,
    maxNewTokens,
    ...(stop.length === 0 ? {} : { ends }),
  });
  const processors = prompts.map(() =>
    logitsProcessors(settings, constraint ? [constraint.process] : [])
  );
  const promptOf = (row: number) => Math.floor(row / beams);
  const pause = pauses(signal);
  const cache = continuer.begin(prompts.length, sources);
  const rows = Array.from({ length: prompts.length * beams }, (_, row) => row);
  // All beams of a prompt begin the same: it is read once.
  const first = await continuer.read(cache, prompts, signal);
  cache.select(rows.map(promptOf));
  let logits = rows.map((row) =>
    row % beams === 0 ? first[promptOf(row)] : first[promptOf(row)].slice()
  );
  while (true) {
    await pause();
    for (const row of rows) {
      logSoftmax(logits[row]);
      const context = { prompt: prompts[promptOf(row)], written: search.written(row) };
      for (const process of processors[promptOf(row)]) process(logits[row], context);
    }
    const { parents, tokens, isDone } = search.step(logits);
    if (isDone) break;
    cache.select(Array.from(parents));
    logits = await continuer.read(cache, Array.from(tokens, (token) => [token]), signal);
    if (signal?.aborted) throw interruption();
  }
  return prompts.map((_, prompt) =>
    search.hypotheses(prompt).slice(0, answers).map((found) =>
      answerOf(found, textAfter(tokenizer, prompts[prompt]), settings, maxNewTokens)
    )
  );
}

function answerOf(
  { tokens, score }: Hypothesis,
  textOf: (tokens: readonly number[]) => string,
  { stop, stopTokens }: GenerateSettings,
  maxNewTokens: number,
): GeneratedText {
  const isEnded = stopTokens.includes(tokens[tokens.length - 1]);
  const stops = new StopTexts(stop);
  const { text, stop: found } = stops.push(
    textOf(isEnded ? tokens.slice(0, -1) : tokens),
  );
  const finishReason = isEnded
    ? "end"
    : found === undefined && tokens.length >= maxNewTokens
    ? "length"
    : "stop";
  return { text: text + stops.end(), tokens, score, finishReason };
}
