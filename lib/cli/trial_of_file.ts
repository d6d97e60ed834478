/**
 * `deno task finetune plan.json --trial JSON`: one trial of a plan file's search, for the process that searches.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { SearchPlan } from "../pipeline/plan.ts";
import type { RunOptions } from "../pipeline/run/run_options.ts";
import { runOneTrial, trialOrderOf } from "../pipeline/search/run_one_trial.ts";
import { isSearchJson } from "../pipeline/search/search_json.ts";
import { checkedSearch } from "../pipeline/search/search_spec.ts";
import { jsonOfFile, readFilePlan } from "./plan_of_flags.ts";

/** Runs the trial and prints how it goes, a line of JSON each. */
export async function trialOfFile(
  path: string | undefined,
  order: string,
  how: RunOptions,
): Promise<void> {
  const json = path === undefined ? undefined : await jsonOfFile(path);
  if (path === undefined || !isSearchJson(json)) {
    throw new TunebookError(
      "input",
      '--trial runs one trial of the section "search" of a plan file, deno task finetune plan.json --trial JSON',
    );
  }
  const { spec } = readFilePlan(path, json, SearchPlan.from);
  const say = (line: string) => console.log(line);
  await runOneTrial(checkedSearch(spec), trialOrderOf(order), { ...how, say });
}
