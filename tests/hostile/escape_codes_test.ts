/**
 * Labels and texts with escape codes and control characters: whatever a person sees has them written
 * out, and pictures stay XML.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  adapter,
  confusionMatrix,
  embeddingChart,
  f1,
  head,
  lora,
  model,
  open,
  rocChart,
  runsChart,
  type Table,
  tableFromRows,
} from "tunebook";
import { jupyterDisplay, type MimeBundle } from "../../lib/core/display.ts";
import { finetune } from "../cli/command.ts";
import { assertSelfContained, picturesOf } from "../core/self_contained.ts";
import { tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";

const labels = ["\x1b[31mred\x07", "c1\x9b2Jz", "gnp\u202eexe"];
/** What no terminal and no XML parser may meet; ends of lines and tabs may. */
// deno-lint-ignore no-control-regex -- these are what the tests look for
const raw = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufffe\uffff]/;

function rows(): Table {
  return tableFromRows(
    Array.from({ length: 48 }, (_, row) => ({
      text: `good film ${row % 3 === 0 ? "\x1b[2J\x1b]0;owned\x07" : "bad"} ${row}`,
      label: labels[row % 3],
    })),
    "reviews\x1b[1m.csv",
  );
}

const bundleOf = async (value: unknown): Promise<MimeBundle> =>
  await (value as Record<symbol, () => MimeBundle | Promise<MimeBundle>>)[jupyterDisplay]();

function assertShown(text: string, what: string): void {
  assert.doesNotMatch(text, raw, what);
}

async function assertDisplay(value: unknown, what: string): Promise<void> {
  const bundle = await bundleOf(value);
  const markup = assertSelfContained(bundle);
  for (const text of [bundle["text/plain"], markup, ...picturesOf(markup)]) assertShown(text, what);
  if (typeof (value as object).toString === "function" && !Array.isArray(value)) {
    assertShown(String(value), what);
  }
}

Deno.test("plans, data, runs, answers, charts and cards show control characters", () =>
  inFolder(async (folder) => {
    const write = console.error;
    const lines: string[] = [];
    console.error = (line: string) => lines.push(line);
    try {
      const out = join(folder, "adapter");
      const plan = model(await tinyModel(join(folder, "base")))
        .data(rows(), { text: "text", label: "label" }).adapt(lora({ rank: 2 }))
        .train({ epochs: 1 }).evaluate({ accuracy, f1: f1.perClass, confusionMatrix })
        .deploy(adapter(out));
      await assertDisplay(plan, "plan");
      await assertDisplay(await plan.preview(), "preview");
      const result = await plan.run();
      await assertDisplay(result, "result");
      await assertDisplay(result.scores, "scores");
      await assertDisplay(result.scores.confusionMatrix, "matrix");
      await assertDisplay(result.predictions, "predictions");
      await assertDisplay(await result.predict(["film \x1b[31m"]), "answers");
      await assertDisplay(rocChart(result.predictions), "curve");
      await assertDisplay(runsChart({ [labels[0]]: result }), "runs");
      const vectors = [[1, 0], [0, 1], [1, 1], [0, 0], [2, 1], [1, 2]];
      const points = { vectors, labels: [...labels, ...labels] };
      await assertDisplay(await embeddingChart(points), "map");
      assertShown(await Deno.readTextFile(join(out, "README.md")), "card");
      assertShown(String(await open(out)), "opened");
      await result.dispose();
    } finally {
      console.error = write;
    }
    assert.ok(lines.some((line) => line.includes("\\u001b[31mred\\u0007")), lines.join("\n"));
    assertShown(lines.join("\n"), "lines");
  }));

Deno.test("errors name labels, texts and files with control characters written out", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(join(folder, "base"));
    const held = tableFromRows([{ text: "a", label: "\x1b[31mblue" }], "held out");
    const error = await model(base)
      .data(rows(), { text: "text", label: "label", test: held }).adapt(head()).train().run({
        quiet: true,
      }).then(() => assert.fail("it ran"), (error: Error) => error);
    assert.match(error.message, /\\u001b\[31mblue/);
    assertShown(error.message, "error");
    assert.throws(() => model("npm:\x1b[31m"), (error: Error) => {
      assertShown(error.message, "reference");
      return true;
    });
  }));

Deno.test("the command sends a terminal no code of the data", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(join(folder, "base"));
    const file = join(folder, "rows.csv");
    const lines = Array.from({ length: 40 }, (_, row) => `good \x1b[2J ${row},${labels[row % 3]}`);
    await Deno.writeTextFile(file, `text,label\n${lines.join("\n")}\n`);
    const { stdout, stderr, code } = await finetune([
      ...["--model", base, "--data", file, "--out", join(folder, "out"), "--epochs", "1", "--json"],
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /\\u001b\[31mred/);
    assertShown(stdout + stderr, "output");
    assert.ok(JSON.parse(stdout.trim().split("\n").at(-1)!).scores);
  }));
