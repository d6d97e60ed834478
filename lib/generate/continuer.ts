/**
 * A compiled model that reads texts piece by piece and says what may come next.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Device, HeldWeights, HostTensor, State, Step } from "../engine/mod.ts";
import { boundModel } from "../nn/bound_model.ts";
import { type Continued, writtenPlaces } from "../nn/continuation_program.ts";
import { readsInPlace } from "../nn/in_place_program.ts";
import { type Model, textConfig } from "../nn/model.ts";
import type { StackedAdapter } from "../nn/stacked_weights.ts";
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
   * @param adapters the adapter of each row, where it is not `adapter` in all of them
   */
  begin(
    rows: number,
    sources?: readonly ArrayLike<number>[],
    adapters?: readonly StackedAdapter[],
  ): TextCache;
  /**
   * Reads some more tokens of each row of the cache, at least one of each, and gives the logits of the
   * token that follows the last one: [vocabSize] for each row.
   */
  read(
    cache: TextCache,
    tokens: readonly ArrayLike<number>[],
    signal?: AbortSignal,
  ): Promise<Float32Array[]>;
  /** The adapter of all of its rows, where others use the same program. */
  readonly adapter?: StackedAdapter;
  /** Continuers with the same one can read rows of each other in one batch. */
  readonly sharing?: object;
  dispose(): Promise<void>;
}

/** What a continuer is compiled against. */
export interface ContinuerOptions {
  readonly device: Device;
  /** Asked for the trained tensors when something is compiled; there are none unless given. */
  readonly state?: (() => Promise<State | undefined>) | undefined;
  /** Frozen weights that other programs of the model hold. */
  readonly held?: HeldWeights | undefined;
  /** True where the vocabulary's head must be as a training has it, also beside matrices in whole numbers. */
  readonly keepsHead?: boolean | undefined;
}

/** What caches of a model's texts are made of. */
export type TextCaches = Pick<Continuer, "begin">;

/**
 * The caches of a model's texts.
 *
 * Throws an error of kind "unsupported" for a model that predicts no next token.
 */
export function textCaches(model: Model, device: Device): TextCaches {
  const { family, reference } = model;
  if (model.headRequest.name !== "language" || !(family.decoder ?? family.stack?.causal)) {
    throw new TunebookError(
      "unsupported",
      `${reference} predicts no next token, so that it writes no texts; train it with ` +
        "textGeneration, chat or text2text, or open a language model",
    );
  }
  const places = writtenPlaces(model.config);
  const kept = {
    layers: places.length,
    ...(device.allocate ? { allocate: (numbers: number) => device.allocate!(numbers) } : {}),
  };
  const { heads, size } = places[0];
  return {
    begin(rows, sources, adapters) {
      const source = sources && new SourceCache(sources, kept);
      if ((source === undefined) !== (family.decoder === undefined)) {
        throw new TunebookError(
          "input",
          `${reference}: sources belong to encoder-decoders, and every answer has one`,
        );
      }
      return new TextCache(rows, { ...kept, heads, size }, { source, adapters });
    },
  };
}

/**
 * Makes a continuer of a model with a language head. Nothing is compiled before it reads.
 *
 * Throws an error of kind "unsupported" for a model that predicts no next token.
 */
export function createContinuer(
  continued: Continued,
  { device, state, held: given, keepsHead = false }: ContinuerOptions,
): Continuer {
  const { model, adapter } = continued;
  const caches = textCaches(model, device);
  const { vocabSize, maxTokens } = textConfig(model);
  const hasSource = model.family.decoder !== undefined;
  const isInPlace = device.infers === true && readsInPlace(continued);
  const rounded = isInPlace && !keepsHead ? roundedHead(continued) : continued;
  const reader = tokenReader(model);
  const held = given ?? device.holdWeights();
  const steps = new Map<string, Promise<Step>>();
  const stepFor = (begins: boolean, writer: Pick<TokenReader, "program">): Promise<Step> => {
    // Virtual tokens come first.
    const isFirst = begins && (hasSource || adapter.input !== undefined);
    const which = `${isFirst ? "begin" : "continue"}${writer === reader ? "" : " in place"}`;
    const known = steps.get(which);
    if (known) return known;
    const compile = async () => {
      const trained = await state?.();
      const { input: _, ...plain } = adapter;
      const bound = boundModel(isFirst ? rounded : { model: rounded.model, adapter: plain });
      return await device.compile(writer.program(bound, isFirst), {
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
  // Those of an encoder-decoder stand before the source.
  const virtualTokens = hasSource ? 0 : adapter.virtualTokens ?? 0;
  const isPrefixed = adapter.prefixSites?.includes("decoder") ?? true;
  const prefix = isPrefixed ? adapter.prefixTokens ?? 0 : 0;
  return {
    vocabSize,
    virtualTokens,
    maxTokens: maxTokens - virtualTokens - prefix,
    begin: (rows, sources) => caches.begin(rows, sources),
    async read(cache, tokens, signal) {
      const begins = beginsTexts(cache);
      const added = begins ? virtualTokens : 0;
      const inPlace = isInPlace ? inPlaceReader(reader, cache, tokens, added) : undefined;
      const step = await stepFor(begins, inPlace ?? reader);
      return await readWith(step, { reader, inPlace, cache, tokens, begins, added, signal });
    },
    async dispose() {
      for (const step of steps.values()) await (await step.catch(() => undefined))?.dispose();
      steps.clear();
      if (!given) await held.dispose();
    },
  };
}

/** Whether nothing of any row was read. */
export function beginsTexts({ lengths }: TextCache): boolean {
  return lengths.every((length) => length === 0);
}

/**
 * The part of a reader that writes into the cache where it lies, where these tokens can be read so: rows
 * that begin, a single row, or one token of each.
 */
export function inPlaceReader(
  { inPlace }: TokenReader,
  cache: TextCache,
  tokens: readonly ArrayLike<number>[],
  added: number,
): TokenReader["inPlace"] {
  const longest = Math.max(...tokens.map(({ length }) => length + added));
  return beginsTexts(cache) || tokens.length === 1 || longest === 1 ? inPlace : undefined;
}

/** What is read, and with what. */
export interface Reading {
  readonly reader: TokenReader;
  /** Given where the program is the one that writes into the cache. */
  readonly inPlace: TokenReader["inPlace"];
  readonly cache: TextCache;
  readonly tokens: readonly ArrayLike<number>[];
  readonly begins: boolean;
  /** Tokens that a method puts before those that are read. */
  readonly added: number;
  /** What else the program is fed with. */
  readonly others?: Readonly<Record<string, HostTensor>>;
  readonly signal: AbortSignal | undefined;
}

/** Runs a program, keeps in the cache what it has read, and gives the logits of each row. */
export async function readWith(
  step: Step,
  { reader, inPlace, cache, tokens, begins, added, others, signal }: Reading,
): Promise<Float32Array[]> {
  const counts = tokens.map(({ length }) => length + added);
  let results: Record<string, HostTensor>;
  if (inPlace) {
    cache.reserve(Math.max(...counts));
    const { feeds, into } = inPlace.feeds(tokens, cache, { added });
    results = await step.run({ ...feeds, ...others }, signal, into);
    cache.grow(counts);
  } else {
    const feeds = reader.feeds(tokens, cache, { begins, added });
    results = await step.run({ ...feeds, ...others }, signal);
    if (begins) cache.source?.keep(results);
    cache.append(results, counts);
  }
  const logits = results.logits.data as Float32Array;
  const outputs = logits.length / tokens.length;
  return tokens.map((_, row) => logits.subarray(row * outputs, (row + 1) * outputs));
}
