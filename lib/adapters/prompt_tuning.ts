/**
 * Prompt tuning (Lester et al., arXiv 2104.08691): N vectors P [N, hiddenSize] are trained and stand
 * before the word embeddings of every text; the model itself stays as it is.
 *
 * P starts at words, as the paper advises: of the vocabulary, of the class labels, or of a text. A
 * random start is PEFT's default and the worst: .234 on its GSM8K comparison (a decoder, 200 tokens)
 * against .343 with words of the vocabulary, both at 1e-3; at 1e-4 the random start gave .057. The
 * paper's 100 tokens suit models of billions; PEFT's examples have 8 to 20. Its rate of .3 belongs to
 * Adafactor. PEFT's 1e-3 learns nothing in the 80 to 200 steps of small data: on 1,500 of the sentiment
 * rows, three epochs, accuracy was .843 at 3e-3, .858 at 1e-2, .853 at 3e-2 and .843 at 1e-1; at 1e-2
 * .843 with 5 tokens, .857 with 50, .847 from labels, .843 from a text, .607 from a random start.
 *
 * An encoder's classification head reads the first position, which is the first virtual token, as in
 * PEFT. A decoder's reads the last real token; PEFT's reads the last position, padding or not, so that
 * it agrees on rows that are padded on the left, or not at all.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { oneOf, type Rules, text, whole } from "../core/option_rules.ts";
import { startMistakes } from "./parts/start_text.ts";
import { TunebookError } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import type { Method, ModelInfo } from "../nn/method.ts";
import { stackOf } from "../nn/encoder.ts";
import { textConfig } from "../nn/model.ts";
import { storedPrompt } from "./parts/stored_prompt.ts";
import type { PeftConfig } from "./peft/config.ts";
import { idsOf, prepend, promptFields, promptFormat, promptPeft } from "./parts/virtual_tokens.ts";

/** Where the virtual tokens start. */
export type PromptStart = "vocabulary" | "labels" | "text" | "random";

/** Settings of prompt tuning. */
export interface PromptTuningOptions {
  /** Virtual tokens; 20 unless given. */
  readonly tokens?: number;
  /**
   * `vocabulary`: random words. `labels`: the names of the classes, then random words. `text`: the
   * text's tokens, repeated. `random`: normal numbers. `text` where there is one, else `vocabulary`.
   */
  readonly start?: PromptStart;
  /** The text to start from. */
  readonly text?: string;
}

const starts: readonly PromptStart[] = ["vocabulary", "labels", "text", "random"];
/** What the settings must be. */
export const promptTuningRules: Rules<PromptTuningOptions> = {
  tokens: whole,
  start: oneOf(starts),
  text,
};
const defaultTokens = 20;
const learningRate = 1e-2;
const name = "prompt_tuning";
/** The parameter, as PEFT calls it within its prompt encoder. */
const parameter = "embedding.weight";

/**
 * Virtual tokens before the text.
 *
 * @example
 * ```ts
 * import { promptTuning } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(promptTuning({ text: "Is this review good or bad?" }).settings.start, "text");
 * assert.throws(() => promptTuning({ start: "text" }), /needs a text/);
 * ```
 */
export function promptTuning(options: PromptTuningOptions = {}): Method {
  checkOptions(name, options, promptTuningRules, () => startMistakes(options));
  const { tokens = defaultTokens, text } = options;
  const { start = text === undefined ? "vocabulary" : "text" } = options;
  return {
    method: name,
    settings: { tokens, start, ...(text === undefined ? {} : { text }) },
    learningRate,
    attach(modelInfo) {
      const shape = [tokens, modelInfo.config.hiddenSize];
      const config = {
        peft_type: "PROMPT_TUNING",
        ...promptFields(modelInfo, tokens),
        // A folder is loaded, not started: PEFT would ask for a tokenizer where this said TEXT.
        prompt_tuning_init: start === "vocabulary" ? "SAMPLE_VOCAB" : "RANDOM",
      };
      return {
        parameters: [{
          name: parameter,
          shape,
          decay: true,
          initial: (random) => promptStart(modelInfo, { tokens, start, text: text ?? "" }, random),
        }],
        trains: () => false,
        virtualTokens: tokens,
        input: (given, context) => prepend(given, context.parameter(parameter)),
        delta: (values) => ({ linears: new Map(), prompt: values.get(parameter)! }),
        ...promptPeft(
          modelInfo,
          promptFormat(config, shape, (values) => values.get(parameter)!, parameter),
        ),
      };
    },
  };
}

/** The start of a prompt, [tokens, hiddenSize] row by row. */
export function promptStart(
  modelInfo: ModelInfo,
  { tokens, start, text }: {
    readonly tokens: number;
    readonly start: PromptStart;
    readonly text: string;
  },
  random: Random,
): Float32Array {
  const { hiddenSize, vocabSize } = textConfig(modelInfo);
  const made = new Float32Array(tokens * hiddenSize);
  // PyTorch's start of an embedding.
  if (start === "random") return made.map(() => random.normal());
  const { wordTable, wordScale } = stackOf(modelInfo.family);
  const scale = wordScale?.(modelInfo.config) ?? 1;
  const table = modelInfo.weights.get(`${wordTable}.weight`)!;
  const row = (id: number) => table.subarray(id * hiddenSize, (id + 1) * hiddenSize);
  const first = start === "labels" ? labelWords(modelInfo) : [];
  const ids = start === "text" ? idsOf(modelInfo, text, name) : [];
  for (let token = 0; token < tokens; token++) {
    const chosen = first[token] ??
      [ids.length > 0 ? ids[token % ids.length] : random.integer(vocabSize)];
    for (const id of chosen) {
      row(id).forEach((each, i) => made[token * hiddenSize + i] += scale * each / chosen.length);
    }
  }
  return made;
}

/** The tokens of each class's name; several are averaged, as in the paper (section 3.2.1). */
function labelWords(modelInfo: ModelInfo): number[][] {
  if (!modelInfo.labels) {
    throw new TunebookError("input", `${name}: this task has no class names to start from`);
  }
  // What the tokenizer puts around every text belongs to no label.
  const around = modelInfo.encode?.("") ?? new Int32Array();
  return modelInfo.labels.map((label) => {
    const ids = [...idsOf(modelInfo, label, name)];
    let before = 0;
    while (before < around.length && ids[before] === around[before]) before++;
    const own = ids.slice(before, ids.length - (around.length - before));
    return own.length > 0 ? own : ids;
  });
}

/** The method in a PEFT folder. */
export function promptTuningFromPeft(config: PeftConfig): Method {
  const settings = { tokens: config.num_virtual_tokens, start: "random" };
  return storedPrompt(config, { method: name, learningRate, settings, parameter });
}
