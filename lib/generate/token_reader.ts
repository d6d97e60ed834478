/**
 * How a model reads tokens: a decoder the prompt and what is written behind it, an encoder-decoder the
 * source and then the answer.
 *
 * @module
 */
import type { HostTensor, Program } from "../engine/mod.ts";
import { beginAnswers, continueAnswers } from "../nn/answer_program.ts";
import { askedTokens, continuationProgram, type Continued } from "../nn/continuation_program.ts";
import { inPlaceProgram } from "../nn/in_place_program.ts";
import { textConfig } from "../nn/model.ts";
import type { TextCache } from "./text_cache.ts";

/** The programs of a continuer, and what they are fed with. */
export interface TokenReader {
  /** Tokens that a method puts before what is written. */
  readonly virtualTokens: number;
  /** Whether another program reads the first tokens than the later ones. */
  readonly beginsOtherwise: boolean;
  program(begins: boolean): Program;
  feeds(
    tokens: readonly ArrayLike<number>[],
    cache: TextCache,
    begins: boolean,
  ): Record<string, HostTensor>;
  /** The same by a program that writes into the cache itself; encoder-decoders have none. */
  readonly inPlace?: {
    program(begins: boolean): Program;
    feeds(
      tokens: readonly ArrayLike<number>[],
      cache: TextCache,
      begins: boolean,
    ): ReturnType<TextCache["inPlace"]>;
  };
}

/** The reader of a model with a language head. */
export function tokenReader(continued: Continued): TokenReader {
  const { model, adapter } = continued;
  const { padId } = textConfig(model);
  if (model.family.decoder) {
    return {
      // They stand before the source.
      virtualTokens: 0,
      beginsOtherwise: true,
      program: (begins) => begins ? beginAnswers(continued) : continueAnswers(continued),
      feeds(tokens, cache, begins) {
        const own = padded(tokens, padId);
        const read = begins ? padded(cache.source!.tokens, padId) : undefined;
        return {
          decoder_input_ids: own.ids,
          decoder_attention_mask: own.mask,
          ...(read ? { input_ids: read.ids, attention_mask: read.mask } : cache.source!.feeds()),
          [askedTokens]: lastTokens(tokens, 0),
          ...cache.feeds(),
        };
      },
    };
  }
  const virtualTokens = adapter.virtualTokens ?? 0;
  const batchFeeds = (tokens: readonly ArrayLike<number>[], begins: boolean) => {
    const { ids, mask } = padded(tokens, padId);
    return {
      input_ids: ids,
      attention_mask: mask,
      [askedTokens]: lastTokens(tokens, begins ? virtualTokens : 0),
    };
  };
  return {
    virtualTokens,
    // Virtual tokens come first.
    beginsOtherwise: adapter.input !== undefined,
    program: (begins) => continuationProgram(continued, begins),
    feeds: (tokens, cache, begins) => ({ ...batchFeeds(tokens, begins), ...cache.feeds() }),
    inPlace: {
      program: (begins) => inPlaceProgram(continued, begins),
      feeds(tokens, cache, begins) {
        const { feeds, into } = cache.inPlace(
          longestOf(tokens) + (begins ? virtualTokens : 0),
        );
        return { feeds: { ...batchFeeds(tokens, begins), ...feeds }, into };
      },
    },
  };
}

function longestOf(tokens: readonly ArrayLike<number>[]): number {
  return tokens.reduce((longest, each) => Math.max(longest, each.length), 0);
}

/** Tokens as a batch, padded on the right. */
function padded(
  tokens: readonly ArrayLike<number>[],
  padId: number,
): { readonly ids: HostTensor; readonly mask: HostTensor } {
  const rows = tokens.length;
  const length = longestOf(tokens);
  const ids = new Int32Array(rows * length).fill(padId);
  const mask = new Int32Array(rows * length);
  tokens.forEach((each, row) => {
    ids.set(Array.from(each), row * length);
    mask.fill(1, row * length, row * length + each.length);
  });
  const shape = [rows, length];
  return { ids: { shape, data: ids }, mask: { shape, data: mask } };
}

/** The last token of each row, where `added` tokens come before its own. */
function lastTokens(tokens: readonly ArrayLike<number>[], added: number): HostTensor {
  const length = longestOf(tokens);
  const data = Int32Array.from(
    tokens,
    (each, row) => row * (added + length) + added + each.length - 1,
  );
  return { shape: [tokens.length], data };
}
