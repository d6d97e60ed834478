/**
 * The new model of a plan, made from its training rows.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { newModelFolder } from "../../models/fresh/new_model.ts";
import type { Table } from "../../table/table.ts";
import { parseReference } from "../../weights/reference.ts";
import type { AnyTask, PlanSpec } from "../plan_spec.ts";
import { type ReadData, readStage } from "./read_stage.ts";

/** What a new model is made from. */
export type NewModelSpec = Pick<PlanSpec, "data" | "task" | "split" | "method" | "quantize">;

/**
 * The reference of the folder of a plan's new model, or undefined where the plan's model is none.
 * Throws an error of kind "input" where the rest of the plan fits no new model.
 */
export async function newModelOf(
  { model, data, task, split, method, quantize }:
    & Pick<PlanSpec, "model">
    & Partial<NewModelSpec>,
  { signal, read }: {
    readonly signal?: AbortSignal | undefined;
    /** The rows, where they have been read already; a pipe gives them once. */
    readonly read?: Pick<ReadData, "splits"> | undefined;
  } = {},
): Promise<string | undefined> {
  const parsed = parseReference(model);
  if (parsed.kind !== "new" || data === undefined || !task || !split) return undefined;
  const wrong = [
    ...!method || method.method === "full" ? [] : [
      `${method.method} trains a part of the weights of a model that knows nothing yet; adapt(full())`,
    ],
    ...quantize === undefined
      ? []
      : [`quantize is "${quantize}", but new weights are trained whole`],
  ];
  if (wrong.length > 0) throw mistakes("input", `${model} is a new model:`, wrong);
  const { splits } = read ?? await readStage({ data, task, split }, signal);
  const folder = await newModelFolder(
    parsed.modelType,
    parsed.options,
    textsOf(splits.train, task),
  );
  if (signal?.aborted) throw new TunebookError("interrupted", "stopped before the training");
  return `file:${folder}`;
}

/** All texts of the columns that the task reads, labels apart; of chats what is said. */
function textsOf(table: Table, { columns, stratify, input }: AnyTask): string[] {
  const texts: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === "string") texts.push(value);
    else if (Array.isArray(value)) value.forEach(collect);
    else if (typeof value === "object" && value !== null) {
      for (const [name, inner] of Object.entries(value)) if (name !== "role") collect(inner);
    }
  };
  if (input === "image") return texts;
  for (const column of new Set(columns)) {
    if (column === stratify) continue;
    for (const value of table.array(column)) collect(value);
  }
  return texts;
}
