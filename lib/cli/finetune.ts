/**
 * `deno task finetune`: runs the default plan, a plan file, or the plan that flags describe.
 *
 * @module
 */
import { relative, resolve } from "node:path";
import { messageOf, TunebookError } from "../core/errors.ts";
import { launched } from "../core/launched.ts";
import { visibleLines } from "../core/visible.ts";
import type { Receipt } from "../deploy/target.ts";
import type { PrecisionName } from "../engine/mod.ts";
import { planWithRows } from "../pipeline/plan.ts";
import type { RunOptions } from "../pipeline/run/run_options.ts";
import { jsonLines } from "../track/json_lines.ts";
import { mlflow } from "../track/mlflow.ts";
import { tensorBoard } from "../track/tensor_board.ts";
import { adviceFlags, adviseOnPlan, refuseAdviceFlags } from "./advise.ts";
import { type Flags, readCommandLine } from "./flags.ts";
import { asksForFolds, foldFlags, plansOfFiles, runOnFolds } from "./fold_flags.ts";
import { fileOfFlags } from "./file_of_flags.ts";
import { helpFor } from "./help.ts";
import { rayFlags } from "./ray/ray_flags.ts";
import { type FlagPlan, jsonOfFile, planOfFlags } from "./plan_of_flags.ts";
import { planOfJson } from "./plan_of_json.ts";
import { olderInWords, olderOutputs } from "./older_outputs.ts";
import { checkPredictionsFlag, toldPredictions, writePredictions } from "./predictions_flag.ts";
import { refuseBesides } from "./refuse_besides.ts";
import type { Table } from "../table/table.ts";
import { kebab } from "./train_flags.ts";

/** Exit codes, as shells expect them. */
const failed = 1;
const misused = 2;
const interrupted = 130;

/** Flags that may stand beside a plan file. */
const besidePlan: readonly string[] = [
  ...["json", "device", "precision", "offloadMegabytes", "resume"],
  ...["tensorboard", "mlflow", "jsonLines", "predictions", "runName", "trials", "trial", "minutes"],
  ...["ray", ...rayFlags],
  ...["advise", ...adviceFlags],
  ...foldFlags,
];

/** Runs the command and returns its exit code. */
export async function finetune(args: readonly string[]): Promise<number> {
  try {
    const { flags, planFiles } = readCommandLine(args);
    const [planFile] = planFiles;
    if (flags.help) {
      console.log(helpFor(typeof flags.task === "string" ? flags.task : undefined));
      return 0;
    }
    const others = Object.keys(flags).filter((name) => !besidePlan.includes(name));
    if (planFile && others.length > 0) {
      throw new TunebookError(
        "input",
        `${planFile} stands alone, as the name of a plan file, which says everything itself; leave out ` +
          `${others.map((name) => `--${kebab(name)}`).join(" ")}, or quote a path that has spaces`,
      );
    }
    if (flags.ray === undefined) refuseRayFlags(flags);
    if (!flags.advise) refuseAdviceFlags(flags);
    checkPredictionsFlag(flags);
    refuseBesides(flags);
    if (asksForFolds(flags)) {
      const plans = planFiles.length > 0
        ? await plansOfFiles(planFiles, flags)
        : { plan: await planOfCommand(flags) };
      await runOnFolds(plans, flags, howOfFlags(flags));
      return 0;
    }
    if (typeof flags.trial === "string") {
      const { trialOfFile } = await import("./trial_of_file.ts");
      await trialOfFile(planFile, flags.trial, howOfFlags(flags));
      return 0;
    }
    const isFirst = !launched()?.rank;
    const { plan, search, found } = planFile
      ? await planOfJson(planFile, await jsonOfFile(planFile, flags), flags, howOfFlags(flags))
      : { plan: await planOfCommand(flags), search: undefined, found: undefined };
    if (flags.advise) return await adviseOnPlan(plan.spec, flags);
    if (isFirst) console.error(`${plan}\n`);
    if (typeof flags.ray === "string") {
      const { runOnRay } = await import("./ray/run_on_ray.ts");
      await runOnRay(plan, flags, { isFound: found !== undefined });
      return 0;
    }
    const how = howOfFlags(flags);
    const { file } = found?.spec.options ?? {};
    const { trackers: _, ...settings } = how;
    let predictions: Table | undefined;
    const run = async () => {
      const { table, ...told } = await resultOf(plan, how, isFirst ? flags : {});
      predictions = table;
      return told;
    };
    const { text, outputs, json, servable } = file === undefined
      ? await run()
      : await (await import("./run_found.ts")).runFound({ file, plan, how: settings, run });
    if (isFirst) {
      console.log(text);
      for (const line of olderInWords(await olderOutputs(outputs))) console.error(line);
      if (servable) console.error(`to serve it: deno task serve ${relative(Deno.cwd(), servable)}`);
    }
    // The same JSON: what else a terminal would obey stands in its texts only.
    if (flags.json && isFirst) {
      console.log(visibleLines(JSON.stringify({ ...json, ...(search ? { search } : {}) })));
    }
    if (isFirst) await writePredictions(predictions, flags);
    return 0;
  } catch (error) {
    if (!(error instanceof TunebookError)) throw error;
    // A model that fails its tests is a result all the same.
    if (error.kind === "behaviour" && !launched()?.rank) console.log(String(error.cause));
    console.error(`error${ofProcess()}: ${messageOf(error)}`);
    return error.kind === "interrupted" ? interrupted : error.kind === "input" ? misused : failed;
  }
}

/** Runs a plan, and tells its result in words and as JSON. */
async function resultOf(plan: FlagPlan, how: RunOptions, flags: Flags) {
  const result = await plan.run(how);
  const { model, method, examples, epochs, trainSeconds, stepsPerSecond } = result;
  const { scores, outputs, receipts, chain } = result;
  const json = {
    ...{ model, method, examples, epochs, trainSeconds, stepsPerSecond },
    ...{ scores, outputs, receipts, chain },
  };
  const text = `${result}${await toldPredictions(result)}`;
  const table = flags.predictions === undefined ? undefined : result.predictionTable();
  await result.dispose();
  const servable = servedFolder(receipts);
  return { text, table, outputs, json, receipts, ...(servable === undefined ? {} : { servable }) };
}

/** The smallest of the written folders that a server reads. */
function servedFolder(receipts: readonly Receipt[]): string | undefined {
  const served = ["adapter", "merged"];
  const [first] = served.flatMap((name) => receipts.filter(({ target }) => target === name));
  return first && resolve(first.folder);
}

/** Which process fails, where there are several. */
function ofProcess(): string {
  const { rank, size } = launched() ?? { rank: 0, size: 1 };
  return size === 1 ? "" : ` (process ${rank} of ${size})`;
}

function refuseRayFlags(flags: Flags): void {
  const given = rayFlags.filter((name) => flags[name] !== undefined);
  if (given.length === 0) return;
  const names = given.map((name) => `--${kebab(name)}`).join(" ");
  throw new TunebookError("input", `${names} belongs to --ray ADDRESS`);
}

/** What flags say of the run beside the plan. */
function howOfFlags({ device, precision, offloadMegabytes, ...flags }: Flags): RunOptions {
  const { tensorboard, mlflow: server, jsonLines: file, runName } = flags;
  const trackers = [
    ...typeof tensorboard === "string" ? [tensorBoard(tensorboard)] : [],
    ...typeof server === "string" ? [mlflow(server)] : [],
    ...typeof file === "string" ? [jsonLines(file)] : [],
  ];
  return {
    ...(trackers.length > 0 ? { trackers } : {}),
    ...(typeof runName === "string" ? { name: runName } : {}),
    ...(typeof device === "string" ? { device } : {}),
    // A plan of flags has looked at the name; the run looks at one beside a plan file.
    ...(typeof precision === "string" ? { precision: precision as PrecisionName } : {}),
    ...(typeof offloadMegabytes === "string"
      ? { offload: { megabytes: Number(offloadMegabytes) } }
      : {}),
  };
}

/** The plan of flags; a file whose columns had to be looked at is not read again. */
async function planOfCommand(flags: Flags): Promise<FlagPlan> {
  if (flags.trials !== undefined || flags.minutes !== undefined) {
    throw new TunebookError(
      "input",
      "--trials and --minutes are the budget of a search, which a plan file with a section " +
        '"search" describes',
    );
  }
  const rows = await fileOfFlags(flags);
  const plan = planOfFlags(flags, rows?.columnNames());
  return rows ? planWithRows(plan, rows) : plan;
}

if (import.meta.main) {
  // `deno task` runs in the project's folder; paths are meant from where the command was typed.
  const typedIn = Deno.env.get("INIT_CWD");
  if (typedIn) Deno.chdir(typedIn);
  Deno.exit(await finetune(Deno.args));
}
