/**
 * The labels of masks whose ids have no names.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { eachRowTogether } from "../../data/each_row.ts";
import { readMask } from "../../image/masks/read_mask.ts";
import type { Table } from "../../table/table.ts";
import { maskBytes } from "./mask_rows.ts";
import { mostClasses } from "./mask_classes.ts";

/** What is read. */
export interface FoundLabelsOptions {
  readonly column: string;
  readonly ignore: number | undefined;
  /** What errors call the table. */
  readonly where: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads all masks: the numbers from 0 to the largest id, as texts.
 *
 * Throws an error of kind "data" with all masks that cannot be read, and for ids that are no classes: fewer than
 * two, or numbers beyond 254.
 */
export async function foundLabels(
  table: Table,
  { column, ignore, where, signal }: FoundLabelsOptions,
): Promise<string[]> {
  const bytesOf = maskBytes(table, column, where, signal);
  const found = new Set<number>();
  const wrong: { readonly row: number; readonly line: string }[] = [];
  const work = { done: "read", title: "reading masks", where, signal };
  await eachRowTogether(table.numRows(), work, async (row) => {
    try {
      const { bytes, called } = await bytesOf(row);
      const { ids } = await readMask(bytes, { where: called });
      for (const id of ids) found.add(id);
    } catch (error) {
      if (!(error instanceof TunebookError) || error.kind !== "data") throw error;
      wrong.push({ row, line: error.message });
    }
  });
  if (wrong.length > 0) {
    const lines = wrong.sort((a, b) => a.row - b.row).map(({ line }) => line);
    throw mistakes("data", `masks of ${where} cannot be read:`, lines);
  }
  const hasIgnored = ignore !== undefined && found.delete(ignore);
  const ids = [...found].sort((a, b) => a - b);
  const largest = ids.at(-1) ?? 0;
  if (ids.length >= 2 && largest < mostClasses) {
    return Array.from({ length: largest + 1 }, (_, id) => String(id));
  }
  const ignored = hasIgnored ? `, beside ${ignore}, which is ignored` : "";
  const all = hasIgnored ? [...ids, ignore] : ids;
  const named = all.map(() => '"…"').join(", ");
  throw new TunebookError(
    "data",
    `the masks of ${where} have ${said(ids)}${ignored}; ` +
      (ids.length < 2
        ? `there must be two classes at least. Say which ids are classes: ` +
          `{ labels: [${named}], ids: [${all.join(", ")}] }`
        : `say which ids are classes, with labels and ids; there may be ${mostClasses}`),
  );
}

function said(ids: readonly number[]): string {
  if (ids.length === 0) return "no id";
  if (ids.length === 1) return `the one id ${ids[0]}`;
  return `ids up to ${ids.at(-1)}`;
}
