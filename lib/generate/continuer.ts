/**
 * A compiled model that reads texts piece by piece and says what may come next.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Device, HeldWeights, HostTensor, State, Step } from "../engine/mod.ts";
import { askedTokens, continuationProgram, type Continued } from "../nn/continuation_program.ts";
import { keyValueSizes } from "../nn/key_value_sizes.ts";
import { textConfig } from "../nn/model.ts";
import { frozenOf } from "../nn/trainable_model.ts";
import { TextCache } from "./text_cache.ts";

/** Reads tokens and scores those that may follow. */
export interface Continuer {
  /** The numbers that `read` gives for each row. */
  readonly vocabSize: number;
  /** The most tokens of a row, a method's virtual ones left out. */
  readonly maxTokens: number;
  /** Tokens that a method puts before each row, which a cache holds as well. */
  readonly virtualTokens: number;
  /** A cache for new rows. */
  begin(rows: number): TextCache;
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
  if (model.headRequest.name !== "language" || !model.family.stack?.causal) {
    throw new TunebookError(
      "unsupported",
      `${model.reference} predicts no next token, so that it writes no texts; train it with ` +
        "textGeneration or chat, or open a language model",
    );
  }
  const virtual = adapter.virtualTokens ?? 0;
  // The program that begins texts differs from the one that continues them only where a method puts
  // virtual tokens first.
  const held = given ?? device.holdWeights();
  const steps = new Map<boolean, Promise<Step>>();
  const stepFor = (begins: boolean): Promise<Step> => {
    const which = begins && adapter.input !== undefined;
    const known = steps.get(which);
    if (known) return known;
    const compile = async () => {
      const trained = await state?.();
      return await device.compile(continuationProgram(continued, which), {
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
  const sizes = {
    layers: config.numLayers,
    ...keyValueSizes(config),
    ...(device.allocate ? { allocate: (numbers: number) => device.allocate!(numbers) } : {}),
  };
  return {
    vocabSize: config.vocabSize,
    virtualTokens: virtual,
    maxTokens: config.maxTokens - virtual - (adapter.prefixTokens ?? 0),
    begin: (rows) => new TextCache(rows, sizes),
    async read(cache, tokens, signal) {
      const begins = cache.lengths.every((length) => length === 0);
      const added = begins ? virtual : 0;
      const step = await stepFor(begins);
      const results = await step.run({
        ...batchFeeds(tokens, { padId: config.padId, added }),
        ...cache.feeds(),
      }, signal);
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

/** Tokens as a batch, padded on the right; the last of each row is asked. */
function batchFeeds(
  tokens: readonly ArrayLike<number>[],
  { padId, added }: { readonly padId: number; readonly added: number },
): Record<string, HostTensor> {
  const rows = tokens.length;
  const length = tokens.reduce((longest, each) => Math.max(longest, each.length), 0);
  const ids = new Int32Array(rows * length).fill(padId);
  const mask = new Int32Array(rows * length);
  tokens.forEach((each, row) => {
    ids.set(Array.from(each), row * length);
    mask.fill(1, row * length, row * length + each.length);
  });
  const asked = Int32Array.from(
    tokens,
    (each, row) => row * (added + length) + added + each.length - 1,
  );
  return {
    input_ids: { shape: [rows, length], data: ids },
    attention_mask: { shape: [rows, length], data: mask },
    [askedTokens]: { shape: [rows], data: asked },
  };
}
