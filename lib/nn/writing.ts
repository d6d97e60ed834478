/**
 * How a task's model is asked to write.
 *
 * @module
 */
import type { Table } from "../table/table.ts";
import type { TextProcessor } from "./processor.ts";

/** What a task whose model writes texts says of them. */
export interface Writing<Input = unknown> {
  /**
   * The tokens that an answer goes on from.
   *
   * @param where what errors call the input, `input 3`
   */
  promptOf(input: Input, processor: TextProcessor, where: string): Int32Array;
  /** What an encoder-decoder answers to; present where the model is one. */
  sourceOf?(input: Input, processor: TextProcessor, where: string): Int32Array;
  /** The token that an answer begins with whatever the model says, where there is one. */
  forcedFirstToken?(processor: TextProcessor): number | undefined;
  /** Token ids that end an answer, beside those of the model's files. */
  endTokens?(processor: TextProcessor): readonly number[];
  /** A conversation as an input; present where the model answers messages. */
  inputOf?(messages: readonly { readonly role: string; readonly content?: string | null }[]): Input;
  /**
   * What held-out rows ask and what is right, for scores of written texts and for samples; absent where
   * rows have no right text. Rows that ask nothing are left out.
   *
   * @param where what errors call the table
   */
  cases?(table: Table, processor: TextProcessor, where: string): WritingCase[];
}

/** A row that a model is asked to write for. */
export interface WritingCase {
  /** The row of the table, from 0. */
  readonly row: number;
  /** What `promptOf` takes. */
  readonly input: unknown;
  /** The input in words. */
  readonly asked: string;
  /** The right texts, any of which will do. */
  readonly references: readonly string[];
  /**
   * How many tokens are compared, where the model learns no end: what it writes behind them is cut off.
   * All are unless given.
   */
  readonly comparedTokens?: number;
}
