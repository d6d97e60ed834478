/**
 * Held-out sources → what the model is asked to write.
 *
 * @module
 */
import type { WritingCase } from "../../nn/writing.ts";
import { textColumn } from "../../table/columns.ts";
import type { Table } from "../../table/table.ts";
import type { PairSettings } from "./examples.ts";

/** The target of each source; an empty one of either is an error that names its row. */
export function pairCases(
  table: Table,
  { source, target }: Pick<PairSettings, "source" | "target">,
  where: string,
): WritingCase[] {
  const targets = textColumn(table, target, { where });
  return textColumn(table, source, { where })
    .map((input, row) => ({ row, input, asked: input, references: [targets[row]] }));
}
