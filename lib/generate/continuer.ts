/**
 * A compiled model that reads texts piece by piece and says what may come next.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Device, HeldWeights, HostTensor, State, Step } from "../engine/mod.ts";
import { type Continued, writtenPlaces } from "../nn/continuation_program.ts";
import { readsInPlace } from "../nn/in_place_program.ts";
import { textConfig } from "../nn/model.ts";
import { roundedHead } from "./rounded_head.ts";
import { frozenOf } from "../nn/trainable_model.ts";
import { SourceCache } from "./source_cache.ts";
import { TextCache } from "./text_cache.ts";
import { type TokenReader, tokenReader } from "./token_reader.ts";

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
  const isInPlace = device.infers === true && readsInPlace(continued);
  const rounded = isInPlace ? roundedHead(continued) : continued;
  const reader = tokenReader(rounded);
  const { virtualTokens } = reader;
  const places = writtenPlaces(config);
  const held = given ?? device.holdWeights();
  const steps = new Map<string, Promise<Step>>();
  const stepFor = (begins: boolean, writer: Pick<TokenReader, "program">): Promise<Step> => {
    const isFirst = begins && reader.beginsOtherwise;
    const which = `${isFirst ? "begin" : "continue"}${writer === reader ? "" : " in place"}`;
    const known = steps.get(which);
    if (known) return known;
    const compile = async () => {
      const trained = await state?.();
      return await device.compile(writer.program(isFirst), {
        frozen: frozenOf(rounded),
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
      const counts = tokens.map(({ length }) => length + added);
      // A row that goes on by several tokens is read in place only where it is alone.
      const inPlace = isInPlace && (begins || counts.length === 1 || Math.max(...counts) === 1)
        ? reader.inPlace
        : undefined;
      let results: Record<string, HostTensor>;
      if (inPlace) {
        const step = await stepFor(begins, inPlace);
        cache.reserve(Math.max(...counts));
        const { feeds, into } = inPlace.feeds(tokens, cache, begins);
        results = await step.run(feeds, signal, into);
        cache.grow(counts);
      } else {
        const step = await stepFor(begins, reader);
        results = await step.run(reader.feeds(tokens, cache, begins), signal);
        if (begins) cache.source?.keep(results);
        cache.append(results, counts);
      }
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
