/**
 * `deno task finetune plan.json --ray http://head:8265` where the plan has a section `search`: its trials are jobs.
 *
 * @module
 */
import { isAbsolute } from "node:path";
import { mistakes } from "../../core/errors.ts";
import { openRayCluster } from "../../parallel/ray/ray_cluster.ts";
import { rayPackage } from "../../parallel/ray/ray_package.ts";
import { Plan } from "../../pipeline/plan.ts";
import { specToJson } from "../../pipeline/plan_json.ts";
import type { RunOptions } from "../../pipeline/run/run_options.ts";
import { runSearch } from "../../pipeline/search/run_search.ts";
import { type SearchJson, searchToJson } from "../../pipeline/search/search_json.ts";
import type { SearchResult } from "../../pipeline/search/search_result.ts";
import { checkedSearch, type SearchSpec } from "../../pipeline/search/search_spec.ts";
import type { Flags } from "../flags.ts";
import type { FlagPlan } from "../plan_of_flags.ts";
import { kebab } from "../train_flags.ts";
import { planFile } from "./job_command.ts";
import { namedFiles } from "./named_files.ts";
import { rayOptionsOf } from "./ray_options.ts";
import { trialsOnRay } from "./trials_on_ray.ts";

/** Trials at once, and the cores of each, unless flags say otherwise. */
const [usualJobs, usualCpus] = [4, 1];
/** Files that followers of runs write, by their flags. */
const written: readonly string[] = ["tensorboard", "jsonLines"];

/** Searches; the search and its file stay here, its trials are jobs. */
export async function searchOnRay(
  spec: SearchSpec,
  flags: Flags,
  { quiet }: Pick<RunOptions, "quiet"> = {},
): Promise<SearchResult<FlagPlan>> {
  refuseOwnFiles(flags);
  const { files: more, program, jobs = usualJobs, cpus = usualCpus, gpus } = rayOptionsOf(flags);
  const search = checkedSearch(spec);
  const json = searchToJson(spec);
  const named = await namedFiles(
    { ...json, method: json.method ?? { name: "head", settings: {} } },
    more,
    json.search.space,
  );
  const files = new Map(named);
  files.set(planFile, new TextEncoder().encode(JSON.stringify(ofTrials(json))));
  const { name, content } = await rayPackage(files);
  const cluster = await openRayCluster(String(flags.ray));
  const packageUri = await cluster.upload(name, content);
  const place = trialsOnRay({
    ...{ cluster, packageUri, program, flags, jobs, cpus },
    ...(gpus === undefined ? {} : { gpus }),
  });
  return await runSearch(
    search,
    { ...(quiet ? { quiet } : {}) },
    (found) => Plan.from(specToJson(found)),
    place,
  );
}

/** What a trial has to know: neither how trials are chosen nor what becomes of the best one. */
function ofTrials(json: SearchJson): SearchJson {
  const { file: _, from: __, sampler: ___, pruner: ____, budget: _____, ...search } = json.search;
  const { resume: ______, ...train } = json.train;
  // A budget there has to be.
  return { ...json, train, deploy: [], search: { ...search, budget: { trials: 1 } } };
}

/** A trial has no folder of its own on its node. */
function refuseOwnFiles(flags: Flags): void {
  const wrong = written.flatMap((name) => {
    const path = flags[name];
    return typeof path === "string" && !isAbsolute(path)
      ? [`--${kebab(name)} is ${path}, but of trials on Ray must be an absolute path on the nodes`]
      : [];
  });
  if (wrong.length > 0) throw mistakes("input", "these flags make no sense:", wrong);
}
