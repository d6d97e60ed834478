/**
 * A run in a process of its own, so that the memory that is measured is the run's.
 *
 * @module
 */
import { join } from "node:path";
import { methods } from "../../adapters/mod.ts";
import { messageOf, TunebookError } from "../../core/errors.ts";
import { programAddress } from "../../core/program_address.ts";
import type { PrecisionName } from "../../engine/mod.ts";
import type { Method } from "../../nn/method.ts";
import type { Splits } from "../../table/splits.ts";
import { writeTable } from "../../table/write_table.ts";
import { tasks } from "../../tasks/mod.ts";
import type { TrainSettings } from "../../train/train_options.ts";
import { interrupted, type RunFigures } from "./compared_runs.ts";
import type { WritingOptions } from "../evaluate_options.ts";
import type { PlanSpec } from "../plan_spec.ts";

/** What the other process is told. */
export interface ApartRequest {
  readonly plan: Pick<PlanSpec, "model" | "quantize" | "layers">;
  readonly task: { readonly name: string; readonly settings: Readonly<Record<string, unknown>> };
  /** Split → JSON Lines file. */
  readonly files: Readonly<Record<string, string>>;
  readonly method: { readonly name: string; readonly settings: Readonly<Record<string, unknown>> };
  readonly settings: TrainSettings;
  readonly device?: string;
  readonly precision?: PrecisionName;
  /** Given where held-out rows are answered with texts. */
  readonly writes?: { readonly generate: WritingOptions | undefined };
}

/** What it says after each step. */
export interface ApartStep {
  readonly step: number;
  readonly totalSteps: number;
}

/** What it answers. */
export type ApartAnswer =
  | {
    readonly figures: Omit<RunFigures, "outputs"> & {
      readonly outputs: readonly (readonly number[])[];
    };
  }
  | { readonly error: { readonly kind: TunebookError["kind"]; readonly message: string } };

/** The rows of all splits as files that another process can read; a dispose removes them. */
export interface SplitFiles extends AsyncDisposable {
  readonly files: Readonly<Record<string, string>>;
}

/** Writes the columns that are used. */
export async function writeSplits(
  splits: Splits,
  columns: readonly string[],
): Promise<SplitFiles> {
  const folder = await Deno.makeTempDir({ prefix: "tunebook-" });
  const files: Record<string, string> = {};
  const dispose = () => Deno.remove(folder, { recursive: true });
  try {
    for (const [name, table] of Object.entries(splits)) {
      if (!table) continue;
      files[name] = join(folder, `${name}.jsonl`);
      await writeTable(table.select([...new Set(columns)]), files[name]);
    }
  } catch (error) {
    await dispose();
    throw error;
  }
  return { files, [Symbol.asyncDispose]: dispose };
}

/** What is one's own has no name by which another process could find it. */
export function canRunApart(
  { method }: Method,
  { task, family }: Pick<PlanSpec, "task" | "family">,
): boolean {
  return Object.hasOwn(methods, method) && Object.hasOwn(tasks, task.name) && !family;
}

/** Runs a method there. An error there is the same error here. */
export async function runApart(
  request: ApartRequest,
  { signal, onStep }: {
    readonly signal?: AbortSignal;
    readonly onStep?: (step: ApartStep) => void;
  } = {},
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
    const complaints = new Response(child.stderr).text().catch(() => "");
    const answer = await answerIn(child.stdout, onStep);
    const { code, signal: killedBy } = await child.status;
    await sent;
    // On a terminal Ctrl-C reaches both processes, and the other one may be the first to end.
    if (signal?.aborted || killedBy === "SIGINT") throw interrupted();
    if (code !== 0 || !answer) {
      const last = (await complaints).trim().slice(-mostComplaint);
      throw new TunebookError(
        "device",
        `the process of the run ended with code ${code}${killedBy ? ` (${killedBy})` : ""}. ` +
          `With memory: false it runs in this one.${last ? ` Its last words: ${last}` : ""}`,
      );
    }
    await complaints;
    if ("error" in answer) throw new TunebookError(answer.error.kind, answer.error.message);
    const { outputs, ...figures } = answer.figures;
    return { ...figures, outputs: outputs.map((each) => Float32Array.from(each)) };
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

/** Characters of what a process said before it failed. */
const mostComplaint = 1000;

/** Tells of each step and gives the answer; other lines are of libraries. */
async function answerIn(
  stdout: ReadableStream<Uint8Array<ArrayBuffer>>,
  onStep: ((step: ApartStep) => void) | undefined,
): Promise<ApartAnswer | undefined> {
  let answer: ApartAnswer | undefined;
  const read = (line: string) => {
    if (line.startsWith('{"step":')) onStep?.(JSON.parse(line) as ApartStep);
    else if (/^\{"(?:figures|error)":/.test(line)) answer = JSON.parse(line) as ApartAnswer;
  };
  let rest = "";
  for await (const text of stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    lines.forEach(read);
  }
  return answer;
}

const program = new URL("./apart.ts", import.meta.url);

function start(): Deno.ChildProcess {
  try {
    return new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", programAddress("apart", program.href)],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
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
