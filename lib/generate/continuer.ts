/**
 * A compiled model that reads texts piece by piece and says what may come next.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Device, HeldWeights, State, Step } from "../engine/mod.ts";
import { type Continued, writtenPlaces } from "../nn/continuation_program.ts";
import { textConfig } from "../nn/model.ts";
import { frozenOf } from "../nn/trainable_model.ts";
import { SourceCache } from "./source_cache.ts";
import { TextCache } from "./text_cache.ts";
import { tokenReader } from "./token_reader.ts";

/** Reads tokens and scores those that may follow. */
export interface Continuer {
  /** The numbers that `read` gives for each row. */
  readonly vocabSize: number;
  /** The most tokens of a row, a method's virtual ones left out. */
  readonly maxTokens: number;
  /** Tokens that a method puts before each row, which a cache holds as well. */
  readonly virtualTokens: number;
  /**
   * A cache for new rows.
   *
   * @param sources the source of each row; an encoder-decoder needs them, and nothing else takes them
   */
  begin(rows: number, sources?: readonly ArrayLike<number>[]): TextCache;
  /**
   * Reads some more tokens of each row of the cache, at least one of each, and gives the logits of the
   * token that follows the last one: [vocabSize] for each row.
   */
  read(
    cache: TextCache,
    tokens: readonly ArrayLike<number>[],
    signal?: AbortSignal,
  ): Promise<Float32Array[]>;
  dispose(): Promise<void>;
}

/** What a continuer is compiled against. */
export interface ContinuerOptions {
  readonly device: Device;
  /** Asked for the trained tensors when something is compiled; there are none unless given. */
  readonly state?: (() => Promise<State | undefined>) | undefined;
  /** Frozen weights that other programs of the model hold. */
  readonly held?: HeldWeights | undefined;
}

/**
 * Makes a continuer of a model with a language head. Nothing is compiled before it reads.
 *
 * Throws an error of kind "unsupported" for a model that predicts no next token.
 */
export function createContinuer(
  continued: Continued,
  { device, state, held: given }: ContinuerOptions,
): Continuer {
  const { model, adapter } = continued;
  const config = textConfig(model);
  if (
    model.headRequest.name !== "language" || !(model.family.decoder ?? model.family.stack?.causal)
  ) {
    throw new TunebookError(
      "unsupported",
      `${model.reference} predicts no next token, so that it writes no texts; train it with ` +
        "textGeneration, chat or text2text, or open a language model",
    );
  }
  const reader = tokenReader(continued);
  const { virtualTokens } = reader;
  const places = writtenPlaces(config);
  const held = given ?? device.holdWeights();
  const steps = new Map<boolean, Promise<Step>>();
  const stepFor = (begins: boolean): Promise<Step> => {
    const which = begins && reader.beginsOtherwise;
    const known = steps.get(which);
    if (known) return known;
    const compile = async () => {
      const trained = await state?.();
      return await device.compile(reader.program(which), {
        frozen: frozenOf(continued),
        held,
        ...(trained ? { state: trained } : {}),
      });
    };
    const made = compile();
    steps.set(which, made);
    made.catch(() => steps.delete(which));
    return made;
  };
  const kept = {
    layers: places.length,
    ...(device.allocate ? { allocate: (numbers: number) => device.allocate!(numbers) } : {}),
  };
  const { heads, size } = places[0];
  const isPrefixed = adapter.prefixSites?.includes("decoder") ?? true;
  const prefix = isPrefixed ? adapter.prefixTokens ?? 0 : 0;
  return {
    vocabSize: config.vocabSize,
    virtualTokens,
    maxTokens: config.maxTokens - virtualTokens - prefix,
    begin(rows, sources) {
      const source = sources && new SourceCache(sources, kept);
      if ((source === undefined) !== (model.family.decoder === undefined)) {
        throw new TunebookError(
          "input",
          `${model.reference}: sources belong to encoder-decoders, and every answer has one`,
        );
      }
      return new TextCache(rows, { ...kept, heads, size }, source);
    },
    async read(cache, tokens, signal) {
      const begins = cache.lengths.every((length) => length === 0);
      const added = begins ? virtualTokens : 0;
      const step = await stepFor(begins);
      const results = await step.run(reader.feeds(tokens, cache, begins), signal);
      if (begins) cache.source?.keep(results);
      cache.append(results, tokens.map(({ length }) => length + added));
      const logits = results.logits.data as Float32Array;
      const outputs = logits.length / tokens.length;
      return tokens.map((_, row) => logits.subarray(row * outputs, (row + 1) * outputs));
    },
    async dispose() {
      for (const step of steps.values()) await (await step.catch(() => undefined))?.dispose();
      steps.clear();
      if (!given) await held.dispose();
    },
  };
}
