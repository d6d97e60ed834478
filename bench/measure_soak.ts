/**
 * The soak: a long training, and whole runs one after the other in one process, and whether memory
 * grows.
 *
 * @module
 */
import { columnChart } from "./column_chart.ts";
import { type Growth, growthOf, type MemorySample, verdictOn } from "./growth.ts";
import { markdownTable } from "./markdown_table.ts";
import { type Side, startOurs } from "./sides.ts";

/** How long. */
export interface SoakOptions {
  readonly steps: number;
  readonly runs: number;
  readonly threads?: number | undefined;
  /** Lets the results of runs go without disposing of them. */
  readonly dropped?: boolean | undefined;
}

/** What came of a part of the soak. */
export interface SoakResult {
  readonly kind: "soak";
  readonly name: "steps" | "runs";
  readonly samples: readonly MemorySample[];
  /** Resident at the end when the C library was asked to give back what it keeps, where it can. */
  readonly trimmed: number | undefined;
  readonly growth: Growth;
  readonly verdict: ReturnType<typeof verdictOn>;
}

/** Samples of the training. */
const trainingSamples = 100;
/** The share of the samples in which memory may still settle. */
const warmUp = 0.3;
/** MiB for each step and for each run that are taken for none. */
const limits = { steps: 0.005, runs: 1 };
/** Lines of the table of a part. */
const tableLines = 10;

/** Measures both parts, each in a process of its own, and gives each when it is done. */
export async function* measureSoak(
  { steps, runs, threads, dropped }: SoakOptions,
): AsyncIterable<SoakResult> {
  if (steps > 0) {
    console.error(`soak: a training of ${steps} steps`);
    const every = Math.max(1, Math.floor(steps / trainingSamples));
    yield await withSide(async (side) => {
      const { samples } = await side.ask({ cmd: "train", count: steps, every, threads });
      return resultOf("steps", samples as MemorySample[], await trimmedOf(side));
    });
  }
  if (runs > 0) {
    yield await withSide(async (side) => {
      const samples: MemorySample[] = [];
      for (let run = 1; run <= runs; run++) {
        console.error(`soak: run ${run} of ${runs}`);
        const { sample } = await side.ask({ cmd: "run", count: run, threads, dropped });
        samples.push(sample as MemorySample);
      }
      return resultOf("runs", samples, await trimmedOf(side));
    });
  }
}

/** Prints a part as a table, a chart and a sentence. */
export function printSoak({ name, samples, trimmed, growth, verdict }: SoakResult): void {
  const lines = Math.min(tableLines, samples.length);
  const shown = Array.from(
    { length: lines },
    (_, line) => samples[Math.round(line * (samples.length - 1) / Math.max(1, lines - 1))],
  );
  console.log(`Resident memory over the ${name}\n`);
  console.log(
    markdownTable(shown.map(({ at, resident, heap, buffers }) => [String(at), {
      "resident, MiB": resident.toFixed(0),
      "V8's heap, MiB": heap.toFixed(1),
      "arrays outside it, MiB": buffers.toFixed(1),
    }])),
  );
  const after = samples.filter(({ at }) => at >= growth.from);
  console.log(`\nresident memory after the warm-up, from ${growth.from} on\n`);
  console.log(`${columnChart(after.map(({ resident }) => resident), "MiB")}\n`);
  const scale = name === "steps" ? 1000 : 1;
  const rate = [growth.slope, growth.error].map((each) => (each * scale).toFixed(2));
  const each = name === "steps" ? "1,000 steps" : "run";
  console.log(
    `${verdict}: ${rate[0]} ± ${rate[1]} MiB for each ${each} (a line through ` +
      `${growth.samples} samples; up to ${limits[name] * scale} is none)\n`,
  );
  if (trimmed === undefined) return;
  const [first, last] = [samples[0], samples.at(-1)!].map(({ resident }) => resident.toFixed(0));
  console.log(
    `${first} MiB at first and ${last} MiB at the end, of which ${
      trimmed.toFixed(0)
    } MiB are in use: ` +
      `the rest was freed and is kept by the C library\n`,
  );
}

function resultOf(
  name: SoakResult["name"],
  samples: readonly MemorySample[],
  trimmed: number | undefined,
): SoakResult {
  const growth = growthOf(samples, warmUp);
  return { kind: "soak", name, samples, trimmed, growth, verdict: verdictOn(growth, limits[name]) };
}

async function trimmedOf(side: Side): Promise<number | undefined> {
  const { resident } = await side.ask({ cmd: "trim" });
  return resident === undefined ? undefined : Number(resident);
}

async function withSide<Result>(work: (side: Side) => Promise<Result>): Promise<Result> {
  const side = startOurs("our_soak.ts");
  try {
    return await work(side);
  } finally {
    await side.stop();
  }
}
