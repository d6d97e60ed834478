import assert from "node:assert/strict";
import { join } from "node:path";
import { float, head, model, onnx, writeTable } from "tunebook";
import { moods, tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";
import { finetuneHere } from "./command.ts";

Deno.test("a plan file with a search is searched, and its best plan is run", () =>
  inFolder(async (folder) => {
    const [rows, file] = [join(folder, "rows.csv"), join(folder, "plan.json")];
    await writeTable(moods(48), rows);
    const base = await tinyModel(join(folder, "base"));
    const search = model(base)
      .data(rows, { text: "text", label: "mood", validation: 0.25 })
      .adapt(head()).train({ batchSize: 8, epochs: 2 }).deploy(onnx("out"))
      .search({ learningRate: float(1e-3, 1e-1, { log: true }) }, {
        budget: { minutes: 60 },
        file: join(folder, "search.sqlite"),
      });
    await Deno.writeTextFile(file, JSON.stringify(search));
    const { code, stdout, stderr } = await finetuneHere(
      [file, "--trials", "2", "--json"],
      folder,
    );
    assert.equal(code, 0, stderr);
    assert.match(stderr, /search +learningRate: 0.001 to 0.1 \(log\)\nbudget +2 trials/);
    assert.match(stderr, /trial 1 .* · 0 trials left/);
    assert.match(stdout, /^2 trials: 2 complete/);
    const { search: { best, metric, trials, plan }, scores, outputs } = JSON.parse(
      stdout.trimEnd().split("\n").at(-1)!,
    );
    assert.deepEqual([metric, trials, outputs], ["accuracy", 2, ["out"]]);
    assert.ok(best.score > 0 && scores.accuracy > 0);
    assert.equal(plan.train.learningRate, best.suggestion.learningRate);

    // The same command, or another process: what it found is trained already, until its files are gone.
    const again = await finetuneHere([file, "--trials", "2", "--json"], folder);
    assert.match(again.stderr, /the plan that was found is trained already/);
    assert.deepEqual(JSON.parse(again.stdout.trimEnd().split("\n").at(-1)!).scores, scores);
    await Deno.remove(join(folder, "out/config.json"));
    const anew = await finetuneHere([file, "--trials", "2"], folder);
    assert.doesNotMatch(anew.stderr, /trained already/);
    assert.ok((await Deno.stat(join(folder, "out/config.json"))).isFile);
  }));

Deno.test("a search's flags and section are looked at", () =>
  inFolder(async (folder) => {
    const file = join(folder, "plan.json");
    const plan = model("file:none")
      .data("rows.csv", { text: "text", label: "mood", validation: 0.25 }).adapt(head()).train();
    await Deno.writeTextFile(file, JSON.stringify(plan));
    const refused = async (...args: string[]) => {
      const { code, stderr } = await finetuneHere(args, folder);
      assert.equal(code, 2, stderr);
      return stderr;
    };
    assert.match(await refused(file, "--trials", "2"), /has no section "search"/);
    assert.match(await refused("--minutes", "2"), /which a plan file with a section "search"/);
    assert.match(await refused(file, "--trials", "many"), /--trials is "many", not a number/);
    const section = { space: { epochs: { int: [1, 2] } }, budgets: { trials: 1 } };
    await Deno.writeTextFile(file, JSON.stringify({ ...plan.toJSON(), search: section }));
    assert.match(await refused(file), /there is no field budgets \(did you mean "budget"\?\)/);
    const { stdout } = await finetuneHere(["--help"], folder);
    assert.match(stdout, /--trials N, --minutes N/);
  }));
