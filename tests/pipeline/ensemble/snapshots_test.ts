import assert from "node:assert/strict";
import { join } from "node:path";
import { full } from "../../../lib/adapters/full.ts";
import { lora } from "../../../lib/adapters/lora.ts";
import { adapter } from "../../../lib/deploy/adapter.ts";
import { ensemble } from "../../../lib/pipeline/ensemble/ensemble.ts";
import { model } from "../../../lib/pipeline/model.ts";
import { open } from "../../../lib/pipeline/open/open.ts";
import { textClassification } from "../../../lib/tasks/text_classification.ts";
import { learningRateAt } from "../../../lib/train/schedules/mod.ts";
import { endedCycle } from "../../../lib/train/snapshots.ts";
import { trainSettings } from "../../../lib/train/train_options.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, tinyModel } from "../tiny.ts";

const schedule = "cosine-with-restarts";

Deno.test("cycles end where the learning rate starts again, and with the last step", () => {
  for (const [totalSteps, cycles, warmup] of [[12, 3, 0], [25, 4, 0.1], [7, 7, 0], [9, 1, 0.2]]) {
    const at = (step: number) =>
      learningRateAt({ learningRate: 1, schedule, warmup, totalSteps, cycles }, step);
    const found: number[] = [];
    for (let step = 1; step <= totalSteps; step++) {
      const cycle = endedCycle(step, totalSteps, { cycles, warmup });
      const isAfterWarmup = step - 1 >= Math.ceil(warmup * totalSteps);
      // A cycle of one step has the full rate each time.
      const startsAgain = isAfterWarmup && (at(step) > at(step - 1) || totalSteps === cycles);
      assert.equal(
        cycle !== undefined,
        step === totalSteps || startsAgain,
        `${totalSteps}: ${step}`,
      );
      if (cycle !== undefined) found.push(cycle);
    }
    assert.deepEqual(found, Array.from({ length: cycles }, (_, cycle) => cycle + 1));
  }
});

Deno.test("snapshots of one training answer together on one base", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(join(folder, "bert"));
    const rows = moods(60);
    const task = textClassification({ text: "text", label: "mood" });
    const plan = (own = {}, method = lora({ rank: 2 })) =>
      model(base).data(rows, task, { test: 0.25, seed: 1 }).adapt(method).train({
        epochs: 3,
        learningRate: 5e-3,
        schedule,
        cycles: 3,
        snapshots: join(folder, "snapshots"),
        ...own,
      });
    const last = join(folder, "last");
    const stop = new AbortController();
    // A run that was stopped and goes on has the cycles before it, too.
    const checkpoints = join(folder, "checkpoints");
    const stopping = plan({ checkpoints }).run({
      quiet: true,
      signal: stop.signal,
      trackers: [{
        name: "one that stops the run",
        begin: () => Promise.resolve(),
        log: ({ step }) => Promise.resolve(step === 5 ? stop.abort() : undefined),
        end: () => Promise.resolve(),
      }],
    });
    await assert.rejects(stopping, isMistake("interrupted", "stopped after step"));
    const first = join(folder, "snapshots", "cycle-1", "adapter_model.safetensors");
    const written = (await Deno.stat(first)).mtime;
    const result = await plan({ checkpoints, resume: true }).deploy(adapter(last))
      .run({ quiet: true });
    await result.dispose();
    assert.deepEqual((await Deno.stat(first)).mtime, written);

    const at = (cycle: number) => join(folder, "snapshots", `cycle-${cycle}`);
    const opened = await open(base);
    const set = await opened.attach({ one: at(1), two: at(2), three: at(3), last });
    const texts = Array.from(rows.array("text")).slice(0, 12) as string[];
    const said = await ensemble(set).predict(texts);
    const [, , three, final] = await Promise.all(
      (["one", "two", "three", "last"] as const).map((name) =>
        set.predict(texts, { adapters: texts.map(() => name) })
      ),
    );
    const probabilitiesOf = (all: typeof three) => all.map(({ probabilities }) => probabilities);
    assert.deepEqual(probabilitiesOf(three), probabilitiesOf(final));
    // Not all of them say the same: otherwise there would be no doubt between them.
    assert.ok(said.some(({ uncertainty }) => uncertainty.mutualInformation > 1e-6));
    await opened.dispose();
  }));

Deno.test("snapshots that cannot be are refused before a training", () =>
  inFolder(async (folder) => {
    const snapshots = join(folder, "snapshots");
    assert.throws(
      () => trainSettings({ snapshots }),
      isMistake("input", 'snapshots needs the schedule "cosine-with-restarts"'),
    );
    assert.throws(
      () => trainSettings({ snapshots, schedule, swa: { from: 0.5 } }),
      isMistake("input", "swa does not keep"),
    );
    const base = await tinyModel(join(folder, "bert"));
    const plan = model(base).data(moods(24), { text: "text", label: "mood" });
    const train = { snapshots, schedule, epochs: 1 } as const;
    await assert.rejects(
      plan.adapt(full()).train(train).run({ quiet: true }),
      isMistake("unsupported", /PEFT/),
    );
    await assert.rejects(
      plan.adapt(lora({ rank: 2 })).train({ ...train, cycles: 50 }).run({ quiet: true }),
      isMistake("input", "fewer than the 50 cycles"),
    );
  }));
