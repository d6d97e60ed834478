/**
 * The places on this machine that a run reads or continues from.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { findDataSet } from "../../../datasets/mod.ts";
import type { Source } from "../../deploy/check_targets.ts";
import { originOf } from "../../table/origin.ts";
import { teachersOfTask } from "../../tasks/distillation/teachers_of_task.ts";
import { parseReference } from "../../weights/reference.ts";
import { resolveModel } from "../../weights/resolve_model.ts";
import { localSources } from "../merge/local_sources.ts";
import type { DataSource, PlanSpec } from "../plan_spec.ts";

/**
 * The folder of a model that lies on this machine as it is, the files of the data, the checkpoints, the
 * adapter that a run starts from, and the teachers of its task.
 */
export async function sourcesOf(parts: PlanSpec): Promise<Source[]> {
  const { model, data, task, split: { test, validation }, train, method } = parts;
  const sources: Source[] = [];
  if (["file", "tunebook"].includes(parseReference(model).kind)) {
    // A model that is not there has no place; the run says so when its turn comes.
    const found = await resolveModel(model).catch(() => undefined);
    if (found) sources.push({ what: "the model", path: found.folder });
  }
  const tables = { data, "test data": test, "validation data": validation };
  for (const [what, source] of Object.entries(tables)) {
    const path = source === undefined || typeof source === "number" ? undefined : pathOf(source);
    if (path !== undefined) sources.push({ what: `the ${what}`, path });
  }
  if (train.checkpoints !== undefined) {
    sources.push({ what: "the checkpoints", path: train.checkpoints });
  }
  if (method.method === "peft") {
    sources.push({ what: "the adapter", path: String(method.settings.folder) });
  }
  const teachers = teachersOfTask(task).map((teacher) => [`the teacher ${teacher}`, teacher]);
  return [...sources, ...await localSources(Object.fromEntries(teachers))];
}

/** The file of a source that is one, or nothing for tables in memory, addresses and data sets. */
function pathOf(source: DataSource): string | undefined {
  const origin = typeof source === "string" ? source : originOf(source);
  if (origin === undefined || findDataSet(origin)) return undefined;
  if (/^file:/i.test(origin)) {
    try {
      return fileURLToPath(origin);
    } catch {
      return undefined; // readTable says what is wrong with it
    }
  }
  // One letter and a colon is a drive, more are an address.
  return /^[a-z][a-z0-9+.-]+:/i.test(origin) ? undefined : origin;
}
