/**
 * Defaults of generation that a model brings along.
 *
 * @module
 */
import { optionMistakes } from "../core/check_options.ts";
import { toldInProgram, TunebookError } from "../core/errors.ts";
import { isRecord } from "../core/objects.ts";
import { shownValue } from "../core/shown_value.ts";
import { type GenerateOptions, generateRules } from "./generate_options.ts";

/** What a model's files say of generation. */
export interface GenerationConfig {
  /** Defaults; what a person gives comes before them. */
  readonly options: GenerateOptions;
  /** `decoder_start_token_id`: what an encoder-decoder's answer begins with. */
  readonly decoderStartToken?: number;
  /** `pad_token_id`. */
  readonly padToken?: number;
  /** `bos_token_id`. */
  readonly firstToken?: number;
  /** Settings that would change what is written and that this version does not follow. */
  readonly ignored: readonly string[];
}

/** What is not followed → the value that changes nothing, beside none. */
const notFollowed: Readonly<Record<string, unknown>> = {
  begin_suppress_tokens: undefined,
  diversity_penalty: 0,
  encoder_no_repeat_ngram_size: 0,
  encoder_repetition_penalty: 1,
  epsilon_cutoff: 0,
  eta_cutoff: 0,
  exponential_decay_length_penalty: undefined,
  guidance_scale: 1,
  min_length: 0,
  num_beam_groups: 1,
  penalty_alpha: undefined,
  sequence_bias: undefined,
  top_h: undefined,
};

type Json = Readonly<Record<string, unknown>>;

/** Our name → transformers' where the values are the same, and the value of theirs that changes nothing. */
const always: Partial<Record<keyof GenerateOptions, readonly [string, unknown?]>> = {
  maxNewTokens: ["max_new_tokens"],
  minNewTokens: ["min_new_tokens", 0],
  repetitionPenalty: ["repetition_penalty", 1],
  noRepeatNgramSize: ["no_repeat_ngram_size", 0],
  forcedFirstToken: ["forced_bos_token_id"],
  forcedLastToken: ["forced_eos_token_id"],
  maxTime: ["max_time"],
  badWords: ["bad_words_ids"],
};
/** The same for what acts only where tokens are drawn (`do_sample`). */
const drawing: typeof always = {
  temperature: ["temperature"],
  topK: ["top_k", 0],
  topP: ["top_p", 1],
  minP: ["min_p", 0],
  typicalP: ["typical_p", 1],
};
/** The same for what acts only with `num_beams` above 1. */
const searching: typeof always = {
  beams: ["num_beams"],
  lengthPenalty: ["length_penalty", 1],
  earlyStopping: ["early_stopping", false],
};

/**
 * Reads a model's `generation_config.json` as transformers does: a `temperature` without `do_sample` does
 * nothing, `eos_token_id` is one id or several. `max_length`, which counts the prompt too, is left out. Beams
 * that also draw (`do_sample` with `num_beams` above 1) are not there: beams are searched without drawing.
 *
 * Throws a `TunebookError` of kind "weights" that names the file for values that make no sense.
 *
 * @param file what an error calls it
 */
export function fromGenerationConfig(
  json: unknown,
  file = "generation_config.json",
): GenerationConfig {
  if (!isRecord(json)) {
    throw new TunebookError(
      "weights",
      `${file} holds ${shownValue(json)}, but must hold an object`,
    );
  }
  const beams = json.num_beams;
  const searches = typeof beams === "number" && beams > 1;
  const draws = json.do_sample === true && !searches;
  const options: GenerateOptions = {
    ...renamed(json, always),
    ...(draws ? { temperature: 1, ...renamed(json, drawing) } : {}),
    ...(searches ? renamed(json, searching) : {}),
    ...listed(json, "eos_token_id", "stopTokens"),
    ...stopTexts(json),
    ...suppressed(json),
  };
  const wrong = optionMistakes(options, generateRules);
  if (wrong.length > 0) {
    throw new TunebookError(
      "weights",
      `${file}: ${wrong.map(toldInProgram).join("; ")}`,
    );
  }
  return {
    options,
    ignored: Object.keys(notFollowed).filter((name) => {
      const value = json[name];
      return value !== undefined && value !== null && value !== notFollowed[name];
    }),
    ...id(json, "decoder_start_token_id", "decoderStartToken", file),
    ...id(json, "pad_token_id", "padToken", file),
    ...id(json, "bos_token_id", "firstToken", file),
  };
}

function renamed(json: Json, names: typeof always): GenerateOptions {
  return Object.fromEntries(
    Object.entries(names).flatMap(([ours, [theirs, neutral]]) => {
      const value = json[theirs];
      return value === undefined || value === null || value === neutral ? [] : [[ours, value]];
    }),
  );
}

function listed(json: Json, theirs: string, ours: string): GenerateOptions {
  const value = json[theirs];
  if (value === undefined || value === null) return {};
  return { [ours]: Array.isArray(value) ? value : [value] };
}

function stopTexts({ stop_strings: value }: Json): GenerateOptions {
  if (value === undefined || value === null) return {};
  return { stop: (Array.isArray(value) ? value : [value]) as string[] };
}

/** `suppress_tokens` are never written. */
function suppressed({ suppress_tokens: list }: Json): GenerateOptions {
  if (!Array.isArray(list)) return {};
  return { logitBias: Object.fromEntries(list.map((token) => [token, -Infinity])) };
}

function id(json: Json, theirs: string, ours: string, file: string): Partial<GenerationConfig> {
  const given = json[theirs];
  if (given === undefined || given === null) return {};
  // Some files list the padding token.
  const value = Array.isArray(given) ? given[0] : given;
  if (Number.isSafeInteger(value) && value >= 0) return { [ours]: value };
  // −1 stands for none in some files.
  if (value === -1) return {};
  throw new TunebookError(
    "weights",
    `${file}: ${theirs} is ${shownValue(given)}, but must be an id`,
  );
}
