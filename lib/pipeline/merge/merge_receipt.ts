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
  /** The models by their names. */
  readonly models: Readonly<Record<string, MergedFrom>>;
  readonly base?: string;
  /** A sha256 (hexadecimal) of the base's weights. */
  readonly baseFingerprint?: string;
  /** The layers of the models, where it was put together of some. */
  readonly slices?: MergeOptions["slices"];
  /** Whose tokens it reads, where those of the models differ. */
  readonly vocabulary?: MergeOptions["vocabulary"];
  readonly seed: number;
  readonly dtype: FloatDtype;
  readonly tensors: number;
  /** Tensors of a head that the base lacks, which are weighted means whatever the method. */
  readonly withoutBase: readonly string[];
  /** How models or weights were chosen by validation rows, where they were. */
  readonly choice?: ChoiceReceipt;
  /** The scores of the test rows that are numbers, where it was scored. */
  readonly scores?: Readonly<Record<string, number>>;
}

/** One of the models that were merged. */
export interface MergedFrom {
  readonly reference: string;
  readonly weight: ModelWeights;
  /** A sha256 (hexadecimal) of its weights, of an adapter together with its base's; of large tensors a part counts. */
  readonly fingerprint: string;
  /** Its own scores of the test rows, where it was scored. */
  readonly scores?: Readonly<Record<string, number>>;
}

/** How models or weights were chosen. */
export interface ChoiceReceipt {
  readonly by: MergeChoiceKind;
  readonly metric: string;
  /** The score of what was chosen, of the validation rows. */
  readonly score: number;
  /** The same of each model alone. */
  readonly singles: Readonly<Record<string, number>>;
  /** How many merges were scored. */
  readonly trials: number;
}

/** What is chosen: the weights of all models, or which models are averaged. */
export type MergeChoiceKind = "searched weights" | "greedy soup";

/** Where a folder holds its receipt. */
export const receiptFile = "merge.json";

/** Digits of a fingerprint that are shown. */
const shownDigits = 12;

/** A receipt that shows itself. */
export function mergeReceipt(receipt: MergeReceipt): MergeReceipt {
  return Object.freeze(withDisplay(receipt, shown));
}

function shown(receipt: MergeReceipt) {
  const { folder, method, settings, base, tensors, withoutBase, models, dtype } = receipt;
  const columns = ["model", "reference", "weight", "sha256"];
  const rows = Object.entries(models).map((
    [name, { reference, weight, fingerprint }],
  ) => [name, reference, weightText(weight), fingerprint.slice(0, shownDigits)]);
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

/** Digits of a weight that are shown. */
const weightDigits = 4;

/** A weight as it is shown. */
export function weightText(weight: ModelWeights): string {
  return JSON.stringify(
    weight,
    (_, value) => typeof value === "number" ? Number(value.toPrecision(weightDigits)) : value,
  );
}

/** What a receipt takes from the merge itself. */
export interface ReceiptSource {
  readonly models: Readonly<Record<string, string>>;
  readonly options: MergeOptions;
  /** The opened models by their names, and the base. */
  readonly sources: Readonly<Record<string, { readonly fingerprint: string }>>;
  readonly base?: { readonly fingerprint: string } | undefined;
}

/** The plain data of a receipt. */
export function receiptOf(
  written: Omit<
    MergeReceipt,
    "method" | "settings" | "models" | "base" | "baseFingerprint" | "slices" | "vocabulary" | "seed"
  >,
  { models, options, sources, base: opened }: ReceiptSource,
): MergeReceipt {
  const { method, base, weights = {}, slices, vocabulary, seed = 0 } = options;
  const given: Readonly<Record<string, ModelWeights | undefined>> = weights;
  return {
    ...written,
    method: method.name,
    settings: method.settings,
    models: Object.fromEntries(
      Object.entries(models).map(([name, reference]) => [
        name,
        { reference, weight: given[name] ?? 1, fingerprint: sources[name].fingerprint },
      ]),
    ),
    ...(base === undefined ? {} : { base }),
    ...(opened ? { baseFingerprint: opened.fingerprint } : {}),
    ...(slices ? { slices } : {}),
    ...(vocabulary ? { vocabulary } : {}),
    seed,
  };
}
