import assert from "node:assert/strict";
import { join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { readSearch, SearchPlan, writeTable } from "tunebook";
import { runOneTrial, trialOrderOf } from "../../../lib/pipeline/search/run_one_trial.ts";
import { checkedSearch } from "../../../lib/pipeline/search/search_spec.ts";
import { rayServer, type RayServerOptions } from "../../parallel/ray/ray_server.ts";
import { timeless } from "../../pipeline/search/tiny_search.ts";
import { moods, tinyModel } from "../../pipeline/tiny.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { finetuneHere } from "../command.ts";

const plan = {
  ...{ tunebook: 1, model: "file:base", data: "rows.csv" },
  columns: { text: "text", label: "mood", validation: 0.25, seed: 1 },
  train: { epochs: 2, batchSize: 8, seed: 1 },
  ...{ metrics: { accuracy: "accuracy" }, deploy: [{ target: "merged", folder: "merged" }] },
  search: {
    space: {
      method: { choice: [{ name: "lora", rank: { int: [2, 8], log: true } }, { name: "bitfit" }] },
      learningRate: { float: [1e-3, 1e-1], log: true },
    },
    ...{ metric: "accuracy", budget: { trials: 3 }, seed: 1, file: "search.sqlite" },
    pruner: { name: "median", startupTrials: 1 },
  },
} as const;

/** The order in a trial's command. */
const orderOf = (command: string) => /--trial '([^']+)'/.exec(command)?.[1];

/** Trains as a node would, on the plan that was sent. */
function nodeWith(packages: () => Map<string, Uint8Array<ArrayBuffer>>): RayServerOptions {
  return {
    async runs({ entrypoint }, say, signal) {
      const order = orderOf(entrypoint);
      if (order !== undefined) {
        const [content] = packages().values();
        const json = JSON.parse(strFromU8(unzipSync(content)["tunebook_plan.json"]));
        assert.deepEqual([json.deploy, json.search.file], [[], undefined]);
        await runOneTrial(checkedSearch(SearchPlan.from(json).spec), trialOrderOf(order), {
          ...{ quiet: true, signal },
          say: (line) => say(`${line}\n`),
        }).catch((error) => assert.equal(error.kind, "interrupted", error.message));
      } else say("the plan is trained\n");
      return { status: "SUCCEEDED", message: "" };
    },
  };
}

Deno.test("trials as jobs give the search that one process gives, and then its plan is a job", () =>
  inFolder(async (folder) => {
    await tinyModel(join(folder, "base"));
    await writeTable(moods(48), join(folder, "rows.csv"));
    await Deno.writeTextFile(join(folder, "plan.json"), JSON.stringify(plan));
    await using server = rayServer(nodeWith(() => server.packages));
    const run = (...flags: string[]) =>
      finetuneHere(["plan.json", "--ray", server.address, ...flags], folder);
    const first = await run("--ray-jobs", "1");
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stderr, /trial 0 is the job tunebook-[0-9a-f]{16}-0-1\ntrial 0 +\d/);
    assert.match(first.stdout, /the plan is trained/);
    assert.equal(server.jobs.length, 4);
    const { history } = readSearch(join(folder, "search.sqlite"));

    const { file: _, ...alone } = plan.search;
    await Deno.writeTextFile(
      join(folder, "alone.json"),
      JSON.stringify({ ...plan, search: alone }),
    );
    const before = Deno.cwd();
    Deno.chdir(folder);
    const here = await SearchPlan.from({ ...plan, search: alone }).run({ quiet: true })
      .finally(() => Deno.chdir(before));
    assert.deepEqual(ended(history), ended(here.history));

    // Nothing is missing.
    const second = await run();
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stderr, /the job \S+ has trained the plan that was found/);
    assert.equal(server.jobs.length, 4);

    // In another folder the plan is missing.
    const elsewhere = await run("--ray-folder", "/shared");
    assert.equal(elsewhere.code, 0, elsewhere.stderr);
    assert.equal(server.jobs.length, 5);

    const refused = await finetuneHere(["alone.json", "--ray", server.address], folder);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /give it one, "file": "search\.sqlite"/);
  }));

/** A history without what was measured of pruned trials, whose jobs take some steps more until they are stopped. */
function ended(history: Parameters<typeof timeless>[0]) {
  return timeless(history).map(({ figures, ...trial }) =>
    trial.state === "pruned" ? trial : { ...trial, figures }
  );
}
