import assert from "node:assert/strict";
import { join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { writeTable } from "tunebook";
import { namedFiles } from "../../../lib/cli/ray/named_files.ts";
import type { PlanJson } from "../../../lib/pipeline/plan_json.ts";
import { isMistake } from "../../is_mistake.ts";
import { rayServer } from "../../parallel/ray/ray_server.ts";
import { moods, tinyModel } from "../../pipeline/tiny.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { finetuneHere } from "../command.ts";

const plan = {
  tunebook: 1,
  model: "file:base",
  data: "rows.csv",
  columns: { text: "text", label: "mood", test: 10 },
  method: { name: "lora", settings: { rank: 2 } },
  train: { epochs: 1, resume: true },
  metrics: { accuracy: "accuracy" },
  deploy: [],
} as const satisfies PlanJson;

Deno.test("a plan is sent along with the files that it names, once", () =>
  inFolder(async (folder) => {
    await tinyModel(join(folder, "base"));
    await writeTable(moods(40), join(folder, "rows.csv"));
    await Deno.writeTextFile(join(folder, "plan.json"), JSON.stringify(plan));
    await using server = rayServer({ says: ["training\n"] });
    const run = (...flags: string[]) =>
      finetuneHere(["plan.json", "--ray", server.address, ...flags], folder);
    const first = await run(
      "--ray-folder",
      "/shared/it's here",
      "--device",
      "cpu",
      "--ray-cpus",
      "2",
    );
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /^training$/m);
    const [name, content] = [...server.packages][0];
    const files = unzipSync(content);
    assert.ok("rows.csv" in files && "base/model.safetensors" in files);
    const sent = JSON.parse(strFromU8(files["tunebook_plan.json"]));
    assert.equal(sent.data, "rows.csv");
    assert.equal(sent.train.resume, undefined);
    const [{ submission_id: id, entrypoint }] = server.jobs;
    const [, key] = /^tunebook-([0-9a-f]{16})-1$/.exec(id)!;
    assert.equal(name, `_ray_pkg_${key}.zip`);
    assert.ok(entrypoint.startsWith(`folder='/shared/it'\\''s here/${key}' && mkdir -p "$folder"`));
    assert.match(
      entrypoint,
      /deno run --allow-all '.*finetune\.ts' tunebook_plan\.json --device 'cpu'$/,
    );

    // Another job of the same plan, which is not uploaded again; then one that is still under way.
    const second = await run("--resume");
    assert.equal(second.code, 0, second.stderr);
    assert.equal(server.packages.size, 1);
    assert.equal(server.jobs[1].submission_id, `tunebook-${key}-2`);
    assert.match(server.jobs[1].entrypoint, /--resume$/);
    server.jobs[1].status = "RUNNING";
    const third = await run();
    assert.equal(third.code, 0, third.stderr);
    assert.match(third.stderr, /-2 of this plan is under way/);
    assert.equal(server.jobs.length, 2);
    assert.equal(server.asked.filter((each) => each.startsWith("PUT")).length, 1);
  }));

Deno.test("wrong flags and files are told before anything is sent", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "plan.json"), JSON.stringify(plan));
    const run = async (...flags: string[]) => {
      const { code, stderr } = await finetuneHere(["plan.json", ...flags], folder);
      assert.equal(code, 2, stderr);
      return stderr;
    };
    const ray = ["--ray", "http://127.0.0.1:9"];
    assert.match(await run(...ray), /rows\.csv is not there\n.*base is not there/);
    assert.match(
      await run(...ray, "--ray-folder", "runs", "--ray-cpus", "-1"),
      /--ray-folder is runs.*absolute[^]*--ray-cpus must be/,
    );
    assert.match(await run("--ray-cpus", "2"), /--ray-cpus belongs to --ray/);
    assert.match(await run(...ray, "--ray-jobs", "0"), /--ray-jobs must be a whole number from 1/);
    assert.match(await run(...ray, "--ray-jobs", "2"), /a plan is one job/);
    assert.match(await run("--trial", "{}"), /--trial runs one trial of the section "search"/);
  }));

Deno.test("only what lies here is taken along", () =>
  inFolder(async (folder) => {
    const before = Deno.cwd();
    Deno.chdir(folder);
    try {
      await Deno.mkdir("parts/deep", { recursive: true });
      for (const path of ["a.csv", "parts/b.txt", "parts/deep/c.txt", "reward.ts", "text"]) {
        await Deno.writeTextFile(path, path);
      }
      const files = await namedFiles({
        ...plan,
        model: "hf:org/name",
        data: "a.csv",
        columns: { text: "text", label: "mood", test: "/shared/test.csv", validation: "sentiment" },
        task: { name: "grpo", settings: { rewards: ["reward.ts"], prompt: "text" } },
      }, ["parts"]);
      assert.deepEqual(
        [...files.keys()].sort(),
        ["a.csv", "parts/b.txt", "parts/deep/c.txt", "reward.ts"],
      );
      await assert.rejects(
        namedFiles({ ...plan, model: "hf:org/name", data: "../a.csv" }, []),
        isMistake("input", "../a.csv lies outside"),
      );
    } finally {
      Deno.chdir(before);
    }
  }));
