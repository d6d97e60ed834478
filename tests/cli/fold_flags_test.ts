/** `--folds`: one plan is cross-validated, several are selected among. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { accuracy, head, lora, model, onnx, writeTable } from "tunebook";
import { moods, tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";
import { finetuneHere } from "./command.ts";

Deno.test("flags with --folds cross-validate, and plan files are selected among", () =>
  inFolder(async (folder) => {
    const data = join(folder, "rows.csv");
    await writeTable(moods(40), data);
    const reference = await tinyModel(join(folder, "base"));
    const out = join(folder, "out");
    const one = await finetuneHere([
      ...["--model", reference, "--data", data, "--text", "text", "--label", "mood"],
      ...["--epochs", "1", "--batch-size", "8", "--test", "8", "--out", out],
      ...["--folds", "2", "--repeats", "2", "--metrics", "accuracy", "--json"],
    ], folder);
    assert.equal(one.code, 0, one.stderr);
    const { score, folds, rows } = JSON.parse(one.stdout.trimEnd().split("\n").at(-1)!);
    assert.deepEqual([rows, folds.length, score.over], [32, 4, "folds"]);
    await assert.rejects(Deno.stat(out), "nothing is deployed");

    const stage = model(reference).data(data, { text: "text", label: "mood", test: 8 });
    const plans = {
      small: stage.adapt(head()).train({ epochs: 1 }).evaluate({ accuracy }),
      large: stage.adapt(lora({ rank: 2 })).train({ epochs: 1 }).evaluate({ accuracy })
        .deploy(onnx(out)),
    };
    const files = Object.keys(plans).map((name) => join(folder, `${name}.json`));
    for (const [at, plan] of Object.values(plans).entries()) {
      await Deno.writeTextFile(files[at], JSON.stringify(plan));
    }
    const several = await finetuneHere([
      ...[...files, "--folds", "2", "--rule", "one-standard-error"],
      ...["--kept", join(folder, "kept"), "--json"],
    ], folder);
    assert.equal(several.code, 0, several.stderr);
    assert.match(several.stdout, /candidate .* front\n[^]*8 test rows that nothing was chosen by/);
    const found = JSON.parse(several.stdout.trimEnd().split("\n").at(-1)!);
    assert.deepEqual([found.poolRows, found.test.rows, found.rows.length], [32, 8, 2]);
    assert.ok(["small", "large"].includes(found.chosen));
    assert.ok((await Deno.stat(join(folder, "kept", "small", "repeat_1_fold_2.json"))).isFile);
  }));

Deno.test("flags of folds that mean nothing are refused", async () => {
  const refused: readonly (readonly [string[], RegExp])[] = [
    [["a.json", "b.json"], /one plan file at most[^]*--folds 5 selects among them/],
    [["--repeats", "2"], /belong to --folds N[^]*--repeats/],
    [["--folds", "some"], /--folds is "some", not a number/],
    [["--folds", "3", "--rule", "best"], /need several plan files[^]*--rule/],
    [["--folds", "3", "--ray", "http://127.0.0.1:9"], /folds run here/],
    [["--folds", "3", "--resume"], /the same --kept FOLDER/],
    [["--folds", "3", "--trials", "2", "--advise"], /leave it or --trials --advise out/],
    [["--advise", "--json-lines", "a.jsonl"], /--advise looks at the data .* or --json-lines out/],
  ];
  for (const [args, message] of refused) {
    const { code, stderr } = await finetuneHere(args, ".");
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
  }
});
