/**
 * The evidence for training in eight bits: scores of every method on three tasks with three seeds, in float32
 * and in int8. `deno task bench:compute` goes on where it was stopped.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { messageOf, TunebookError } from "../lib/core/errors.ts";
import { isInterruption } from "../lib/core/interruption.ts";
import {
  type ComputePoint,
  computes,
  runPoint,
  slowMethods,
  studiedMethods,
  type StudiedTask,
  studiedTasks,
  type StudySize,
  studySizes,
} from "./compute_points.ts";
import { type ComputeResult, computeTable } from "./compute_table.ts";
import { processorThreads } from "../lib/engine/mod.ts";
import { describeMachine, machineText } from "./machine.ts";
import { study } from "./study.ts";

const interruptedExitCode = 130;

const { values } = parseArgs({
  options: {
    task: { type: "string", multiple: true },
    method: { type: "string", multiple: true },
    seed: { type: "string", multiple: true },
    rows: { type: "string" },
    epochs: { type: "string" },
    out: { type: "string", default: "bench/compute" },
    list: { type: "boolean", default: false },
  },
});

const tasks = chosen("task", studiedTasks, values.task) as readonly StudiedTask[];
const methods = chosen("method", studiedMethods, values.method);
const seeds = (values.seed ?? ["1", "2", "3"]).map(Number);
// All tasks and methods with a seed before the next one: what is there at any time is balanced.
const points: ComputePoint[] = seeds.flatMap((seed) =>
  tasks.flatMap((task) =>
    methods.flatMap((method) => computes.map((compute) => ({ task, method, seed, compute })))
  )
);
const nameOf = ({ task, method, seed, compute }: ComputePoint) =>
  `${task} · ${method} · seed ${seed} · ${compute}`;

if (values.list) { for (const point of points) console.log(nameOf(point)); }
else {
  const machine = machineText(describeMachine(processorThreads()));
  const results = await study<ComputePoint, ComputeResult>({
    points,
    keyOf: (point) => `${nameOf(point)} · ${sizeText(sizeOf(point))}`,
    async measure(point) {
      return { point, size: sizeText(sizeOf(point)), machine, outcome: await outcomeOf(point) };
    },
    kindOf: ({ task, compute }) => `${task} ${compute}`,
    table: computeTable,
    out: values.out,
  });
  console.log(computeTable(results));
}

/** A method that a task does not take is a result as well. */
async function outcomeOf(point: ComputePoint): Promise<ComputeResult["outcome"]> {
  try {
    return await runPoint(point, sizeOf(point));
  } catch (error) {
    if (isInterruption(error)) Deno.exit(interruptedExitCode);
    if (!(error instanceof TunebookError)) throw error;
    return { failure: messageOf(error).split("\n")[0] };
  }
}

function sizeOf({ task, method }: ComputePoint): StudySize {
  const size = studySizes[task];
  const { train, test, epochs } = size;
  const rows = values.rows === undefined ? train : Number(values.rows);
  return {
    train: rows,
    test: Math.ceil(test * rows / train),
    epochs: values.epochs === undefined
      ? epochs * (slowMethods[method] ?? 1)
      : Number(values.epochs),
  };
}

function sizeText({ train, test, epochs }: StudySize): string {
  return `${train} rows, ${test} held out, ${epochs} epochs`;
}

function chosen(option: string, known: readonly string[], given?: readonly string[]) {
  const wrong = given?.filter((name) => !known.includes(name)) ?? [];
  if (wrong.length === 0) return given ?? known;
  throw new Error(`there is no ${option} ${wrong.join(", ")}. Known: ${known.join(", ")}`);
}
