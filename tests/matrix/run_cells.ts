/**
 * Runs trainings of the matrix one after the other, with models, teachers and adapters made once.
 *
 * @module
 */
import { join } from "node:path";
import { startUploads } from "../deploy/hub/upload_server.ts";
import { isInterruption } from "../../lib/core/interruption.ts";
import { type Base, baseOf } from "./bases.ts";
import type { Cell } from "./cell.ts";
import { faultOf, type Outcome } from "./outcome.ts";
import { loraFolder, runCell } from "./run_cell.ts";
import { targetChoice } from "./target_choice.ts";
import { toyTeacher } from "./toy_tasks.ts";

/** How cells are run. */
export interface MatrixOptions {
  /** How many targets are written of each training at most; all others are checked. */
  readonly targetsOfEach: number;
  /** Whether those that start a server are written, once for each task. */
  readonly writesServers: boolean;
  /** Outcomes of earlier runs, whose targets need not be written again. */
  readonly earlier?: Iterable<readonly Outcome[]>;
  /** Called after each training. */
  onCell?(cell: Cell, outcomes: readonly Outcome[]): void | Promise<void>;
}

/** Everything happens in a folder of its own, which is removed. */
export async function runCells(cells: readonly Cell[], how: MatrixOptions): Promise<Outcome[]> {
  const root = await Deno.makeTempDir({ prefix: "tunebook-matrix-" });
  const [token, before] = [Deno.env.get("HF_TOKEN"), Deno.cwd()];
  await using uploads = startUploads();
  Deno.env.set("HF_TOKEN", uploads.token);
  Deno.chdir(root); // Where runs keep their state.
  try {
    return await runAll(cells, { ...how, root, hub: uploads.endpoint });
  } finally {
    Deno.chdir(before);
    if (token === undefined) Deno.env.delete("HF_TOKEN");
    else Deno.env.set("HF_TOKEN", token);
    await Deno.remove(root, { recursive: true });
  }
}

async function runAll(
  cells: readonly Cell[],
  { root, hub, targetsOfEach, writesServers, earlier = [], onCell }: MatrixOptions & {
    readonly root: string;
    readonly hub: string;
  },
): Promise<Outcome[]> {
  const bases = new Map<string, Promise<Base>>();
  const teachers = new Map<string, Promise<string>>();
  const adapters = new Map<string, Promise<string>>();
  const base = (family: string) => once(bases, family, () => baseOf(family, join(root, family)));
  const chosen = targetChoice(targetsOfEach, writesServers);
  for (const outcomes of earlier) chosen.learn(outcomes);
  const all: Outcome[] = [];
  for (const [at, cell] of cells.entries()) {
    const folder = join(root, `cell-${at}`);
    const { reference, options } = await base(cell.family);
    const teacher = cell.task === "distillation"
      ? await once(
        teachers,
        "bert",
        async () => toyTeacher((await base("bert")).reference, join(root, "teaching")),
      )
      : "";
    const shared = { base: { reference, options }, teacher, hub };
    const kept = `${cell.task} ${cell.family}`;
    const found = await runCell(cell, {
      ...shared,
      folder,
      ...chosen.of(cell),
      peftFolder: () =>
        once(
          adapters,
          kept,
          () => loraFolder(cell, { ...shared, folder: join(root, "lora", kept.replace(" ", "-")) }),
        ),
    }).catch((error): Outcome[] => {
      if (isInterruption(error)) throw error;
      return [{ ...cell, ...faultOf(error) }];
    });
    chosen.learn(found);
    all.push(...found);
    await Deno.remove(folder, { recursive: true }).catch(() => {});
    await onCell?.(cell, found);
  }
  return all;
}

/** What was made before, or is made now. */
function once<T>(made: Map<string, Promise<T>>, name: string, make: () => Promise<T>): Promise<T> {
  const found = made.get(name) ?? make();
  made.set(name, found);
  return found;
}
