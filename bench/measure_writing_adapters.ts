/**
 * Adapters that write on one base: resident memory with two and eight LoRA adapters (rank 8, all
 * attention products), each in turn and all in one batch, beside adapters that are open alone. The model is
 * a folder of transformers, such as the one that `deno task bench:generate` makes:
 * `deno run -A bench/measure_writing_adapters.ts bench/.data/llama-135m`. Each count is a process of its
 * own, which the script starts.
 *
 * @module
 */
import { lora } from "../lib/adapters/lora.ts";
import { sharedAdapter } from "../lib/adapters/several/shared_adapter.ts";
import { Random } from "../lib/core/random.ts";
import { openDevice } from "../lib/engine/mod.ts";
import { type Continuer, createContinuer } from "../lib/generate/continuer.ts";
import { createSharedContinuer } from "../lib/generate/shared_continuer.ts";
import { attachTo } from "../lib/nn/model.ts";
import type { AttachedMethod } from "../lib/nn/method.ts";
import { parameters } from "../lib/nn/trainable_model.ts";
import { trainedTensors } from "../lib/nn/trained.ts";
import { loadLanguageModel } from "./load_language_model.ts";
import { ownMegabytes } from "./own_megabytes.ts";
import { benchPrompts } from "./prompts.ts";
import { writeGreedily } from "./write_greedily.ts";

const newTokens = 2;
const promptTokens = 4;

const [folder, how, count] = Deno.args;
if (how === undefined) await compare();
else console.log(JSON.stringify(await measure(how, Number(count))));

async function compare(): Promise<void> {
  for (const [how, count] of [["shared", 2], ["shared", 8], ["alone", 2]]) {
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", import.meta.filename!, folder, String(how), String(count)],
      stderr: "inherit",
    }).output();
    if (code !== 0) throw new Error(`measuring ${how} ${count} ended with status ${code}`);
    console.log(new TextDecoder().decode(stdout).trim());
  }
}

/** Numbers of a size that makes answers differ. */
function valuesOf(attached: AttachedMethod, seed: number): Map<string, Float32Array> {
  const random = Random.fromSeed(seed, "adapters");
  const numbersOf = (shape: readonly number[]) =>
    Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      () => 0.05 * random.normal(),
    );
  return new Map(attached.parameters.map(({ name, shape }) => [name, numbersOf(shape)]));
}

async function measure(how: string, count: number): Promise<Record<string, unknown>> {
  const model = await loadLanguageModel(folder);
  const device = await openDevice("cpu");
  const attached = attachTo(
    model,
    lora({ rank: 8, targets: ["q", "k", "v", "o"].map(projection) }),
  );
  const all = Array.from({ length: count }, (_, seed) => valuesOf(attached, seed));
  const held = device.holdWeights();
  const shared = createSharedContinuer(model, { device, held });
  const continuers: Continuer[] = [];
  for (const [i, values] of all.entries()) {
    if (how === "shared") {
      const entry = sharedAdapter(`${i}`, { model, attached, values });
      shared.reserve(entry.delta);
      continuers.push(shared.continuerOf(entry));
      continue;
    }
    const state = device.createState(trainedTensors(model, attached), [parameters]);
    await state.write(parameters, values);
    const own = { device, state: () => Promise.resolve(state) };
    continuers.push(createContinuer({ model, adapter: attached }, own));
  }
  const [prompt] = benchPrompts(1, promptTokens);
  const turns: number[] = [];
  const written: string[] = [];
  for (const continuer of continuers) {
    const began = performance.now();
    written.push(String((await writeGreedily(continuer, [prompt], { newTokens }))[0]));
    turns.push(performance.now() - began);
  }
  const residentInTurns = await ownMegabytes("VmRSS");
  const adapters = continuers.map(({ adapter }) => adapter!);
  const mixed = how === "shared"
    ? await writeGreedily(continuers[0], adapters.map(() => prompt), { newTokens, adapters })
    : [];
  return {
    how,
    adapters: count,
    programs: how === "shared" ? shared.compilations : count,
    adapterMegabytes: Math.round(count * 4e-6 * sizeOf(all[0])),
    residentInTurns,
    resident: await ownMegabytes("VmRSS"),
    peak: await ownMegabytes("VmHWM"),
    secondsOfTurns: turns.map((each) => +(each / 1000).toFixed(1)),
    differentTexts: new Set(written).size,
    sameInOneBatch: mixed.filter((each, i) => String(each) === written[i]).length,
  };
}

function projection(name: string): string {
  return `${name}_proj`;
}

function sizeOf(values: ReadonlyMap<string, Float32Array>): number {
  return [...values.values()].reduce((sum, { length }) => sum + length, 0);
}
