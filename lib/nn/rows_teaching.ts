/**
 * What a task says of a teacher that writes the answers of its training rows.
 *
 * @module
 */
import type { Table } from "../table/table.ts";
import type { TextProcessor } from "./processor.ts";
import type { WritingCase } from "./writing.ts";

/** How a teacher draws its answers. */
export interface TeacherDrawing {
  readonly maxNewTokens: number;
  /** Answers to each prompt. */
  readonly answers: number;
  readonly seed: number;
  /** The likeliest token is taken unless given. */
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
}

/** An answer to a row. */
export interface WrittenRow extends Pick<WritingCase, "row" | "input"> {
  readonly text: string;
  /** Whether the teacher ended it; otherwise it was cut at `maxNewTokens`. */
  readonly finished: boolean;
}

/** Rows whose answers are written before a training. */
export interface RowsTeaching<AskedTask> {
  /** Where the teacher is, as `open` takes it. */
  readonly teacher: string;
  /** What it is asked as. */
  readonly task: AskedTask;
  readonly drawing: TeacherDrawing;
  /** The folder in which answers are kept. */
  readonly answersIn: string;
  /** What the rows ask; rows that ask nothing are left out. */
  cases(table: Table, processor: TextProcessor, where: string): readonly WritingCase[];
  /** The rows with these answers, as many as there are. */
  withAnswers(table: Table, written: readonly WrittenRow[]): Table;
}
