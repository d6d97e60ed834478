/**
 * Folds that are kept in a folder, so that work which was stopped goes on where it was.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { writeFileAtomic } from "../../core/atomic.ts";
import { messageOf, TunebookError } from "../../core/errors.ts";
import { columnValues } from "../../table/columns.ts";
import { influential } from "../../train/fingerprint.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { weightsIdentity } from "../run/weights_identity.ts";
import { parseReference } from "../../weights/reference.ts";
import { resolveModel } from "../../weights/resolve_model.ts";
import type { Candidate, CandidateMetric } from "./candidates.ts";
import { type FoldResult, foldSettings } from "./fold_runs.ts";
import type { Pool } from "./pool.ts";
import type { FoldRows } from "./pool_folds.ts";

/** Finished folds of one candidate. */
export interface FoldStore {
  /**
   * A fold that was finished before.
   *
   * @throws TunebookError of kind "input" where the folder has this fold of another plan, other rows or another score
   */
  read(rows: FoldRows): Promise<FoldResult | undefined>;
  /** Keeps a fold, whole or not at all. */
  write(rows: FoldRows, result: FoldResult): Promise<void>;
}

/** Keeps nothing. */
export const noFoldStore: FoldStore = {
  read: () => Promise.resolve(undefined),
  write: () => Promise.resolve(),
};

/** Keeps the folds of a candidate in a folder of its name. */
export async function foldStore(
  folder: string,
  { name, spec }: Candidate,
  pool: Pool,
  metric: CandidateMetric,
): Promise<FoldStore> {
  const identity = poolHash(await identityOf(spec, metric), pool);
  const fileOf = ({ repeat, fold }: FoldRows) =>
    join(folder, encodeURIComponent(name), `repeat_${repeat}_fold_${fold}.json`);
  return {
    async read(rows) {
      const file = fileOf(rows);
      const text = await Deno.readTextFile(file).catch((error) => {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      });
      if (text === undefined) return undefined;
      const { of, result } = parsed(text, file);
      if (of !== fingerprintOf(identity, rows)) {
        throw new TunebookError(
          "input",
          `${file} is of another plan, other rows or another score; give another folder, or remove this one`,
        );
      }
      return result;
    },
    async write(rows, { statistics, ...result }) {
      const plain = statistics
        ? { ...result, statistics: { ...statistics, values: Array.from(statistics.values) } }
        : result;
      const kept = { of: fingerprintOf(identity, rows), result: plain };
      await writeFileAtomic(fileOf(rows), `${JSON.stringify(kept)}\n`);
    },
  };
}

function parsed(text: string, file: string): { readonly of: string; readonly result: FoldResult } {
  try {
    const { of, result: { statistics, score, ...result } } = JSON.parse(text);
    return {
      of,
      result: {
        ...result,
        // JSON has no NaN.
        score: score ?? NaN,
        ...(statistics
          ? { statistics: { ...statistics, values: Float64Array.from(statistics.values) } }
          : {}),
      },
    };
  } catch (error) {
    throw new TunebookError("input", `${file} is no fold that was kept: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** What a fold's score depends on beside its rows. */
async function identityOf(spec: PlanSpec, metric: CandidateMetric): Promise<string> {
  const { model, quantize, method, metrics, task, evaluateCompute, targets } = spec;
  // A new model follows from its reference and the rows.
  const isNew = parseReference(model).kind === "new";
  const weights = isNew ? undefined : await resolveModel(model).then((files) => files.weights);
  const judges = Object.values(metrics).map(({ name }) => name);
  return JSON.stringify([
    ...[model, quantize, weights && await weightsIdentity(weights)],
    ...[method.method, method.settings, influential(foldSettings(spec, method, 1))],
    ...[task.name, task.settings, judges, evaluateCompute, metric.name],
    targets.map(({ name, options }) => [name, options]),
  ]);
}

/** A hash of the rows of all folds and of what is done with them. */
function poolHash(identity: string, { table, validation, task }: Pool): string {
  const hash = createHash("sha256").update(identity);
  for (const each of [table, ...(validation ? [validation] : [])]) {
    for (const column of task.task.columns) {
      hash.update(JSON.stringify(columnValues(each, column), plainPart));
    }
  }
  return hash.digest("hex");
}

function fingerprintOf(identity: string, rows: FoldRows): string {
  return createHash("sha256").update(identity).update(JSON.stringify(rows)).digest("hex");
}

function plainPart(_name: string, part: unknown): unknown {
  return typeof part === "bigint" ? String(part) : part;
}
