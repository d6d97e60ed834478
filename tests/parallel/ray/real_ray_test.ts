/**
 * Jobs of a real Ray cluster on this machine:
 *
 *     pip install "ray[default]"
 *     ray start --head --dashboard-host 127.0.0.1
 *     TUNEBOOK_RAY=http://127.0.0.1:8265 deno test --allow-all tests/parallel/ray/real_ray_test.ts
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readSearch, writeTable } from "tunebook";
import { finetune } from "../../cli/command.ts";
import { moods, tinyModel } from "../../pipeline/tiny.ts";
import { inFolder } from "../../weights/in_folder.ts";

const address = Deno.env.get("TUNEBOOK_RAY");

Deno.test({
  name: `plans run as jobs of Ray${address ? "" : " (no address of a cluster in TUNEBOOK_RAY)"}`,
  ignore: !address,
  fn: () =>
    inFolder(async (folder) => {
      await tinyModel(join(folder, "base"));
      await writeTable(moods(60), join(folder, "rows.csv"));
      const jobs = join(folder, "jobs");
      const run = async (name: string, epochs: number, text: string, ...flags: string[]) => {
        const plan = {
          ...{ tunebook: 1, model: "file:base", data: "rows.csv" },
          columns: { text, label: "mood", test: 10 },
          method: { name: "lora", settings: { rank: 2 } },
          train: { epochs, batchSize: 4, seed: Math.floor(Date.now() / 1000) },
          ...{
            metrics: { accuracy: "accuracy" },
            deploy: [{ target: "merged", folder: "merged" }],
          },
        };
        const file = join(folder, `${name}.json`);
        if (!flags.includes("--resume")) await Deno.writeTextFile(file, JSON.stringify(plan));
        const args = [`${name}.json`, "--ray", address!, "--ray-folder", jobs, ...flags];
        let isStopped = false;
        return await finetune(args, {
          cwd: folder,
          onStderr: (text, child) => {
            if (epochs < 1000 || isStopped || !text.includes("its folder on the node")) return;
            isStopped = true;
            // The job itself needs some seconds until it trains.
            setTimeout(() => child.kill("SIGINT"), 20_000);
          },
        });
      };
      const whole = await run("whole", 1, "text");
      assert.equal(whole.code, 0, whole.stderr);
      assert.match(whole.stdout, /scores on held-out rows/);
      const [{ name: key }] = await Array.fromAsync(Deno.readDir(jobs));
      assert.ok((await Deno.stat(join(jobs, key, "merged", "model.safetensors"))).isFile);

      const wrong = await run("wrong", 1, "nothing");
      assert.equal(wrong.code, 1);
      assert.match(wrong.stderr, /no column "nothing"/);

      const stopped = await run("long", 100_000, "text");
      assert.equal(stopped.code, 130, stopped.stderr);
      const [, step] = /stopped after step (\d+) of/.exec(stopped.stdout)!;
      const resumed = await run("long", 100_000, "text", "--resume");
      assert.equal(resumed.code, 130, resumed.stderr);
      assert.match(resumed.stdout, new RegExp(`continuing after step ${step}\\b`));
    }),
});

Deno.test({
  name: `trials run as jobs of Ray${address ? "" : " (no address of a cluster in TUNEBOOK_RAY)"}`,
  ignore: !address,
  fn: () =>
    inFolder(async (folder) => {
      await tinyModel(join(folder, "base"));
      await writeTable(moods(48), join(folder, "rows.csv"));
      const search = {
        space: { learningRate: { float: [1e-3, 1e-1], log: true } },
        ...{ metric: "accuracy", file: "search.sqlite", seed: 1 },
        pruner: { name: "median", startupTrials: 1, warmupSteps: 3 },
      };
      const run = async (trials: number, killAt?: RegExp, ...flags: string[]) => {
        const plan = {
          ...{ tunebook: 1, model: "file:base", data: "rows.csv" },
          columns: { text: "text", label: "mood", validation: 0.25, seed: 1 },
          method: { name: "lora", settings: { rank: 2 } },
          train: { epochs: 60, batchSize: 4, seed: 1 },
          ...{ metrics: { accuracy: "accuracy" }, deploy: [] },
          search: { ...search, budget: { trials } },
        };
        await Deno.writeTextFile(join(folder, "plan.json"), JSON.stringify(plan));
        const args = [
          "plan.json",
          "--ray",
          address!,
          "--ray-folder",
          join(folder, "jobs"),
          ...flags,
        ];
        return await finetune(args, {
          cwd: folder,
          onStderr: (text, child) => void (killAt?.test(text) && child.kill("SIGKILL")),
        });
      };
      const states = () =>
        readSearch(join(folder, "search.sqlite")).history.trials.map(({ state }) => state);
      // Killed as soon as there are jobs, which go on; the next start follows them.
      await run(3, /is the job/, "--ray-jobs", "2");
      const whole = await run(3, undefined, "--ray-jobs", "2");
      assert.equal(whole.code, 0, whole.stderr);
      assert.match(whole.stderr, /of an earlier start/);
      assert.equal(states().length, 3);
      assert.ok(states().every((state) => state === "complete" || state === "pruned"));
      assert.match(whole.stdout, /scores on held-out rows/);

      const failing = await run(5, undefined, "--ray-program", "/nowhere/finetune.ts");
      // The plan that was found is a job of the same program.
      assert.equal(failing.code, 1, failing.stderr);
      assert.deepEqual(states().slice(3), ["failed", "failed"]);
      const { reason } = readSearch(join(folder, "search.sqlite")).history.trials[3];
      assert.match(reason!, /failed: .*nowhere/);
    }),
});
