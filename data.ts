/**
 * Tables, labels and splits.
 *
 * @module
 */

// Tables
export { requireColumns, textColumn, type TextColumnOptions } from "./lib/table/columns.ts";
export { type ConllOptions, readConll, type ReadConllOptions } from "./lib/table/conll.ts";
export {
  type ReadSettings,
  readTable,
  type ReadTableOptions,
  type TableFormat,
} from "./lib/table/read_table.ts";
export {
  type ColumnValues,
  type Table,
  tableFromColumns,
  tableFromRows,
} from "./lib/table/table.ts";
export { writeTable, type WriteTableOptions } from "./lib/table/write_table.ts";

// Labels and splits
export {
  type LabelKind,
  type Labels,
  readLabels,
  type ReadLabelsOptions,
} from "./lib/data/labels.ts";
export { describeSplits, type DescribeSplitsOptions } from "./lib/data/report.ts";
export type { SplitReport, SplitSummary } from "./lib/data/split_report.ts";
export { type SplitOptions, splitTable } from "./lib/data/split.ts";
export type { Splits } from "./lib/table/splits.ts";
