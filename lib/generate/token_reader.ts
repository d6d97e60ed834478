/**
 * How a model reads tokens: a decoder the prompt and what is written behind it, an encoder-decoder the
 * source and then the answer.
 *
 * @module
 */
import type { HostTensor, Program } from "../engine/mod.ts";
import { beginAnswers, continueAnswers } from "../nn/answer_program.ts";
import type { BoundModel } from "../nn/bound_model.ts";
import { askedTokens, continuationProgram } from "../nn/continuation_program.ts";
import { inPlaceProgram } from "../nn/in_place_program.ts";
import { type Model, textConfig } from "../nn/model.ts";
import type { TextCache } from "./text_cache.ts";

/** The programs of a continuer, and what they are fed with. */
export interface TokenReader {
  /** The program that reads the first tokens of texts, or the later ones. */
  program(bound: BoundModel, begins: boolean): Program;
  /**
   * Feeds for some more tokens of each row.
   *
   * @param added tokens that a method puts before those that are fed
   */
  feeds(
    tokens: readonly ArrayLike<number>[],
    cache: TextCache,
    { begins, added }: { readonly begins: boolean; readonly added: number },
  ): Record<string, HostTensor>;
  /** The same by a program that writes into the cache itself; encoder-decoders have none. */
  readonly inPlace?: {
    program: TokenReader["program"];
    feeds(
      tokens: readonly ArrayLike<number>[],
      cache: TextCache,
      read: { readonly added: number },
    ): ReturnType<TextCache["inPlace"]>;
  };
}

/** The reader of a model with a language head. */
export function tokenReader(
  model: Pick<Model, "family" | "config">,
): TokenReader {
  const { padId } = textConfig(model);
  if (model.family.decoder) {
    return {
      program: (bound, begins) => begins ? beginAnswers(bound) : continueAnswers(bound),
      feeds(tokens, cache, { begins }) {
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
  const batchFeeds = (tokens: readonly ArrayLike<number>[], added: number) => {
    const { ids, mask } = padded(tokens, padId);
    return { input_ids: ids, attention_mask: mask, [askedTokens]: lastTokens(tokens, added) };
  };
  return {
    program: continuationProgram,
    feeds: (tokens, cache, { added }) => ({ ...batchFeeds(tokens, added), ...cache.feeds() }),
    inPlace: {
      program: inPlaceProgram,
      feeds(tokens, cache, { added }) {
        const { feeds, into } = cache.inPlace(longestOf(tokens) + added);
        return { feeds: { ...batchFeeds(tokens, added), ...feeds }, into };
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
