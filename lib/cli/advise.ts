/**
 * `--advise`: an advice in the place of a training.
 *
 * @module
 */
import { mistakes, TunebookError } from "../core/errors.ts";
import { visibleLines } from "../core/visible.ts";
import type { PrecisionName } from "../engine/mod.ts";
import type { AdviseOptions } from "../pipeline/advise/advise_options.ts";
import type { PlanSpec } from "../pipeline/plan_spec.ts";
import type { Flags } from "./flags.ts";
import { kebab } from "./train_flags.ts";

/** Flags that say how an advice is made. */
export const adviceFlags: readonly string[] = [
  "difference",
  "timeColumn",
  "groupColumn",
  "adviseMinutes",
];

/** Prints the advice on a plan's data and model, with --json as one object behind it; the exit code. */
export async function adviseOnPlan(spec: PlanSpec, flags: Flags): Promise<number> {
  const { device, precision, offloadMegabytes } = flags;
  const { advise } = await import("../pipeline/advise/advise.ts");
  const advice = await advise(spec, optionsOf(flags), {
    ...(typeof device === "string" ? { device } : {}),
    ...(typeof precision === "string" ? { precision: precision as PrecisionName } : {}),
    ...(typeof offloadMegabytes === "string"
      ? { offload: { megabytes: Number(offloadMegabytes) } }
      : {}),
  });
  console.log(String(advice));
  if (flags.json) console.log(visibleLines(JSON.stringify(advice)));
  return 0;
}

/** Throws an error of kind "input" for flags of an advice without one. */
export function refuseAdviceFlags(flags: Flags): void {
  const given = adviceFlags.filter((name) => flags[name] !== undefined);
  if (given.length === 0) return;
  throw new TunebookError(
    "input",
    `${given.map((name) => `--${kebab(name)}`).join(" ")} belong to --advise`,
  );
}

function optionsOf(flags: Flags): AdviseOptions {
  const wrong: string[] = [];
  const numberOf = (name: string): number | undefined => {
    const given = flags[name];
    if (typeof given !== "string") return undefined;
    const value = Number(given);
    if (!(value >= 0)) wrong.push(`--${kebab(name)} is ${given}, but must be a number from 0`);
    return value;
  };
  const [difference, minutes] = [numberOf("difference"), numberOf("adviseMinutes")];
  if (wrong.length > 0) throw mistakes("input", "these flags make no sense:", wrong);
  const { timeColumn: order, groupColumn: groups } = flags;
  return {
    ...(difference === undefined ? {} : { difference }),
    ...(typeof order === "string" ? { order } : {}),
    ...(typeof groups === "string" ? { groups } : {}),
    ...(minutes === undefined ? {} : minutes === 0 ? { measure: false } : { minutes }),
  };
}
