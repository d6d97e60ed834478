/**
 * Where a model's special tokens stand around one text and around a pair.
 *
 * @module
 */
import type { Tokenizer as TokenizerModel } from "@huggingface/tokenizers";
import { TunebookError } from "../core/errors.ts";
import type { Joined } from "./text_tokens.ts";

/** A place in an encoded input: a special token (`id`), or all tokens of a text (`part`). */
export interface Slot {
  /** The id of a special token; undefined where a text stands. */
  id?: number;
  /** Which text stands here, 0 or 1. */
  part: number;
  /** The segment, 0 or 1. */
  type: number;
}

/** The slots of one text and of a pair, in order. */
export interface Template {
  single: Slot[];
  pair: Slot[];
}

// No vocabulary holds these: a token has no line feed and a byte-level one no space.
const first = "\n first \n";
const second = "\n second \n";

/**
 * Reads the template off the tokenizer by passing marker tokens through its post-processor, which
 * works alike for every kind of post-processor. Throws a `TunebookError` of kind "weights" when the
 * template uses a token that has no id.
 */
export function readTemplate(model: TokenizerModel, path: string): Template {
  const run = (tokens: string[], pair: string[] | null) => {
    const made = model.post_processor?.post_process(tokens, pair, true) ?? { tokens };
    // Some post-processors leave the pair beside the tokens, without any token between.
    const rest = pair !== null && !made.tokens.includes(second) ? pair : [];
    return [...made.tokens, ...rest].map((token, index): Slot => {
      const type = made.token_type_ids?.[index] ?? 0;
      if (token === first) return { part: 0, type };
      if (token === second) return { part: 1, type };
      const id = model.token_to_id(token);
      if (id !== undefined) return { id, part: 0, type };
      throw new TunebookError("weights", `${path}: the template's token "${token}" has no id`);
    });
  };
  return { single: run([first], null), pair: run([first], [second]) };
}

/** Lists of token ids in the slots of a template; segments are all 0 without `segments`. */
export function fillTemplate(
  slots: readonly Slot[],
  parts: readonly ArrayLike<number>[],
  segments: boolean,
): Joined {
  const lengthOf = ({ id, part }: Slot) => id === undefined ? parts[part].length : 1;
  const length = slots.reduce((sum, slot) => sum + lengthOf(slot), 0);
  const ids = new Int32Array(length);
  const types = new Int32Array(length);
  const starts: number[] = [];
  let at = 0;
  for (const slot of slots) {
    const end = at + lengthOf(slot);
    if (slot.id !== undefined) ids[at] = slot.id;
    else {
      ids.set(parts[slot.part], at);
      starts[slot.part] = at;
    }
    if (segments) types.fill(slot.type, at, end);
    at = end;
  }
  const [firstStart, secondStart] = starts;
  return secondStart === undefined
    ? { ids, types, firstStart }
    : { ids, types, firstStart, secondStart };
}
