/**
 * The other process of `run_apart.ts`: one run, told on standard input, answered on standard output.
 *
 * @module
 */
import { methodOf } from "../../adapters/mod.ts";
import { TunebookError } from "../../core/errors.ts";
import { openDevice } from "../../engine/mod.ts";
import type { Splits } from "../../table/splits.ts";
import { taskOf } from "../../tasks/mod.ts";
import { readTable } from "../../table/read_table.ts";
import { labelledTask } from "../run/read_stage.ts";
import { openRuns } from "./compared_runs.ts";
import type { ApartAnswer, ApartRequest, ApartStep } from "./run_apart.ts";

if (import.meta.main) {
  const request = JSON.parse(await new Response(Deno.stdin.readable).text()) as ApartRequest;
  const text = `${JSON.stringify(await answer(request))}\n`;
  await new Blob([text]).stream().pipeTo(Deno.stdout.writable);
}

async function answer(request: ApartRequest): Promise<ApartAnswer> {
  const { plan, files, method, settings, task } = request;
  let seen = 0;
  const look = () => seen = Math.max(seen, Deno.memoryUsage().rss);
  try {
    const tables: Record<string, unknown> = {};
    for (const [name, file] of Object.entries(files)) tables[name] = await readTable(file);
    const splits = tables as unknown as Splits;
    const read = { splits, task: await labelledTask(taskOf(task.name, task.settings), splits) };
    const device = await openDevice(request.device, { precision: request.precision });
    const { maxTokens } = settings;
    const runs = await openRuns(plan, read, { device, maxTokens, writes: request.writes });
    const figures = await runs.run(methodOf(method.name, method.settings), {
      settings,
      onStep({ step, totalSteps }) {
        look();
        // One line for each step, and one with the answer.
        const line = JSON.stringify({ step, totalSteps } satisfies ApartStep);
        Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
      },
    });
    look();
    const peakBytes = await peakOfProcess() ?? seen;
    const outputs = figures.outputs.map((each) => Array.from(each));
    return { figures: { ...figures, outputs, peakBytes } };
  } catch (error) {
    if (!(error instanceof TunebookError)) throw error;
    return { error: { kind: error.kind, message: error.message } };
  }
}

/** Linux keeps the largest resident memory of a process; elsewhere steps have looked at it. */
async function peakOfProcess(): Promise<number | undefined> {
  const status = await Deno.readTextFile("/proc/self/status").catch(() => "");
  const found = /VmHWM:\s+(\d+)/.exec(status);
  const kibibyte = 1024;
  return found ? Number(found[1]) * kibibyte : undefined;
}
