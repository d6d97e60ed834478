/**
 * Rows that are there more than once, within a split and across splits.
 *
 * @module
 */
import { eachRowTogether } from "../../data/each_row.ts";
import type { SplitName } from "../../data/images/split_names.ts";
import { nearDuplicates } from "../../image/near_duplicates.ts";
import { perceptualHash } from "../../image/perceptual_hash.ts";
import { sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import type { AnyTask } from "../plan_spec.ts";
import type { AnyExamples } from "../run/assemble_stage.ts";

/** The rows of a split, as a table and as a model takes them. */
export interface AnalysedSplit {
  readonly name: SplitName;
  readonly table: Table;
  readonly examples: AnyExamples;
}

/** A row that is like others. */
export interface DuplicateRow {
  readonly split: SplitName;
  /** The row of the split, from 0. */
  readonly row: number;
  /** The row's number in its source, from 1. */
  readonly number: number;
  readonly label: string;
}

/** Rows that are like each other. */
export interface DuplicateGroup {
  /** `same` where all are the same to the model, files byte for byte; `near` where images look alike. */
  readonly kind: "same" | "near";
  readonly rows: readonly DuplicateRow[];
  /** True where they stand in several splits, so that scores are of what was learned. */
  readonly isLeakage: boolean;
  /** True where they have different labels, at least one of which is wrong. */
  readonly isContradiction: boolean;
}

/** What duplicates are looked for by. */
export interface DuplicatesOptions {
  readonly task: AnyTask;
  /** Bits in which the hashes of near duplicates may differ. */
  readonly maxDistance: number;
  readonly signal: AbortSignal;
}

/** A row before it is told. */
interface Item {
  readonly split: AnalysedSplit;
  readonly row: number;
  /** Equal where the model gets the same. */
  readonly key: string;
}

/** The groups of all splits: leakage first, then contradictions, then the largest. */
export async function duplicatesOf(
  splits: readonly AnalysedSplit[],
  options: DuplicatesOptions,
): Promise<DuplicateGroup[]> {
  const items = splits.flatMap((split) =>
    (split.examples.inputKeys?.() ?? []).flatMap((key, row): Item[] =>
      key === undefined ? [] : [{ split, row, key }]
    )
  );
  const same = [...Map.groupBy(items, ({ key }) => key).values()];
  // Equal files have equal hashes, so that one of them is enough.
  const hashes = await hashesOf(same.map(([first]) => first), options);
  const groups = hashes
    ? nearDuplicates(hashes, options.maxDistance).map((near) => near.flatMap((at) => same[at]))
    : [];
  const joined = new Set(groups.flat());
  const alone = same.filter((group) => group.length > 1 && !joined.has(group[0]));
  const labels = new Map(splits.map(({ name, table }) => [name, labelsOf(options.task, table)]));
  return [...groups, ...alone].map((group) => told(group, labels)).sort((a, b) =>
    Number(b.isLeakage) - Number(a.isLeakage) ||
    Number(b.isContradiction) - Number(a.isContradiction) || b.rows.length - a.rows.length
  );
}

/** The hash of each image; undefined where rows are no images. */
async function hashesOf(
  items: readonly Item[],
  { signal }: Pick<DuplicatesOptions, "signal">,
): Promise<string[] | undefined> {
  if (!items.every(({ split }) => split.examples.images)) return undefined;
  const hashes: string[] = Array(items.length);
  const work = { done: "hashed", title: "hashing images", where: "the data", signal };
  await eachRowTogether(items.length, work, async (at) => {
    const { split, row } = items[at];
    hashes[at] = perceptualHash(await split.examples.images!.original(row));
  });
  return hashes;
}

/** The label of each row in words. */
function labelsOf({ report }: AnyTask, table: Table): string[] {
  return report.classes?.(table).map((classes) => classes.join(", ")) ?? [];
}

function told(
  group: readonly Item[],
  labels: ReadonlyMap<SplitName, readonly string[]>,
): DuplicateGroup {
  const rows = group.map(({ split: { name, table }, row }): DuplicateRow => ({
    split: name,
    row,
    number: sourceRows(table, name).numberOf(row),
    label: labels.get(name)![row],
  }));
  const several = (values: readonly unknown[]) => new Set(values).size > 1;
  return {
    kind: several(group.map(({ key }) => key)) ? "near" : "same",
    rows,
    isLeakage: several(rows.map(({ split }) => split)),
    isContradiction: several(rows.map(({ label }) => label)),
  };
}
