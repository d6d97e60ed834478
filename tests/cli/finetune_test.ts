import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { basename, join } from "node:path";
import { model, onnx, peft, readTable, writeTable } from "tunebook";
import { accuracy, lora } from "tunebook";
import { moods, tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";
import { finetune } from "./command.ts";

/** A tiny model and a table, and the flags that name them. */
async function tinyFlags(folder: string, rows = 48): Promise<string[]> {
  const data = join(folder, "rows.csv");
  await writeTable(moods(rows), data);
  return [
    ...["--model", await tinyModel(join(folder, "base")), "--data", data],
    ...["--text", "text", "--label", "mood", "--batch-size", "8"],
  ];
}

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

Deno.test("--help explains the flags with examples", async () => {
  for (const flag of ["--help", "-h"]) {
    const { code, stdout, stderr } = await finetune([flag]);
    assert.equal(code, 0);
    assert.equal(stderr, "");
    for (
      const part of ["usage", "examples", "--model", "--data", "--text", "--label", "--method"]
        .concat([
          "--rank",
          "--epochs",
          "--out",
          "--seed",
          "--device",
          "--precision",
          "--json",
          "--resume",
        ])
    ) assert.ok(stdout.includes(part), part);
  }
});

Deno.test("flags make a run; --json ends with one object", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    const flags = await tinyFlags(folder);
    // One folder as an earlier run has left it, and two that are none.
    await Deno.mkdir(join(out, "browser"), { recursive: true });
    await Deno.writeTextFile(join(out, "browser", "index.html"), "");
    await Deno.mkdir(join(out, "container"));
    await Deno.mkdir(join(out, "mobile"));
    await Deno.writeTextFile(join(out, "mobile", "notes.txt"), "mine");
    const { code, stdout, stderr } = await finetune([
      ...flags,
      ...["--out", out, "--epochs", "2", "--rank", "2", "--learning-rate", "1e-2", "--seed", "3"],
      ...["--validation", "0.1", "--metrics", "accuracy, f1.perClass", "--json"],
      ...["--predictions", join(folder, "said.jsonl")],
    ]);
    assert.equal(code, 0, stderr);
    const lines = stdout.trimEnd().split("\n");
    const result = JSON.parse(lines.at(-1)!);
    assert.deepEqual(Object.keys(result), [
      "model",
      "method",
      "examples",
      "epochs",
      "trainSeconds",
      "stepsPerSecond",
      "scores",
      "outputs",
      "receipts",
      "chain",
    ]);
    assert.equal(result.model, flags[1]);
    assert.equal(result.method, "lora");
    assert.equal(result.epochs, 2);
    assert.ok(result.scores.accuracy >= 0 && result.scores.accuracy <= 1);
    assert.deepEqual(Object.keys(result.scores["f1.perClass"]), ["negative", "positive"]);
    const folders = ["adapter", "merged", "onnx"].map((name) => join(out, name));
    assert.deepEqual(result.outputs, folders);
    for (const place of folders) assert.ok(await exists(place), place);
    for (const { largestDifference, tolerance } of result.receipts) {
      assert.ok(largestDifference <= tolerance);
    }
    // The rows in which it is most wrong, and all of them in the file.
    const said = await readTable(join(folder, "said.jsonl"));
    assert.deepEqual(said.columnNames(), [
      ...["row", "text", "mood", "predicted", "wrong", "loss", "probabilities"],
    ]);
    const rows = said.objects() as Record<string, unknown>[];
    const source = (await readTable(flags[3])).objects() as Record<string, unknown>[];
    for (const { row, text, mood, predicted, wrong, loss, probabilities } of rows) {
      assert.deepEqual({ text, mood }, source[Number(row) - 1]);
      assert.equal(wrong, predicted !== mood);
      const own = (probabilities as Record<string, number>)[mood as string];
      assert.ok(Math.abs(Number(loss) + Math.log(own)) < 1e-5);
    }
    const right = rows.filter(({ wrong }) => !wrong).length;
    assert.equal(right / rows.length, result.scores.accuracy);
    assert.match(
      stdout,
      new RegExp(`${rows.length} held-out rows of [^\n]+rows.csv, ${rows.length - right} wrong;`),
    );
    assert.match(stderr, /held-out rows are in /);
    const older = [...stderr.matchAll(/^note: (\S+) is of an earlier run \(\d{4}-/gm)];
    assert.deepEqual(older.map(([, place]) => basename(place)), ["browser"]);
    assert.ok(await exists(join(out, "browser", "index.html")), "nothing is removed");
    // Told before the training, on stderr, and again with the scores.
    assert.match(
      stderr,
      /note: \d+ steps are few: .* \(with \d+ epochs they are 50 or more\)[^]*scores on held-out rows/,
    );
    assert.match(stderr, /adapt +lora rank 2/);
    // deno-lint-ignore no-control-regex -- a pipe gets plain text
    assert.doesNotMatch(stdout + stderr, /\x1b|\r/);
  }));

Deno.test("a file of predictions that cannot be written is told before anything is read", async () => {
  for (
    const [file, other, told] of [["said.xls", "", "must end with .csv"], [
      "a.csv",
      "--folds=3",
      "--folds",
    ]]
  ) {
    const { code, stderr } = await finetune(["--predictions", file, ...other ? [other] : []]);
    assert.deepEqual([code, stderr.includes(told)], [2, true], stderr);
  }
});

Deno.test("a CoNLL file needs no flags for its columns, and other files are told which", () =>
  inFolder(async (folder) => {
    const data = join(folder, "names.conll");
    const sentence = (name: string) => `the O\nfilm O\nof O\n${name} B-PER\n`;
    const sentences = Array.from({ length: 20 }, (_, row) => sentence(row % 2 ? "ann" : "bo"));
    await Deno.writeTextFile(data, sentences.join("\n"));
    const flags = ["--task", "token-classification", "--model", await tinyModel(join(folder, "m"))];
    const { code, stdout, stderr } = await finetune([
      ...[...flags, "--data", data, "--epochs", "1", "--max-tokens", "32"],
      ...["--out", join(folder, "out"), "--deploy", "adapter"],
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /names\.conll, 20 rows: tokens, tags \(token-classification\)/);
    assert.match(stdout, /entityF1 +\d/);

    const csv = join(folder, "rows.csv");
    await Deno.writeTextFile(csv, "words,tags\na,O\n");
    const asked = await finetune([...flags, "--data", csv]);
    assert.equal(asked.code, 2);
    assert.match(
      asked.stderr,
      /rows\.csv, which has the columns words, tags: .*--tokens --tags or/,
    );
  }));

Deno.test("chat and translation run on the models that come with tunebook", () =>
  inFolder(async (folder) => {
    const small = ["--epochs", "1", "--samples", "1", "--max-new-tokens", "8"];
    const chat = await finetune([
      ...["--task", "chat", "--data", "definitions?split=test&rows=40", "--test", "8", ...small],
      ...["--out", join(folder, "chat"), "--deploy", "adapter", "--json"],
    ]);
    assert.equal(chat.code, 0, chat.stderr);
    assert.match(chat.stderr, /model +tunebook:english/);
    assert.match(chat.stdout, /samples\n +user: [^\n]+\n +before [^]+\n +after [^]+\n +reference /);
    const { scores } = JSON.parse(chat.stdout.trimEnd().split("\n").at(-1)!);
    assert.deepEqual(Object.keys(scores), ["perplexity", "tokenAccuracy"]);
    const path = join(folder, "chat", "adapter", "adapter_config.json");
    const { base_model_name_or_path: base } = JSON.parse(await Deno.readTextFile(path));
    assert.equal(base, "tunebook:english");

    const pairs = "typescriptMessages?languages=pt-br&rows=40";
    const translation = await finetune([
      ...["--task", "translation", "--data", pairs, "--target-language", "pt-br", "--test", "8"],
      ...[...small, "--out", join(folder, "pt"), "--deploy", "adapter"],
    ]);
    assert.equal(translation.code, 0, translation.stderr);
    assert.match(translation.stderr, /model +tunebook:translation/);
    assert.match(translation.stdout, /chrF2 +[\d.]+ \([\d.]+ to [\d.]+/);
    assert.match(translation.stdout, /nrefs:1\|case:mixed\|eff:yes\|nc:6/);
  }));

Deno.test("other methods deploy what they can be deployed as", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    const flags = await tinyFlags(folder);
    const { code, stdout, stderr } = await finetune(
      [...flags, "--out", out, "--epochs", "1", "--method", "head"],
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /head on file:/);
    assert.ok(await exists(join(out, "merged")) && await exists(join(out, "onnx")));
    assert.ok(!await exists(join(out, "adapter")));
  }));

Deno.test("a plan file does what the plan does", () =>
  inFolder(async (folder) => {
    const flags = await tinyFlags(folder);
    const adapted = model(flags[1]).data(flags[3], { text: "text", label: "mood" });
    const plan = adapted.adapt(lora({ rank: 2 })).train({ epochs: 2, batchSize: 8 })
      .evaluate({ mine: accuracy }).deploy(onnx(join(folder, "onnx")));
    const path = join(folder, "plan.json");
    await Deno.writeTextFile(path, JSON.stringify(plan));
    const { code, stdout, stderr } = await finetune([path, "--json"]);
    assert.equal(code, 0, stderr);
    const found = JSON.parse(stdout.trimEnd().split("\n").at(-1)!);
    const result = await plan.run({ quiet: true });
    assert.deepEqual(found.scores, result.scores);
    await result.dispose();

    const mixed = await finetune([path, "--epochs", "3", "--rank", "2"]);
    assert.equal(mixed.code, 2);
    assert.match(mixed.stderr, /leave out --epochs --rank/);
    const wrong = adapted.adapt(peft("a")).train({ epochs: 0 }).toJSON();
    await Deno.writeTextFile(path, JSON.stringify({ ...wrong, epochs: 3, train: { rate: 1 } }));
    const refused = await finetune([path]);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /plan\.json: this plan cannot be read:\n/);
    assert.match(refused.stderr, /there is no field epochs/);
    assert.match(refused.stderr, /rate/);
  }));

Deno.test("Ctrl-C stops what comes before the training, and leaves nothing behind", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    let sent = false;
    const stopped = await finetune([...await tinyFlags(folder, 400_000), "--out", out], {
      onStderr(text, child) {
        // The plan is shown first; then so many rows take seconds to read and encode.
        if (sent || !text.includes("deploy ")) return;
        sent = true;
        setTimeout(() => child.kill("SIGINT"), 2500);
      },
    });
    assert.equal(stopped.code, 130, stopped.stderr + stopped.stdout);
    assert.match(stopped.stderr, /error: stopped (after \d+ of \d+ rows of|before the training)/);
    assert.ok(!await exists(out));
  }));

Deno.test("Ctrl-C keeps the state, and --resume goes on to the same scores", () =>
  inFolder(async (folder) => {
    const flags = [...await tinyFlags(folder, 400), "--epochs", "40", "--json"];
    const lastLine = (stdout: string) => JSON.parse(stdout.trimEnd().split("\n").at(-1)!);
    const whole = await finetune([...flags, "--out", join(folder, "whole")]);
    assert.equal(whole.code, 0, whole.stderr);

    const [out, steps] = [join(folder, "out"), join(folder, "steps.jsonl")];
    let sent = false;
    const stopped = await finetune([...flags, "--out", out, "--json-lines", steps], {
      onStderr(text, child) {
        // The line before training.
        if (sent || !text.includes("no row is longer")) return;
        sent = true;
        // On a busy machine as on an idle one: among the steps.
        void (async () => {
          while (!await exists(steps) || !/"step":\d/.test(await Deno.readTextFile(steps))) {
            await delay(5);
          }
          // A task runner passes the signal on that the terminal has sent as well.
          child.kill("SIGINT");
          await delay(2);
          child.kill("SIGINT");
        })();
      },
    });
    assert.equal(stopped.code, 130, stopped.stderr + stopped.stdout);
    assert.match(stopped.stderr, /stopping \(press Ctrl-C again/);
    const [, step] = /error: stopped after step (\d+) of 1600/.exec(stopped.stderr)!;
    assert.ok(stopped.stderr.includes(`The state is kept in ${out}/checkpoint`));
    assert.equal(stopped.stdout, "");
    assert.ok(await exists(join(out, "checkpoint", "checkpoint.safetensors")));
    assert.ok(!await exists(join(out, "merged")));

    const resumed = await finetune([...flags, "--out", out, "--resume"]);
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.ok(resumed.stderr.includes(`continuing after step ${step}`));
    assert.deepEqual(lastLine(resumed.stdout).scores, lastLine(whole.stdout).scores);
    assert.ok(Number(step) < 1600);
    for (const file of ["adapter/adapter_model.safetensors", "merged/model.safetensors"]) {
      const [a, b] = [join(out, file), join(folder, "whole", file)];
      assert.deepEqual(await Deno.readFile(a), await Deno.readFile(b), file);
    }
  }));

Deno.test("--advise trains nothing and prints the advice, of flags and of a plan file", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    const flags = [...await tinyFlags(folder, 120), "--out", out];
    const asked = ["--advise", "--advise-minutes", "0", "--difference", "0.2", "--json"];
    const { code, stdout } = await finetune([...flags, ...asked]);
    assert.equal(code, 0);
    assert.match(stdout, /^Advice: .*\n[^]*Are held-out rows new to the model/);
    const { verdict, difference } = JSON.parse(stdout.trim().split("\n").at(-1)!);
    assert.ok(stdout.includes(verdict.sentence) && difference === 0.2);
    assert.equal(await exists(out), false);

    const file = join(folder, "plan.json");
    const plan = model(flags[1]).data(flags[3], { text: "text", label: "mood" }).adapt(lora())
      .train();
    await Deno.writeTextFile(file, JSON.stringify(plan));
    const again = await finetune([file, ...asked]);
    assert.deepEqual(JSON.parse(again.stdout.trim().split("\n").at(-1)!).verdict, verdict);
    const wrong = await finetune([...flags, "--difference", "0.2"]);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /--difference belong to --advise/);
    const odd = await finetune([...flags, "--advise", "--difference", "much"]);
    assert.match(odd.stderr, /--difference is much, but must be a number/);
  }));
