/**
 * The rows of a table → groups of texts, and what is wrong with them.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { quoted, showsNothing, visibleText } from "../../core/quoted.ts";
import { checkClassNames, className } from "../../data/class_names.ts";
import { columnValues, requireColumns } from "../../table/columns.ts";
import { plainNumber } from "../../table/infer_column.ts";
import { sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import { embeddingColumns, type SentenceEmbeddingsOptions, shapeOf } from "./options.ts";
import { defaultLoss, type LossName, type RowShape } from "./losses.ts";

/** What the columns of a table are. */
export interface EmbeddingRows {
  readonly shape: RowShape;
  /** The columns of texts in the order of a group: anchor, positive, negatives. */
  readonly texts: readonly string[];
  /** The column of the score, the label or the class. */
  readonly target?: string;
  readonly loss: LossName;
  /** The label of pairs that are alike, where labels are classes. */
  readonly alike?: string;
}

/** What options that make sense say of the rows. */
export function embeddingRows(options: SentenceEmbeddingsOptions): EmbeddingRows {
  const shape = shapeOf(options)!;
  const given = options as unknown as Readonly<Record<string, string | readonly string[]>>;
  const names = embeddingColumns[shape];
  const isTarget = (name: string) => name === "score" || name === "label";
  const target = names.find(isTarget);
  const loss = options.loss ?? defaultLoss[shape];
  return {
    shape,
    texts: names.filter((name) => !isTarget(name)).flatMap((name) => given[name]),
    ...(target ? { target: given[target] as string } : {}),
    loss,
    ...(loss === "softmax" && shape === "labelled" ? { alike: className(given.alike ?? "1") } : {}),
  };
}

/**
 * Throws one error of kind "data" with all rows whose texts are missing or blank, whose number is no
 * score or label, or whose negative is the anchor or the positive.
 */
export function checkEmbeddingRows(table: Table, rows: EmbeddingRows, where: string): void {
  const { texts, target } = rows;
  requireColumns(table, target === undefined ? texts : [...texts, target], where);
  if (table.numRows() === 0) throw new TunebookError("data", `${where} has no rows`);
  const columns = texts.map((name) => columnValues(table, name));
  const targets = target === undefined ? undefined : columnValues(table, target);
  const source = sourceRows(table, where);
  const wrong: string[] = [];
  for (let row = 0; row < table.numRows(); row++) {
    const found = texts.flatMap((name, at) => {
      const problem = textMistake(columns[at][row]);
      return problem ? [`${quoted(name)} is ${problem}`] : [];
    });
    const problem = targets && targetMistake(targets[row], rows);
    if (problem) found.push(`${quoted(target!)} is ${problem}`);
    if (rows.shape === "triplets") {
      for (const other of [0, 1]) {
        const text = columns[other][row];
        const same = columns.findIndex((column, at) => at > 1 && column[row] === text);
        if (same > 0) {
          found.push(`${quoted(texts[same])} is the same text as ${quoted(texts[other])}`);
        }
      }
    }
    if (found.length > 0) wrong.push(`${source.nameOf(row)}: ${found.join("; ")}`);
  }
  if (wrong.length === 0) {
    if (rows.shape === "classes" || rows.alike !== undefined) {
      checkClassNames(classesOfRows(table, rows).map((name) => [name]), {
        what: `the column ${quoted(target!)} of ${source.where}`,
        source,
      });
    }
    return checkAlike(table, rows, where);
  }
  const title =
    `correct or remove these ${wrong.length} of ${table.numRows()} rows of ${source.where}:`;
  throw mistakes("data", title, wrong);
}

function textMistake(value: unknown): string | undefined {
  if (value === null || value === undefined || Number.isNaN(value)) return "missing";
  if (typeof value !== "string") {
    return `${Array.isArray(value) ? "a list" : typeof value}, no text`;
  }
  return showsNothing(value) ? "an empty text" : undefined;
}

/** Throws an error of kind "data" where no pair has the class that means alike. */
function checkAlike(table: Table, rows: EmbeddingRows, where: string): void {
  const { alike, target } = rows;
  if (alike === undefined) return;
  const classes = [...new Set(classesOfRows(table, rows))].sort();
  if (classes.includes(alike)) return;
  const shown = classes.slice(0, 10).map(quoted).join(", ");
  throw new TunebookError(
    "data",
    `no row of ${where} has ${quoted(alike)} in ${quoted(target!)}, but ${shown}` +
      `${classes.length > 10 ? ` and ${classes.length - 10} more` : ""}; give rows that have it, ` +
      "or say with alike which class means that both texts are alike",
  );
}

function targetMistake(value: unknown, { shape, loss, alike }: EmbeddingRows): string | undefined {
  if (value === null || value === undefined || Number.isNaN(value)) return "missing";
  if (shape === "classes" || alike !== undefined) {
    const isClass = typeof value === "string"
      ? visibleText(value) !== ""
      : typeof value === "bigint" || typeof value === "boolean" || Number.isSafeInteger(value);
    if (typeof value === "number" && !isClass) return `${value}, no class: not a whole number`;
    return isClass ? undefined : `${Array.isArray(value) ? "a list" : typeof value}, no class`;
  }
  const number = numberOf(value);
  if (shape === "labelled") {
    return number === 0 || number === 1 ? undefined : `${quoted(String(value))}, not 0 or 1`;
  }
  if (typeof value === "boolean" || !Number.isFinite(Math.fround(number))) {
    return `${quoted(String(value))}, no finite number`;
  }
  return loss === "cosineSimilarity" && Math.abs(number) > 1
    ? `${number}, but the loss cosineSimilarity needs scores from −1 to 1: divide by the largest`
    : undefined;
}

/** A number, also as a text, an integer of 64 bits or a boolean as a number; NaN for anything else. */
function numberOf(value: unknown): number {
  // One cell that is no number makes a column of texts: the others are right.
  if (typeof value === "string") return plainNumber(value) ?? NaN;
  return ["number", "bigint", "boolean"].includes(typeof value) ? Number(value) : NaN;
}

/**
 * Throws an error of kind "data" where all pairs have the same score or label: nothing can be learnt
 * of them, and any vectors score well on such.
 */
export function checkTargetsDiffer(table: Table, rows: EmbeddingRows, where: string): void {
  const values: Iterable<unknown> = rows.alike === undefined
    ? scoresOfRows(table, rows)
    : classesOfRows(table, rows);
  const [first, ...others] = values;
  if (first === undefined || others.some((other) => other !== first)) return;
  throw new TunebookError(
    "data",
    `all ${others.length + 1} rows of ${where} have the ${
      rows.shape === "labelled" ? "label" : "score"
    } ${typeof first === "string" ? quoted(first) : first} in ${
      quoted(rows.target!)
    }; give rows with two or more`,
  );
}

/** The texts of each row in the order of a group. */
export function textsOf(table: Table, { texts }: EmbeddingRows): string[][] {
  const columns = texts.map((name) => columnValues(table, name) as string[]);
  return Array.from({ length: table.numRows() }, (_, row) => columns.map((column) => column[row]));
}

/**
 * The score of each row, or 1 where its pair is alike and 0 where not, [rows]; empty where rows have
 * none.
 */
export function scoresOfRows(table: Table, rows: EmbeddingRows): Float32Array {
  const { shape, target, alike } = rows;
  if (target === undefined || shape === "classes") return new Float32Array();
  if (alike !== undefined) {
    return Float32Array.from(classesOfRows(table, rows), (name) => name === alike ? 1 : 0);
  }
  return Float32Array.from(columnValues(table, target), numberOf);
}

/** Classes as numbers from 0, in the order of their names. */
export function numberedClasses(
  classes: readonly string[],
): { readonly names: readonly string[]; readonly numbers: Float32Array } {
  const names = [...new Set(classes)].sort();
  const numberOf = new Map(names.map((name, number) => [name, number]));
  return { names, numbers: Float32Array.from(classes, (name) => numberOf.get(name)!) };
}

/** The class of each row as text. */
export function classesOfRows(table: Table, { target }: EmbeddingRows): string[] {
  return columnValues(table, target!).map(className);
}
