/**
 * A run in a process of its own, so that the memory that is measured is the run's.
 *
 * @module
 */
import { join } from "node:path";
import { methods } from "../adapters/mod.ts";
import { messageOf, TunebookError } from "../core/errors.ts";
import type { Splits } from "../data/split.ts";
import type { Adapter } from "../nn/adapter.ts";
import { writeTable } from "../table/write_table.ts";
import type { TrainSettings } from "../train/train_options.ts";
import { interrupted, type RunFigures } from "./compared_runs.ts";
import type { PlanParts } from "./plan_parts.ts";

/** What the other process is told. */
export interface ApartRequest {
  readonly plan: Pick<PlanParts, "model" | "quantize" | "columns">;
  /** Split → JSON Lines file. */
  readonly files: Readonly<Record<string, string>>;
  readonly method: { readonly name: string; readonly settings: Readonly<Record<string, unknown>> };
  readonly settings: TrainSettings;
  readonly device?: string;
}

/** What it answers. */
export type ApartAnswer =
  | { readonly figures: Omit<RunFigures, "logits"> & { readonly logits: readonly number[] } }
  | { readonly error: { readonly kind: TunebookError["kind"]; readonly message: string } };

/** The rows of all splits as files that another process can read; a dispose removes them. */
export interface SplitFiles extends AsyncDisposable {
  readonly files: Readonly<Record<string, string>>;
}

/** Writes the columns that are used. */
export async function writeSplits(
  splits: Splits,
  { text, pair, label }: PlanParts["columns"],
): Promise<SplitFiles> {
  const folder = await Deno.makeTempDir({ prefix: "tunebook-" });
  const files: Record<string, string> = {};
  const dispose = () => Deno.remove(folder, { recursive: true });
  try {
    for (const [name, table] of Object.entries(splits)) {
      if (!table) continue;
      files[name] = join(folder, `${name}.jsonl`);
      const columns = [...new Set(pair === undefined ? [text, label] : [text, pair, label])];
      await writeTable(table.select(columns), files[name]);
    }
  } catch (error) {
    await dispose();
    throw error;
  }
  return { files, [Symbol.asyncDispose]: dispose };
}

/** A method of one's own has no name by which another process could find it. */
export function canRunApart({ method }: Adapter): boolean {
  return Object.hasOwn(methods, method);
}

/** Runs a method there. An error there is the same error here. */
export async function runApart(
  request: ApartRequest,
  signal: AbortSignal | undefined,
): Promise<RunFigures> {
  const child = start();
  const stop = () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  };
  signal?.addEventListener("abort", stop);
  try {
    if (signal?.aborted) stop();
    const writer = child.stdin.getWriter();
    const sent = writer.write(new TextEncoder().encode(JSON.stringify(request)))
      .then(() => writer.close()).catch(() => {});
    const { stdout, code, signal: killedBy } = await child.output();
    await sent;
    // On a terminal Ctrl-C reaches both processes, and the other one may be the first to end.
    if (signal?.aborted || killedBy === "SIGINT") throw interrupted();
    if (code !== 0) {
      throw new TunebookError(
        "device",
        `the process of the run ended with code ${code}. With memory: false it runs in this one.`,
      );
    }
    const answer = JSON.parse(new TextDecoder().decode(stdout)) as ApartAnswer;
    if ("error" in answer) throw new TunebookError(answer.error.kind, answer.error.message);
    return { ...answer.figures, logits: Float32Array.from(answer.figures.logits) };
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

function start(): Deno.ChildProcess {
  try {
    return new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", new URL("apart.ts", import.meta.url).href],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
  } catch (error) {
    throw new TunebookError(
      "device",
      `no process of its own could be started for the run: ${messageOf(error)}. ` +
        "With memory: false it runs in this one.",
      { cause: error },
    );
  }
}
