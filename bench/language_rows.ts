/**
 * The rows on which language models are trained: token ids that look like nothing.
 *
 * @module
 */
import { Random } from "../lib/core/random.ts";

/** One row: of a question the tokens are only read, of its answer they are learnt. */
export interface LanguageRow {
  readonly ids: Int32Array;
  /** 1 for a token that is learnt. */
  readonly counts: Int32Array;
}

/** How many rows, and how long. */
export interface RowSizes {
  readonly rows: number;
  /** The longest row in tokens; rows are between half and all of it where `uneven`. */
  readonly length: number;
  /** Rows of different length, whose first third is a question; unless given all tokens are learnt. */
  readonly uneven?: boolean;
  /** Ids are drawn below this number. */
  readonly ids: number;
}

const seed = 1;
/** Special tokens come first in many vocabularies. */
const firstId = 3;
/** The share of a row that is a question. */
const asked = 1 / 3;

/** Rows that are the same in every process. */
export function languageRows({ rows, length, uneven = false, ids }: RowSizes): LanguageRow[] {
  const random = Random.fromSeed(seed, "language rows");
  return Array.from({ length: rows }, () => {
    const tokens = uneven
      ? Math.ceil(length / 2) + random.integer(Math.floor(length / 2) + 1)
      : length;
    const question = uneven ? Math.floor(tokens * asked) : 0;
    return {
      ids: Int32Array.from({ length: tokens }, () => firstId + random.integer(ids - firstId)),
      counts: Int32Array.from({ length: tokens }, (_, at) => at < question ? 0 : 1),
    };
  });
}
