/**
 * Held-out sources → what the model is asked to write.
 *
 * @module
 */
import type { WritingCase } from "../../nn/writing.ts";
import { textColumn } from "../../table/columns.ts";
import type { Table } from "../../table/table.ts";
import type { PairSettings } from "./examples.ts";

/** The target of each source; rows where one of them is empty ask nothing. */
export function pairCases(
  table: Table,
  { source, target }: Pick<PairSettings, "source" | "target">,
  where: string,
): WritingCase[] {
  const targets = textColumn(table, target, { where });
  return textColumn(table, source, { where }).flatMap((input, row) =>
    input.trim() === "" || targets[row].trim() === ""
      ? []
      : [{ row, input, asked: input, references: [targets[row]] }]
  );
}
