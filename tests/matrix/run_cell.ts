/**
 * Runs one training of the matrix with all of its targets.
 *
 * @module
 */
import { join } from "node:path";
import { model, open, type RunResult, type Tracker } from "tunebook";
import { TunebookError } from "../../lib/core/errors.ts";
import { isInterruption } from "../../lib/core/interruption.ts";
import type { DeployTarget } from "../../lib/deploy/target.ts";
import { metricOf } from "../../lib/metrics/mod.ts";
import type { Method } from "../../lib/nn/method.ts";
import type { AnyTask, PlanSpec } from "../../lib/pipeline/plan_spec.ts";
import { runPlan } from "../../lib/pipeline/run/run_plan.ts";
import type { Base } from "./bases.ts";
import { type Cell, targetNames } from "./cell.ts";
import { badNumber, endingOf, faultOf, type Outcome } from "./outcome.ts";
import { checkedByOthers, openedTargets, toyMethod, toyTarget } from "./toy_parts.ts";
import { type ToyTask, toyTask } from "./toy_tasks.ts";

/** What a training is run with. */
export interface CellContext {
  /** A new folder, which the caller removes. */
  readonly folder: string;
  readonly base: Base;
  /** The folder of a model that teaches, for distillation. */
  readonly teacher: string;
  /** The address of a hub that takes uploads. */
  readonly hub: string;
  /** The folder of an adapter of the same task and family, or the error that refuses one; for `peft`. */
  peftFolder(): Promise<string>;
  /** The targets that are written, the likeliest to be taken first; of the others the model is only checked. */
  readonly written: readonly string[];
  /** How many of them are written at most. */
  readonly most: number;
}

/** Small enough for two steps. */
const train = { epochs: 1, batchSize: 4, maxTokens: 32, samples: 0 };
/** Written texts of scores are that long at most. */
const generate = { maxNewTokens: 3 };

/** One outcome of the training, and one of each target where it was not refused. */
export async function runCell(cell: Cell, context: CellContext): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const add = (target: string | undefined, end: Pick<Outcome, "ending" | "reason">) =>
    outcomes.push({ ...cell, ...(target === undefined ? {} : { target }), ...end });
  let toy: ToyTask, method: Method;
  try {
    toy = await toyTask(cell.task, cell.family, context.teacher);
    const peft = cell.method === "peft" ? await context.peftFolder() : "";
    method = toyMethod(cell.method, peft);
  } catch (error) {
    add(undefined, endingOf(error));
    return outcomes;
  }
  const refused = new Map<string, unknown>();
  const broken = new Set<string>();
  for (;;) {
    const names = context.written.filter((name) => !refused.has(name) && !broken.has(name))
      .slice(0, context.most);
    const watch = watched(names, refused, context);
    let result: RunResult<unknown>;
    try {
      result = await runPlan(specOf(toy, method, { ...context, targets: watch.targets }), {
        quiet: true,
        device: cell.device,
        trackers: [watch.tracker],
      });
    } catch (error) {
      if (isInterruption(error)) throw error;
      const failed = watch.current();
      if (failed !== undefined) {
        add(failed, faultOf(error));
        broken.add(failed);
        continue;
      }
      if (!watch.began() && names.some((name) => refused.has(name))) continue;
      return [{ ...cell, ...watch.began() ? faultOf(error) : endingOf(error) }];
    }
    add(undefined, await asked(() => result, toy.inputs, result));
    await result.dispose();
    for (const [at, name] of names.entries()) {
      const { folder } = watch.targets[at];
      add(name, openedTargets.includes(name) ? await opened(folder, toy) : { ending: "works" });
    }
    for (const name of checkedByOthers.filter((name) => !names.includes(name))) {
      if (refused.has("merged")) refused.set(name, refused.get("merged"));
    }
    for (const name of targetNames.filter((name) => !names.includes(name) && !broken.has(name))) {
      add(name, refused.has(name) ? endingOf(refused.get(name)) : { ending: "accepted" });
    }
    return outcomes;
  }
}

function specOf(
  { task, rows }: Pick<ToyTask, "task" | "rows">,
  method: Method,
  { base, targets }: { readonly base: Base; readonly targets: readonly DeployTarget[] },
): PlanSpec {
  const { spec } = model(base.reference, base.options).data(rows, task, { test: rows })
    .adapt(method).train(train).deploy(...targets);
  return {
    ...spec,
    metrics: { [task.metric]: metricOf(task.metric) },
    ...(writes(task) ? { generate } : {}),
  };
}

/** Whether scores may be of written texts, which are then kept short. */
function writes(task: AnyTask): boolean {
  return task.withLabels([]).writing !== undefined;
}

/**
 * Targets that say which one was being deployed when a run broke off. The first one has the model checked for all
 * that are not written as well, and puts those that refuse it into `refused`.
 */
function watched(
  names: readonly string[],
  refused: Map<string, unknown>,
  { folder, hub }: Pick<CellContext, "folder" | "hub">,
) {
  let [current, steps]: [string | undefined, number] = [undefined, 0];
  const others = targetNames.filter((name) =>
    !names.includes(name) && !checkedByOthers.includes(name)
  )
    .map((name) => toyTarget(name, folder, hub));
  const targets = names.map((name, at): DeployTarget => {
    const target = toyTarget(name, folder, hub);
    return {
      ...target,
      async check(trainable, about) {
        for (const each of [target, ...at === 0 ? others : []]) {
          try {
            await each.check?.(trainable, about);
          } catch (error) {
            refused.set(each.name, error);
            if (each === target) throw error;
          }
        }
      },
      async write(trained, folder) {
        current = name;
        await target.write(trained, folder);
      },
    };
  });
  const tracker: Tracker = {
    name: "the matrix",
    begin: () => Promise.resolve(),
    log(values) {
      if (values.step > 0) steps = values.step;
      return Promise.resolve();
    },
    end: () => Promise.resolve(),
  };
  return { targets, tracker, current: () => current, began: () => steps > 0 };
}

/** A written folder, opened and asked as a person would. */
async function opened(
  place: string,
  { inputs }: ToyTask,
): Promise<Pick<Outcome, "ending" | "reason">> {
  try {
    const model = await open(place);
    try {
      return await asked(() => model, inputs);
    } finally {
      await model.dispose();
    }
  } catch (error) {
    return faultOf(error);
  }
}

/** Asks a model, and looks for numbers that are none. */
async function asked(
  of: () => { predict(inputs: readonly unknown[]): Promise<unknown> },
  inputs: readonly unknown[],
  result?: RunResult<unknown>,
): Promise<Pick<Outcome, "ending" | "reason">> {
  try {
    const answers = await of().predict(inputs);
    if (!Array.isArray(answers) || answers.length !== inputs.length) {
      throw new TunebookError("output", `${inputs.length} inputs have other answers: ${answers}`);
    }
    const bad = badNumber(answers) ??
      (result && (badNumber(result.losses, "losses") ?? badNumber(result.scores, "scores")));
    if (bad !== undefined) throw new TunebookError("output", bad);
    if (result && result.steps === 0) throw new TunebookError("output", "no step was trained");
    return { ending: "works" };
  } catch (error) {
    return faultOf(error);
  }
}

/** Trains LoRA and keeps its PEFT folder, which `peft` goes on from. */
export async function loraFolder(
  cell: Cell,
  { folder, base, teacher, hub }: Omit<CellContext, "peftFolder" | "written" | "most">,
): Promise<string> {
  const toy = await toyTask(cell.task, cell.family, teacher);
  const place = join(folder, "adapter");
  const targets = [toyTarget("adapter", folder, hub)];
  const result = await runPlan(specOf(toy, toyMethod("lora", ""), { base, targets }), {
    quiet: true,
  });
  await result.dispose();
  return place;
}
