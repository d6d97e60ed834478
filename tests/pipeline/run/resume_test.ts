import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  adapter,
  f1,
  lora,
  type Method,
  model,
  peft,
  type Table,
  type TunebookError,
} from "tunebook";
import { openDevice, tf } from "../../../lib/engine/mod.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, tinyModel } from "../tiny.ts";

const train = { epochs: 4, learningRate: 3e-3, batchSize: 8, checkpointEvery: 3, seed: 5 };
const { checkpointEvery: _, ...settings } = train;

async function planIn(folder: string, method: Method = lora({ rank: 2, dropout: 0.2 })) {
  return model(await tinyModel(join(folder, "base")))
    .data(moods(80), { text: "text", label: "mood", validation: 0.1 })
    .adapt(method);
}

/** LoRA whose runs can be told the step after which to stop. */
function stoppable(): { method: Method; stopAfter(step: number): AbortSignal } {
  const method = lora({ rank: 2, dropout: 0.2 });
  let last = 0;
  let stop: AbortController | undefined;
  return {
    method: {
      ...method,
      attach: (host) => ({
        ...method.attach(host),
        afterStep({ step }) {
          if (step >= last) stop?.abort();
          return undefined;
        },
      }),
    },
    stopAfter(step) {
      last = step;
      stop = new AbortController();
      return stop.signal;
    },
  };
}

Deno.test("an interrupted run resumes to the same bits", () =>
  inFolder(async (folder) => {
    const { method, stopAfter } = stoppable();
    const adapted = await planIn(folder, method);
    const whole = await adapted.train({ ...train, keepBest: true, checkpoints: join(folder, "w") })
      .evaluate({ accuracy }).run({ quiet: true });
    const checkpoints = join(folder, "c");
    const again = adapted.train({ ...train, keepBest: true, checkpoints, resume: true })
      .evaluate({ accuracy });
    // After the seventh step a validation is due, after the last one the scores.
    for (const step of [1, 6, 14, 20, 28]) {
      const error = await again.run({ quiet: true, signal: stopAfter(step) })
        .then(() => assert.fail("it was not stopped"), (error: TunebookError) => error);
      assert.equal(error.kind, "interrupted", error.message);
      assert.match(error.message, new RegExp(`^stopped after (the )?(step )?${step} `));
      assert.ok(error.message.includes(`The state is kept in ${checkpoints}`), error.message);
    }
    const result = await again.run({ quiet: true });
    assert.equal(result.stepsHere, 0);
    assert.deepEqual(result.predictions.logits, whole.predictions.logits);
    assert.deepEqual(result.losses, whole.losses);
    assert.deepEqual(result.validations, whole.validations);
    assert.deepEqual(result.scores, whole.scores);
    await result.dispose();
    await whole.dispose();
  }));

Deno.test("the live picture of a resumed run begins at the first step, with its rates", () =>
  inFolder(async (folder) => {
    const { method, stopAfter } = stoppable();
    const checkpoints = join(folder, "c");
    const plan = (await planIn(folder, method)).train({ ...train, checkpoints, resume: true });
    await assert.rejects(plan.run({ quiet: true, signal: stopAfter(7) }), { kind: "interrupted" });
    const write = console.error;
    console.error = () => {};
    const seen: string[] = [];
    try {
      const result = await plan.run({
        signal: stopAfter(Infinity),
        notebook: { show: (bundle) => Promise.resolve(void seen.push(bundle["text/plain"])) },
      });
      assert.match(seen.at(-1)!, new RegExp(`loss over ${result.steps} steps, `));
      assert.ok(result.stepsHere < result.steps);
      assert.match(seen.at(-1)!, /after step \d+/);
      await result.dispose();
    } finally {
      console.error = write;
    }
  }));

Deno.test("without a folder, an interrupted run says where its state is", () =>
  inFolder(async (folder) => {
    const { method, stopAfter } = stoppable();
    const adapted = await planIn(folder, method);
    const before = Deno.cwd();
    Deno.chdir(folder);
    try {
      const whole = await adapted.train(settings).run({ quiet: true });
      assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["base"]);
      const error = await adapted.train(settings).run({ quiet: true, signal: stopAfter(3) })
        .then(() => assert.fail("it was not stopped"), (error: TunebookError) => error);
      assert.equal(error.kind, "interrupted");
      assert.match(error.message, /^stopped after step 3 of 28\./);
      const [, checkpoints] = /checkpoints: "([^"]+)"/.exec(error.message)!;
      const resumed = await adapted.train({ ...settings, checkpoints, resume: true })
        .run({ quiet: true });
      assert.deepEqual(resumed.predictions.logits, whole.predictions.logits);
      await whole.dispose();
      await resumed.dispose();
    } finally {
      Deno.chdir(before);
    }
  }));

Deno.test("a checkpoint of another run is refused, with what differs", () =>
  inFolder(async (folder) => {
    const checkpoints = join(folder, "c");
    const adapted = await planIn(folder);
    await (await adapted.train({ ...train, checkpoints }).run({ quiet: true })).dispose();
    const other = adapted.train({ ...train, checkpoints, resume: true, learningRate: 1e-3 });
    await assert.rejects(
      other.run({ quiet: true }),
      isMistake("input", "belongs to another run", "learningRate: 0.003 then, 0.001 now"),
    );
    const data = model(await tinyModel(join(folder, "base")))
      .data(moods(80, 2), { text: "text", label: "mood", validation: 0.1 })
      .adapt(lora({ rank: 2, dropout: 0.2 }));
    await assert.rejects(
      data.train({ ...train, checkpoints, resume: true }).run({ quiet: true }),
      isMistake("input", "belongs to another run", "data: "),
    );
  }));

Deno.test("changed weights, validation rows or another judge are another run", () =>
  inFolder(async (folder) => {
    const checkpoints = join(folder, "c");
    const reference = await tinyModel(join(folder, "base"));
    const planOf = (validation: Table) =>
      model(reference).data(moods(60), { text: "text", label: "mood", validation })
        .adapt(lora({ rank: 2 })).train({ ...train, checkpoints, resume: true });
    const first = planOf(moods(10, 3)).evaluate({ accuracy });
    await (await first.run({ quiet: true })).dispose();
    await assert.rejects(
      planOf(moods(10, 4)).evaluate({ f1 }).run({ quiet: true }),
      isMistake("input", "another run", 'judge: "accuracy" then, "f1', "validation: "),
    );

    const path = join(folder, "base", "model.safetensors");
    const bytes = await Deno.readFile(path);
    bytes[bytes.length - 1] ^= 1;
    await Deno.writeFile(path, bytes);
    await assert.rejects(
      first.run({ quiet: true }),
      isMistake("input", "another run", "weights: "),
    );
    bytes[bytes.length - 1] ^= 1;
    await Deno.writeFile(path, bytes);
    await (await first.run({ quiet: true })).dispose();
  }));

Deno.test("a changed adapter to start from is another run", () =>
  inFolder(async (folder) => {
    const [out, checkpoints] = [join(folder, "adapter"), join(folder, "c")];
    const data = model(await tinyModel(join(folder, "base")))
      .data(moods(60), { text: "text", label: "mood" });
    const makeAdapter = async (seed: number) =>
      await (await data.adapt(lora({ rank: 2 })).train({ ...settings, seed })
        .deploy(adapter(out)).run({ quiet: true })).dispose();
    const plan = data.adapt(peft(out)).train({ ...train, checkpoints, resume: true });
    await makeAdapter(1);
    await (await plan.run({ quiet: true })).dispose();
    await makeAdapter(2);
    await assert.rejects(plan.run({ quiet: true }), isMistake("input", "adapterWeights: "));
  }));

Deno.test("a run that fails after a validation leaves nothing on the device", () =>
  inFolder(async (folder) => {
    const device = "tfjs:cpu";
    await openDevice(device);
    const adapted = await planIn(folder);
    const before = tf.memory().numTensors;
    const failing = adapted.train({
      ...train,
      learningRate: 1e30,
      warmup: 0,
      validateEvery: 1,
      checkpoints: join(folder, "c"),
    });
    await assert.rejects(failing.run({ quiet: true, device }), { kind: "diverged" });
    assert.equal(tf.memory().numTensors, before);
  }));
