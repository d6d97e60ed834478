/**
 * The plan of a plan file: as it is written, or what its search finds.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { isRecord } from "../core/objects.ts";
import { Plan, SearchPlan } from "../pipeline/plan.ts";
import type { RunOptions } from "../pipeline/run/run_options.ts";
import { isSearchJson } from "../pipeline/search/search_json.ts";
import type { BestTrial, SearchResult } from "../pipeline/search/search_result.ts";
import type { SearchSpec } from "../pipeline/search/search_spec.ts";
import { FlagReader } from "./flag_reader.ts";
import type { Flags } from "./flags.ts";
import { type FlagPlan, readFilePlan } from "./plan_of_flags.ts";

/** A plan, and what found it. */
export interface FilePlan {
  readonly plan: FlagPlan;
  /** For `--json`. */
  readonly search?: Readonly<Record<string, unknown>>;
  /** What found it, where a search did. */
  readonly found?: SearchPlan<FlagPlan>;
}

/**
 * Reads the plan. Where the file has a section `search`, the search runs and shows what it found; `--trials` and
 * `--minutes` stand in the place of its budget.
 */
export async function planOfJson(
  path: string,
  json: unknown,
  flags: Flags,
  how: RunOptions,
): Promise<FilePlan> {
  const budget = budgetOfFlags(flags);
  if (!isSearchJson(json)) {
    if (budget === undefined) return { plan: readFilePlan(path, json, Plan.from) };
    throw new TunebookError(
      "input",
      `--trials and --minutes are the budget of a search, and ${path} has no section "search"`,
    );
  }
  if (flags.advise) {
    throw new TunebookError(
      "input",
      `--advise looks at the data of one plan, and ${path} is a search; leave out its section "search"`,
    );
  }
  const search = readFilePlan(path, withBudget(json, budget), SearchPlan.from);
  console.error(`${search}\n`);
  const found = flags.ray === undefined ? await search.run(how) : await onRay(search.spec, flags);
  console.log(`${found}\n`);
  const { best, chosen, front, costs, metric, trials, plan } = found;
  return {
    plan,
    found: search,
    search: {
      metric,
      best: toldTrial(best),
      ...(costs.length === 0
        ? {}
        : { costs, chosen: toldTrial(chosen), front: front.map(toldTrial) }),
      trials: trials.length,
      plan,
    },
  };
}

async function onRay(spec: SearchSpec, flags: Flags): Promise<SearchResult<FlagPlan>> {
  const { searchOnRay } = await import("./ray/search_on_ray.ts");
  return await searchOnRay(spec, flags);
}

/** A trial with what it costs, without its plan. */
function toldTrial({ number, score, suggestion, figures }: Omit<BestTrial<unknown>, "plan">) {
  return { number, score, suggestion, figures };
}

function budgetOfFlags(flags: Flags): Record<string, number> | undefined {
  const read = new FlagReader(flags);
  const given = { trials: read.number("trials"), minutes: read.number("minutes") };
  if (read.wrong.length > 0) throw new TunebookError("input", read.wrong.join("\n"));
  const budget = Object.entries(given).filter((entry): entry is [string, number] =>
    entry[1] !== undefined
  );
  return budget.length === 0 ? undefined : Object.fromEntries(budget);
}

function withBudget(json: unknown, budget: Record<string, number> | undefined): unknown {
  const { search, ...plan } = Object(json);
  return budget && isRecord(search) ? { ...plan, search: { ...search, budget } } : json;
}
