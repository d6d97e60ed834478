/**
 * What the matrix is made of: the lists of the code itself, and every combination of them.
 *
 * @module
 */
import { methods } from "../../lib/adapters/mod.ts";
import { targets } from "../../lib/deploy/mod.ts";
import { Random } from "../../lib/core/random.ts";
import { families } from "../../lib/models/mod.ts";
import { tasks } from "../../lib/tasks/mod.ts";

/** One training. Each deploy target of it is a cell of its own, and so is the training itself. */
export interface Cell {
  readonly task: string;
  readonly family: string;
  readonly method: string;
  readonly device: string;
}

/** Plans compile their programs for the first one; the second one runs them op by op. */
const devices = ["cpu", "tfjs:cpu"];

/** The values of each side of the matrix. Distillation is a task around another one. */
export const sides: Readonly<Record<keyof Cell, readonly string[]>> = {
  task: [...Object.keys(tasks), "distillation"],
  family: families.map(({ modelType }) => modelType),
  method: Object.keys(methods),
  device: devices,
};

/** The deploy targets by name. */
export const targetNames: readonly string[] = Object.keys(targets);

/**
 * All trainings. Those of each task and family come in rounds, one method after the other and each family with
 * another one, so that a run that is stopped has seen something of all.
 */
export function allCells(): Cell[] {
  const { task: tasks, family: families, method: methods } = sides;
  return sides.device.flatMap((device) =>
    methods.flatMap((_, round) =>
      tasks.flatMap((task, at) =>
        families.map((family, own) => {
          const method = methods[(at + own + round) % methods.length];
          return { task, family, method, device };
        })
      )
    )
  );
}

/** Those whose sides are asked for, `task=dpo,kto` one side after the other; all unless asked. */
export function onlyCells(cells: readonly Cell[], asked: readonly string[]): Cell[] {
  const wanted = asked.map((text) => {
    const [side, names = ""] = text.split("=");
    const known = sides[side as keyof Cell];
    const list = names.split(",");
    const unknown = list.filter((name) => !known?.includes(name));
    if (unknown.length > 0) {
      throw new Error(
        `--only ${text}: ${unknown.join(", ")} is none of ${known ?? Object.keys(sides)}`,
      );
    }
    return [side as keyof Cell, list] as const;
  });
  return cells.filter((cell) => wanted.every(([side, list]) => list.includes(cell[side])));
}

/** So many of them, drawn by the seed, in the order of the matrix. */
export function sampleCells(cells: readonly Cell[], count: number, seed: number): Cell[] {
  const random = Random.fromSeed(seed, "matrix");
  const drawn = new Set(random.shuffle(cells.map((_, at) => at)).slice(0, count));
  return cells.filter((_, at) => drawn.has(at));
}

/** A cell in words, which tells it from others. */
export function cellName({ task, family, method, device }: Cell): string {
  return `${task} ${family} ${method} ${device}`;
}
