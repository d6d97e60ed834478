/**
 * Whether held-out rows, or their labels, are known to a model that learned from the training rows alone.
 *
 * @module
 */
import type { SplitName } from "../../data/images/split_names.ts";
import { columnValues } from "../../table/columns.ts";
import type { Splits } from "../../table/splits.ts";
import type { Table } from "../../table/table.ts";
import { nearDuplicateTexts } from "../../text/near_duplicate_texts.ts";
import {
  type AnalysedSplit,
  type DuplicateGroup,
  duplicatesOf,
} from "../error_analysis/duplicates.ts";
import type { AnyLabelledTask } from "../run/read_stage.ts";
import { sourceRows } from "../../table/source_rows.ts";
import { type RevealingWord, revealingWords } from "./revealing_words.ts";

/** A held-out row and the training row that is like it. */
export interface LeakedRow {
  readonly split: SplitName;
  /** Its number in its source, from 1. */
  readonly number: number;
  /** The number of the training row. */
  readonly trainingNumber: number;
  /** What it shows the model, in words. */
  readonly text: string;
}

/** What is known of the held-out rows. */
export interface Leakage {
  /** Held-out rows that are the same as a training row to the model, or nearly the same. */
  readonly rows: readonly LeakedRow[];
  /** Held-out rows in all, and those whose group has training rows; absent where no group was named. */
  readonly heldOut: number;
  readonly groups?: { readonly column: string; readonly rows: number };
  /** Words that give the label away. */
  readonly words: readonly RevealingWord[];
  /** Training rows that repeat an earlier one, by their number in the table from 0. */
  readonly repeated: ReadonlySet<number>;
  /** Training rows whose text has another label in another training row. */
  readonly contradictions: number;
}

/** Jaccard's index of words and pairs from which texts count as nearly the same. */
const nearShare = 0.8;
/** Bits of perceptual hashes, as in `errorAnalysis`. */
const nearBits = 2;

/** Looks for leaks; the labels of held-out rows say nothing in it. */
export async function leakageOf(
  splits: readonly AnalysedSplit[],
  { task, tables, groups, signal }: {
    readonly task: AnyLabelledTask;
    readonly tables: Splits;
    readonly groups?: string | undefined;
    readonly signal: AbortSignal;
  },
): Promise<Leakage> {
  const exact = await duplicatesOf(splits, { task: task.task, maxDistance: nearBits, signal });
  const isText = splits.every(({ examples }) => examples.images === undefined);
  const texts = splits.map(({ table }) => task.task.report.texts(table).map(String));
  const near = isText ? nearGroups(splits, texts) : [];
  const all = [...exact.map(({ rows }) => rows), ...near];
  const { train } = tables;
  const labels = task.task.report.classes?.(train).map((own) => own.join(", "));
  const isSingle = task.task.kind === "single";
  return {
    ...leakedRows(all, splits, texts),
    heldOut: splits.slice(1).reduce((sum, { table }) => sum + table.numRows(), 0),
    ...(groups === undefined ? {} : { groups: sharedGroups(splits, groups) }),
    words: isText && isSingle && labels ? revealingWords(texts[0], labels) : [],
    contradictions: exact.map(({ rows }) => rows.filter(({ split }) => split === "train"))
      .filter((rows) => new Set(rows.map(({ label }) => label)).size > 1)
      .reduce((sum, rows) => sum + rows.length, 0),
  };
}

type PlacedRow = Pick<DuplicateGroup["rows"][number], "split" | "row" | "number">;

function nearGroups(
  splits: readonly AnalysedSplit[],
  texts: readonly (readonly string[])[],
): PlacedRow[][] {
  const placed = splits.flatMap(({ name, table }) => {
    const { numberOf } = sourceRows(table, name);
    return Array.from({ length: table.numRows() }, (_, row): PlacedRow => ({
      split: name,
      row,
      number: numberOf(row),
    }));
  });
  return nearDuplicateTexts(texts.flat(), nearShare).map((group) => group.map((at) => placed[at]));
}

/** Every held-out row once, with the first training row of its group; and training rows that come again. */
function leakedRows(
  groups: readonly (readonly PlacedRow[])[],
  splits: readonly AnalysedSplit[],
  texts: readonly (readonly string[])[],
): Pick<Leakage, "rows" | "repeated"> {
  const found = new Map<string, LeakedRow>();
  const repeated = new Set<number>();
  for (const group of groups) {
    const [first, ...others] = group.filter(({ split }) => split === "train");
    for (const { row } of others) repeated.add(row);
    if (!first) continue;
    for (const { split, row, number } of group) {
      const at = splits.findIndex(({ name }) => name === split);
      if (split === "train" || found.has(`${split} ${row}`)) continue;
      found.set(`${split} ${row}`, {
        split,
        number,
        trainingNumber: first.number,
        text: texts[at][row],
      });
    }
  }
  return { rows: [...found.values()], repeated };
}

/** Held-out rows whose group is among those of training rows. */
function sharedGroups(
  [train, ...held]: readonly AnalysedSplit[],
  column: string,
): NonNullable<Leakage["groups"]> {
  const valuesOf = (table: Table) => columnValues(table, column);
  const known = new Set(valuesOf(train.table));
  const rows = held.flatMap(({ table }) => valuesOf(table).filter((value) => known.has(value)));
  return { column, rows: rows.length };
}
