/**
 * What a merge was made of.
 *
 * @module
 */
import type { ModelWeights } from "../../combine/merge/tensor_weights.ts";
import { bundleOf, withDisplay } from "../../core/display.ts";
import { htmlSection, htmlTable } from "../../core/html.ts";
import { textTable } from "../../core/text_table.ts";
import type { FloatDtype } from "../../deploy/float_dtype.ts";
import type { MergeOptions } from "./merge_options.ts";

/** A merged folder, and what it was made of; plain data, which the folder holds as `merge.json`. */
export interface MergeReceipt {
  /** The folder that was written. */
  readonly folder: string;
  /** The same for `model(…)`, `file:out/both`. */
  readonly reference: string;
  readonly method: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** The models by their names, with their weights. */
  readonly models: Readonly<Record<string, { reference: string; weight: ModelWeights }>>;
  readonly base?: string;
  readonly seed: number;
  readonly dtype: FloatDtype;
  readonly tensors: number;
  /** Tensors of a head that the base lacks, which are weighted means whatever the method. */
  readonly withoutBase: readonly string[];
}

/** Where a folder holds its receipt. */
export const receiptFile = "merge.json";

/** A receipt that shows itself. */
export function mergeReceipt(receipt: MergeReceipt): MergeReceipt {
  return Object.freeze(withDisplay(receipt, shown));
}

function shown(receipt: MergeReceipt) {
  const { folder, method, settings, base, tensors, withoutBase, models, dtype } = receipt;
  const columns = ["model", "reference", "weight"];
  const rows = Object.entries(models)
    .map(([name, { reference, weight }]) => [name, reference, weightText(weight)]);
  const told = Object.entries(settings).map(([name, value]) => `${name} ${value}`).join(", ");
  const title = `${tensors} tensors merged by ${method}${told ? ` (${told})` : ""} in ${folder}`;
  const notes = [
    ...base === undefined ? [] : [`changes are those of ${base}`],
    ...withoutBase.length === 0
      ? []
      : [`the base lacks ${withoutBase.join(", ")}, which are weighted means`],
    `stored in ${dtype}`,
  ].join("; ");
  return bundleOf(
    `${title}\n${textTable(columns, rows)}\n${notes}\n`,
    htmlSection(
      title,
      htmlTable({ caption: notes, columns: columns.map((title) => ({ title })), rows }),
    ),
  );
}

function weightText(weight: ModelWeights): string {
  return typeof weight === "number" ? String(weight) : JSON.stringify(weight);
}

/** The plain data of a receipt. */
export function receiptOf(
  written: Pick<MergeReceipt, "folder" | "reference" | "dtype" | "tensors" | "withoutBase">,
  models: Readonly<Record<string, string>>,
  { method, base, weights = {}, seed = 0 }: MergeOptions,
): MergeReceipt {
  const given: Readonly<Record<string, ModelWeights | undefined>> = weights;
  return {
    ...written,
    method: method.name,
    settings: method.settings,
    models: Object.fromEntries(
      Object.entries(models).map(([name, reference]) => [
        name,
        { reference, weight: given[name] ?? 1 },
      ]),
    ),
    ...(base === undefined ? {} : { base }),
    seed,
  };
}
