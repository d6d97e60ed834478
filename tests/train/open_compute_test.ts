import assert from "node:assert/strict";
import { lora } from "../../lib/adapters/lora.ts";
import { TunebookError } from "../../lib/core/errors.ts";
import { type Device, openDevice } from "../../lib/engine/mod.ts";
import { loadCheckpoint } from "../../lib/train/checkpoint.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "../weights/in_folder.ts";
import { probeOf, unasked } from "./compute_probe.ts";
import { runToy as runNarrow, type ToyRunOptions } from "./toy_run.ts";

/** Toy models are too narrow for eight bits to be worth it. */
const eightBit = { leastFeatures: 1 };
const runToy = ({ context, ...options }: ToyRunOptions = {}) =>
  runNarrow({ ...options, context: { eightBit, ...context } });

Deno.test("layers that run once are in float32", async () => {
  const method = lora({ rank: 2, targets: ".*layer\\.1\\..*(query|value|q_lin|v_lin)" });
  const of = async (epochs: number) => {
    const settings = { compute: "int8", epochs } as const;
    return (await runToy({ model: { layers: 2 }, method, settings })).compute.linears!;
  };
  const [once, twice] = [await of(1), await of(2)];
  assert.ok(twice.chosen.size > 0 && twice.chosen.size < once.chosen.size);
  const kept = twice.left.filter(({ reason }) => reason === "its layer runs once for all epochs");
  assert.equal(kept.length, once.chosen.size - twice.chosen.size);
  assert.ok(kept.every(({ path }) => path.includes(".0.")), kept.map(({ path }) => path).join());
});

/** More than a hundred steps, so that measuring would pay. */
const long = { epochs: 18, learningRate: 3e-3 };

for (const compute of ["float32", "int8"] as const) {
  Deno.test(`a run whose measurement finds ${compute} is the run that asks for it, bit for bit`, async () => {
    const asked = await runToy({ settings: { ...long, compute } });
    const [float32, int8] = compute === "int8" ? [50, 40] : [40, 50];
    let said = "";
    const found = await runToy({
      settings: { ...long, compute: "auto" },
      context: { probe: probeOf(float32, int8), onCompute: ({ reason }) => said = reason },
    });
    assert.equal(found.compute.compute, compute);
    assert.match(said, compute === "int8" ? /^int8: 40 ms.*50 ms/ : /^float32: 40 ms.*50 ms/);
    assert.deepEqual(found.losses, asked.losses);
    assert.deepEqual(found.values, asked.values);
  });
}

Deno.test("float32 is what a run has that asks for nothing, and int8 is another run", async () => {
  const [plain, asked, int8] = [
    await runToy(),
    await runToy({ settings: { compute: "float32" } }),
    await runToy({ settings: { compute: "int8" } }),
  ];
  assert.deepEqual(plain.compute, { compute: "float32", reason: "float32" });
  assert.deepEqual(plain.values, asked.values);
  assert.deepEqual(plain.losses, asked.losses);
  assert.notDeepEqual(plain.losses, int8.losses);
});

Deno.test("a run that goes on keeps its arithmetic, and is not measured again", () =>
  inFolder(async (folder) => {
    const whole = await runToy({ settings: { ...long, compute: "int8" } });
    const settings = { ...long, compute: "auto", checkpoints: folder } as const;
    const stop = new AbortController();
    const onStep = ({ step }: { step: number }) => step === 5 && stop.abort();
    await runToy({ settings, context: { probe: probeOf(50, 40), signal: stop.signal, onStep } });
    assert.equal((await loadCheckpoint(folder))?.fingerprint.compute, "int8");
    const resumed = await runToy({
      settings: { ...settings, resume: true },
      context: { probe: unasked },
    });
    assert.match(
      resumed.compute.reason,
      /^int8: the checkpoint's; \d+ of \d+ linear layers in int8/,
    );
    assert.deepEqual(resumed.losses, whole.losses);
    assert.deepEqual(resumed.values, whole.values);
  }));

Deno.test("another arithmetic than the checkpoint's is refused and named", () =>
  inFolder(async (folder) => {
    await runToy({ settings: { checkpoints: folder } });
    await assert.rejects(
      runToy({ settings: { checkpoints: folder, resume: true, compute: "int8" } }),
      isMistake("input", 'compute: "float32" then, "int8" now'),
    );
    const resumed = await runToy({
      settings: { checkpoints: folder, resume: true, compute: "auto" },
      context: { probe: unasked },
    });
    assert.equal(resumed.compute.reason, "float32: the checkpoint's");
  }));

Deno.test("a run that is stopped while it is measured has taken no step", async () => {
  const stop = new AbortController();
  const probe = probeOf(50, 40);
  const result = await runToy({
    settings: { ...long, compute: "auto" },
    context: {
      signal: stop.signal,
      probe: {
        ...probe,
        clock() {
          stop.abort();
          return probe.clock();
        },
      },
    },
  });
  assert.equal(result.step, 0);
  assert.equal(result.stopped, "interrupted");
  assert.match(result.compute.reason, /stopped before int8 was measured/);
});

/** A processor that notes which gradient programs are there, and may refuse those in eight bits. */
async function watched({ refuses }: { readonly refuses?: TunebookError } = {}) {
  const device = await openDevice("cpu");
  const open: string[] = [];
  const noted: string[] = [];
  const watching: Device = {
    ...device,
    async compile(program, bindings) {
      const step = await device.compile(program, bindings);
      if (program.name !== "gradients") return step;
      const isInt8 = Object.values(program.inputs).some(({ type }) => type === "int8");
      if (isInt8 && refuses) {
        await step.dispose();
        throw refuses;
      }
      const name = isInt8 ? "int8" : "float32";
      open.push(name);
      noted.push(open.join("+"));
      return {
        run: (...given) => step.run(...given),
        async dispose() {
          open.splice(open.indexOf(name), 1);
          noted.push(open.join("+"));
          await step.dispose();
        },
      };
    },
  };
  return { device: watching, noted };
}

for (const [faster, float32, int8] of [["int8", 50, 40], ["float32", 40, 50]] as const) {
  Deno.test(`where ${faster} is faster, the other program is freed before the first step`, async () => {
    const { device, noted } = await watched();
    await runToy({
      settings: { ...long, compute: "auto" },
      context: {
        device,
        probe: probeOf(float32, int8),
        onStep: ({ step }) => step === 1 && noted.push("first step"),
      },
    });
    assert.deepEqual(noted, ["float32", "float32+int8", faster, "first step", ""]);
  });
}

Deno.test("where int8 cannot be compiled, auto says why and trains in float32", async () => {
  const refuses = new TunebookError("unsupported", "no such products here\nmore");
  const { device, noted } = await watched({ refuses });
  const context = { device, probe: unasked };
  const { compute, step } = await runToy({ settings: { ...long, compute: "auto" }, context });
  assert.deepEqual(compute, {
    compute: "float32",
    reason: "float32: int8 cannot be compiled: no such products here",
  });
  assert.equal(step, 108);
  assert.deepEqual(noted, ["float32", ""]);
  const asked = runToy({ settings: { compute: "int8" }, context });
  await assert.rejects(asked, isMistake("unsupported", "no such products here"));
});

Deno.test("int8 op by op learns as the compiled steps do", async () => {
  const settings = { compute: "int8", epochs: 1 } as const;
  const [compiled, eager] = [
    await runToy({ settings }),
    await runToy({ settings, device: "tfjs:cpu" }),
  ];
  compiled.losses.forEach((loss, step) => {
    assert.ok(Math.abs(loss - eager.losses[step]) < 1e-3, `step ${step}: ${loss}`);
  });
});

Deno.test("a model that is too narrow says so, and trains as in float32", async () => {
  const [float32, int8, auto] = [
    await runNarrow(),
    await runNarrow({ settings: { compute: "int8" } }),
    await runNarrow({ settings: { compute: "auto" }, context: { probe: unasked } }),
  ];
  assert.match(int8.compute.reason, /^int8, as asked; 0 of 8 .* features are too few/);
  assert.match(auto.compute.reason, /^float32: 0 of 8 .* features are too few/);
  assert.deepEqual([int8.values, auto.values], [float32.values, float32.values]);
});
