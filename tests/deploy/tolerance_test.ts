import assert from "node:assert/strict";
import { join } from "node:path";
import { adapter, type DeployTarget, lora, merged, model, onnx, tableFromRows } from "tunebook";
import type { AnswerProof } from "../../lib/deploy/ask_reader.ts";
import { deploy } from "../../lib/deploy/deploy.ts";
import type { TrainedModel } from "../../lib/deploy/trained_model.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { isMistake } from "../is_mistake.ts";
import { moods, reviews, tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";

const quiet = { quiet: true };

/** A target whose files give `outputs`, one number a row. */
function targetOf(folder: string, outputs: readonly number[], isAbsolute = false): DeployTarget {
  return {
    name: "made",
    folder,
    tolerance: 1e-4,
    needsBase: true, // nothing is asked of the model
    ...(isAbsolute ? { isAbsolute } : {}),
    write: (_, folder) => Deno.writeTextFile(join(folder, "config.json"), "{}"),
    reopen: () =>
      Promise.resolve({
        run: () => Promise.resolve({}),
        read: (_, lengths) => lengths.map((_, row) => Float32Array.of(outputs[row])),
        dispose: () => Promise.resolve(),
      }),
  };
}

/** What deploying gives where the trained model said `expected`. */
async function deployed(target: DeployTarget, expected: readonly number[]) {
  const [receipt] = await deploy(target, {} as TrainedModel, {
    device: await openDevice("cpu"),
    heldOut: {
      rows: { lengths: expected.map(() => 1), feedsOf: () => ({}) },
      expected: expected.map((each) => Float32Array.of(each)),
      kind: "regression",
      answers: {} as AnswerProof, // nothing looks at the folder of this target
    },
  });
  return receipt;
}

Deno.test("what is no mistake grows with the outputs, and never shrinks", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    // Seven digits of a number, for a regression of prices.
    const receipt = await deployed(targetOf(out, [1000.002, -3]), [1000, -3]);
    assert.ok(Math.abs(receipt.tolerance - 0.1) < 1e-6);
    assert.ok(receipt.largestDifference > 1e-3);
    const far = isMistake("output", "made", "allowed is 0.0999", "Nothing was written to", out);
    await assert.rejects(deployed(targetOf(out, [1000.2, 1]), [999.9, 1]), far);
    // Logits near 0 are compared as before, and so is what must not depend on the outputs' size.
    const refused = isMistake("output", "allowed is 0.0001.");
    await assert.rejects(deployed(targetOf(out, [0.0012]), [0.001]), refused);
    await assert.rejects(deployed(targetOf(out, [1000.002], true), [1000]), refused);
    for (const wrong of [NaN, Infinity]) {
      await assert.rejects(deployed(targetOf(out, [wrong]), [1]), isMistake("output", "Infinity"));
      await assert.rejects(deployed(targetOf(out, [1]), [wrong]), isMistake("output"));
    }
  }));

Deno.test("a regression with answers about a thousand deploys to every target", () =>
  inFolder(async (folder) => {
    const rows = tableFromRows(
      reviews(60).map(({ text, score }) => ({ text, price: 1000 + 50 * score })),
      "prices",
    );
    const result = await model(await tinyModel(join(folder, "base")))
      .data(rows, { text: "text", label: "price", kind: "regression" })
      .adapt(lora({ rank: 2 }))
      .train({ epochs: 60, learningRate: 3, warmup: 0 })
      .deploy(adapter(join(folder, "a")), merged(join(folder, "m")), onnx(join(folder, "o")))
      .run(quiet);
    const [{ value }] = [await result.predict(["good film"])].map(([{ label }]) => ({
      value: label as number,
    }));
    assert.ok(Math.abs(value) > 300, `the answer is ${value}`);
    for (const { target, largestDifference, tolerance } of result.receipts) {
      assert.ok(largestDifference < tolerance / 5, `${target}: ${largestDifference}`);
    }
    await result.dispose();
  }));

Deno.test("what was trained is not lost where a deployment fails", () =>
  inFolder(async (folder) => {
    const before = Deno.cwd();
    const reference = await tinyModel(join(folder, "base"));
    try {
      Deno.chdir(folder);
      const out = join(folder, "out");
      const plan = model(reference).data(moods(40), { text: "text", label: "mood" })
        .adapt(lora({ rank: 2 }));
      const failing: DeployTarget = {
        ...adapter(out),
        write: () => Promise.reject(new Error("no space left on device")),
      };
      const kept =
        /no space left[^]*Nothing of the training is lost: the state after step 4 is kept in (\S+)\. /;
      let place = "";
      await assert.rejects(
        plan.train({ epochs: 2 }).deploy(failing).run(quiet),
        (error: Error) => {
          place = kept.exec(error.message)?.[1] ?? "";
          assert.notEqual(place, "", error.message);
          return true;
        },
      );
      assert.ok((await Deno.stat(join(place, "checkpoint.safetensors"))).isFile);
      const again = await plan.train({ epochs: 2, resume: true }).deploy(adapter(out)).run(quiet);
      assert.equal(again.stepsHere, 0);
      assert.equal(again.steps, 4);
      assert.equal(again.receipts.length, 1);
      await again.dispose();
      // Nothing is left of it where all went well, now and in a run without a failure.
      await assert.rejects(Deno.stat(join(folder, ".tunebook")), Deno.errors.NotFound);
      const plain = await plan.train({ epochs: 2 }).deploy(adapter(out)).run(quiet);
      await plain.dispose();
      await assert.rejects(Deno.stat(join(folder, ".tunebook")), Deno.errors.NotFound);
      // A place that cannot be written is no reason to fail.
      await Deno.writeTextFile(".tunebook", "a file");
      const without = await plan.train({ epochs: 2 }).deploy(adapter(out)).run(quiet);
      await without.dispose();
    } finally {
      Deno.chdir(before);
    }
  }));
