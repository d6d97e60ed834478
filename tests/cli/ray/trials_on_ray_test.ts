import assert from "node:assert/strict";
import { join } from "node:path";
import { medianPruner, readSearch } from "tunebook";
import { trialsOnRay } from "../../../lib/cli/ray/trials_on_ray.ts";
import { openRayCluster } from "../../../lib/parallel/ray/ray_cluster.ts";
import { runSearch } from "../../../lib/pipeline/search/run_search.ts";
import type { PlanSearchOptions } from "../../../lib/pipeline/search/search_options.ts";
import { checkedSearch } from "../../../lib/pipeline/search/search_spec.ts";
import { type TrialLine, writeTrialLine } from "../../../lib/pipeline/search/trial_lines.ts";
import { isMistake } from "../../is_mistake.ts";
import { type JobEnd, rayServer, type RayServerOptions } from "../../parallel/ray/ray_server.ts";
import { tinySearch } from "../../pipeline/search/tiny_search.ts";
import { tinyModel } from "../../pipeline/tiny.ts";
import { inFolder } from "../../weights/in_folder.ts";

const done: JobEnd = { status: "SUCCEEDED", message: "" };

/** A trial that tells its score, whatever it is asked for. */
type Trial = (how: {
  readonly number: number;
  readonly tell: (line: TrialLine) => void;
  readonly signal: AbortSignal;
}) => Promise<JobEnd> | JobEnd;

/** Jobs that run no command but a function. */
function jobsOf(trial: Trial): NonNullable<RayServerOptions["runs"]> {
  return async ({ entrypoint }, say, signal) => {
    const { number } = JSON.parse(/--trial '([^']+)'/.exec(entrypoint)![1]);
    return await trial({ number, tell: (line) => say(`${writeTrialLine(line)}\n`), signal });
  };
}

const complete = (score: number): TrialLine => ({
  outcome: { state: "complete", score, figures: { steps: 2, epochs: 2, seconds: 1 } },
});

/** Searches in a folder by the jobs of a server. */
async function searchBy(
  address: string,
  folder: string,
  { jobs, signal, isDeaf = false, ...options }: PlanSearchOptions & {
    readonly jobs: number;
    readonly signal?: AbortSignal;
    /** Whether jobs cannot be stopped. */
    readonly isDeaf?: boolean;
  },
) {
  const cluster = await openRayCluster(address);
  const stop = () => Promise.reject(new Error("it does not hear"));
  const place = trialsOnRay({
    cluster: isDeaf ? { ...cluster, stop } : cluster,
    ...{ packageUri: "gcs://a.zip", program: "finetune.ts", flags: {}, cpus: 1, jobs },
  });
  const search = checkedSearch(
    tinySearch(await tinyModel(folder), { file: join(folder, "search.sqlite"), ...options }).spec,
  );
  return await runSearch(
    search,
    { quiet: true, ...(signal ? { signal } : {}) },
    (spec) => spec,
    place,
  );
}

Deno.test("jobs that Ray has no room for wait, one that fails is a trial that failed, one is pruned", () =>
  inFolder(async (folder) => {
    let [running, most] = [0, 0];
    const trial: Trial = async ({ number, tell, signal }) => {
      most = Math.max(most, ++running);
      try {
        if (number === 1) return { status: "FAILED", message: "Job supervisor actor died: OOM" };
        const score = number === 3 ? 0.1 : 0.5 + number / 100;
        tell({ step: 1, totalSteps: 2, epoch: 1 });
        tell({ score, epochs: 1, isLast: false });
        if (number === 3) {
          // Asked to stop by its score, it says how far it is.
          await new Promise((go) => signal.addEventListener("abort", go));
          tell({ outcome: { state: "interrupted", figures: { steps: 1, epochs: 1, seconds: 3 } } });
        } else tell(complete(score));
        return done;
      } finally {
        running--;
      }
    };
    await using server = rayServer({ runs: jobsOf(trial), room: 1 });
    const { trials, best } = await searchBy(server.address, folder, {
      ...{ jobs: 3, budget: { trials: 6 }, pruner: medianPruner({ startupTrials: 1 }) },
    });
    assert.equal(most, 1);
    assert.deepEqual(trials.map(({ state }) => state), [
      ...["complete", "failed", "complete", "pruned", "complete", "complete"],
    ]);
    assert.match(
      trials[1].reason!,
      /^its job tunebook-.*-1-1 failed: Job supervisor actor died: OOM/,
    );
    assert.match(trials[3].reason!, /after 1 epoch was not good enough/);
    assert.deepEqual(trials[3].figures, { steps: 1, epochs: 1, seconds: 3 });
    assert.equal(best.number, 5);
    assert.equal(server.jobs.length, 6);
  }));

Deno.test("a search that is stopped stops its jobs; started again it submits them again, or follows them", () =>
  inFolder(async (folder) => {
    const begun = Promise.withResolvers<void>();
    let [isLater, alive] = [false, 0];
    const later = Promise.withResolvers<void>();
    const trial: Trial = async ({ number, tell, signal }) => {
      tell({ step: 1, totalSteps: 2, epoch: 1 });
      if (!isLater && number > 0) {
        if (++alive === 2) begun.resolve();
        const stopped = new Promise((go) => signal.addEventListener("abort", go));
        await Promise.race([stopped, later.promise]);
      }
      if (!signal.aborted) tell(complete(0.5 + number / 100));
      return done;
    };
    await using server = rayServer({ runs: jobsOf(trial) });
    const budget = { trials: 3 };
    const states = () =>
      readSearch(join(folder, "search.sqlite")).history.trials.map(({ state }) => state);
    const stopped = async (isDeaf: boolean) => {
      alive = 0;
      const controller = new AbortController();
      const run = searchBy(server.address, folder, {
        ...{ jobs: 3, budget, isDeaf, signal: controller.signal },
      });
      await begun.promise;
      while (states()[0] !== "complete" || alive < 2) await new Promise((go) => setTimeout(go, 5));
      controller.abort();
      assert.equal((await run).stopped, true);
      assert.deepEqual(states(), ["complete", "pending", "pending"]);
    };
    await stopped(false);
    const statuses = () => server.jobs.map(({ status }) => status);
    assert.deepEqual(statuses(), ["SUCCEEDED", "STOPPED", "STOPPED"]);
    // As where the process is killed: the jobs go on.
    await stopped(true);
    assert.deepEqual(statuses().slice(3), ["RUNNING", "RUNNING"]);
    isLater = true;
    later.resolve();
    const { trials } = await searchBy(server.address, folder, { jobs: 3, budget });
    assert.deepEqual(trials.map(({ state }) => state), ["complete", "complete", "complete"]);
    assert.equal(server.jobs.length, 5);
    assert.ok(server.jobs.slice(3).every(({ submission_id: id }) => id.endsWith("-2")));
  }));

Deno.test("jobs that all fail for one reason end a search early, with what Ray says of them", () =>
  inFolder(async (folder) => {
    const message = (number: number) =>
      "Job entrypoint command failed with exit code 1, last available logs (truncated to 20,000 chars):\n" +
      `2026-11-30 22:38:1${number},893\tINFO job_manager.py:581 -- Runtime env is setting up.\n` +
      `Running entrypoint for job tunebook-${number}: exec deno run --trial '{"number":${number}}'\n` +
      `\nerror: Module not found "file:///nowhere/finetune.ts".\n`;
    await using server = rayServer({
      runs: jobsOf(({ number }) => ({ status: "FAILED", message: message(number) })),
    });
    await assert.rejects(
      searchBy(server.address, folder, { jobs: 2, budget: { trials: 30 } }),
      isMistake(
        "input",
        /came to its end \([56] trials failed one after the other, and none came to its end\):/,
        /-0-1 failed: Job entrypoint [^\n]* chars\): error: Module not found "file:\/\/\/nowhere/,
      ),
    );
    assert.ok(server.jobs.length <= 6);
  }));

Deno.test("a search ends with the cluster's reason where that is gone", () =>
  inFolder(async (folder) => {
    const server = rayServer({ runs: jobsOf(() => done) });
    const { address } = server;
    const cluster = await openRayCluster(address);
    await server[Symbol.asyncDispose]();
    await assert.rejects(
      cluster.jobs(),
      isMistake("device", `no Ray cluster answers at ${address}`),
    );
    await assert.rejects(
      searchBy(address, folder, { jobs: 1, budget: { trials: 1 } }),
      isMistake("device", "no Ray cluster answers"),
    );
  }));
