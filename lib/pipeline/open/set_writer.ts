/**
 * Texts of adapters that share a base: each input, stream and conversation with an adapter of its own.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { anything, list, type Rules } from "../../core/option_rules.ts";
import type { ChatOptions, Conversation } from "../../generate/conversation.ts";
import { type TextRequest, writeRequests } from "../../generate/generate.ts";
import type { GeneratedText } from "../../generate/generated_text.ts";
import {
  generateContradictions,
  type GenerateOptions,
  generateRules,
} from "../../generate/generate_options.ts";
import type { TextModel } from "../../generate/text_model.ts";
import { onCellInterrupt } from "../run/on_interrupt.ts";
import { requireInputs } from "../run/predict_inputs.ts";
import { withAsked, writerOf } from "../write/writer.ts";
import { type ActiveNames, type AdapterAnswer, checkChoices, saying } from "./active_names.ts";

/** Which adapter writes each text. */
export interface AdapterGenerateOptions<Name extends string> extends GenerateOptions {
  /** One for each input, or `null` for the model alone. */
  readonly adapters: readonly ActiveNames<Name>[];
}

/** Which adapter writes a text. */
export interface AdapterStreamOptions<Name extends string> extends GenerateOptions {
  /** Several act at once; `null` is the model alone. */
  readonly adapter: ActiveNames<Name>;
}

/** Which adapter answers in a conversation. */
export interface AdapterChatOptions<Name extends string> extends ChatOptions {
  /** Several act at once; `null` is the model alone. */
  readonly adapter: ActiveNames<Name>;
}

/**
 * What adapters write on one base, whose weights are there once. What was read of a text belongs to the
 * adapter that has read it.
 */
export interface SetWriter<Name extends string, Input = unknown> {
  /**
   * Writes an answer to each input with its own adapter, or as many as `answers` says; those of all
   * adapters in the same batches.
   *
   * Throws as `generate` of an open model does, and an error of kind "input" with every adapter that is
   * unknown.
   */
  generate(
    inputs: readonly Input[],
    options: AdapterGenerateOptions<Name>,
  ): Promise<AdapterAnswer<Name, GeneratedText>[]>;
  /** Writes one answer piece by piece; breaking off the loop or aborting `signal` ends it. */
  stream(
    input: Input,
    options: AdapterStreamOptions<Name>,
  ): AsyncGenerator<string, GeneratedText>;
  /** Begins a conversation with an adapter; any number of them may go on at the same time. */
  chat(options: AdapterChatOptions<Name>): Conversation;
}

/** Makes a writer; `textModelOf` throws where an adapter is unknown or writes no texts. */
export function setWriter<Name extends string>(
  textModelOf: (choice: ActiveNames<Name>) => TextModel,
): SetWriter<Name> {
  return {
    async generate(inputs, options = { adapters: [] }) {
      requireInputs(inputs, "generate");
      const { adapters, ...others } = Object(options) as AdapterGenerateOptions<Name>;
      const rules: Rules<AdapterGenerateOptions<Name>> = { ...generateRules, adapters: list };
      checkOptions("generate", options, rules, () => generateContradictions(others));
      checkChoices(inputs, adapters, textModelOf);
      using interrupt = onCellInterrupt(others.signal);
      const { signal } = interrupt;
      const models = adapters.map(textModelOf);
      const requests: TextRequest[] = Array(inputs.length);
      for (const [model, rows] of Map.groupBy(inputs.keys(), (row) => models[row])) {
        const own = rows.map((row) => inputs[row]);
        model.requests(own, { ...others, signal }, (at) => `input ${rows[at] + 1}`)
          .forEach((request, at) => requests[rows[at]] = request);
      }
      const found = (await writeRequests(requests)).flatMap((texts, row) =>
        texts.map((each) => saying(each, adapters[row]) as AdapterAnswer<Name, GeneratedText>)
      );
      return withAsked(found, inputs);
    },
    async *stream(input, options) {
      const { adapter, others } = chosen("stream", options, generateRules);
      return yield* writerOf(() => textModelOf(adapter)).stream(input, others);
    },
    chat(options) {
      const { adapter, others } = chosen("chat", options, { ...generateRules, system: anything });
      return writerOf(() => textModelOf(adapter)).chat(others);
    },
  };
}

/** The adapter apart from the options, whose values are looked at where they are used. */
function chosen<Options extends { readonly adapter: unknown }>(
  of: string,
  options: Options,
  known: Readonly<Record<string, unknown>>,
): { readonly adapter: Options["adapter"]; readonly others: Omit<Options, "adapter"> } {
  const names = Object.keys(known).map((name) => [name, anything] as const);
  checkOptions(of, options, { ...Object.fromEntries(names), adapter: anything } as never);
  const { adapter, ...others } = Object(options) as Options;
  return { adapter, others };
}
