import assert from "node:assert/strict";
import { jupyterDisplay } from "../../../lib/core/display.ts";
import { paretoFrontChart } from "../../../lib/search/views/pareto_front_chart.ts";
import { parallelCoordinatesChart } from "../../../lib/search/views/parallel_coordinates_chart.ts";
import { searchDisplay } from "../../../lib/search/views/search_display.ts";
import { searchHistoryChart } from "../../../lib/search/views/search_history_chart.ts";
import { sliceChart } from "../../../lib/search/views/slice_chart.ts";
import { timelineChart } from "../../../lib/search/views/timeline_chart.ts";
import { logTicks } from "../../../lib/search/views/value_axis.ts";
import { isMistake } from "../../is_mistake.ts";
import { madeFront, madeHistory } from "./made_search.ts";

// deno-lint-ignore no-explicit-any
type AnySpec = any;

Deno.test("a search shows itself in words, as a page and in a notebook, the same in each", async () => {
  const history = madeHistory(30);
  const shown = searchDisplay(history, { aims: "准确率", title: "情感 <b>" });
  assert.deepEqual(Object.keys(shown.charts), [
    ...["history", "importance", "parallel", "slices", "curves"],
  ]);
  const words = String(shown);
  const count = (state: string) => history.trials.filter((trial) => trial.state === state).length;
  assert.ok(count("pruned") > 0 && count("failed") === 3 && count("pending") === 1);
  assert.ok(words.startsWith(
    `情感 <b>: 31 trials: ${count("complete")} complete, ${
      count("pruned")
    } pruned, 3 failed, 1 pending`,
  ));
  assert.match(words, /trial +准确率 +learningRate +method +rank \(lora\) +批量 +max tokens\n/);
  assert.match(words, /importance for 准确率\nparameter +share\n/);
  assert.match(words, /learningRate +\d+ % +█+\n/);
  const page = await shown.html();
  assert.match(page, /<title>情感 &lt;b&gt;<\/title>/);
  assert.equal(page.match(/<img src="data:image\/svg\+xml;base64,/g)?.length, 5);
  assert.doesNotMatch(page, /<script|https?:\/\/(?!www\.w3\.org)/);
  const bundle = await shown[jupyterDisplay]();
  assert.equal(bundle["text/plain"], words);
  assert.match(String(bundle["text/html"]), /Parallel coordinates/);
});

Deno.test("parameters inside a choice are drawn where they are, logarithms on such axes, choices by names", () => {
  const history = madeHistory(30);
  const { concat } = sliceChart(history).spec as AnySpec;
  const of = (title: string) => concat.find(({ encoding }: AnySpec) => encoding.x.title === title);
  assert.deepEqual(of("learningRate").encoding.x.scale.type, "log");
  assert.deepEqual(of("method").encoding.x.scale.domain, ["lora", "ia3", "全量微调"]);
  const complete = history.trials.filter(({ state }) => state === "complete");
  const withRank = complete.filter(({ point }) => point.method === 0);
  assert.ok(withRank.length > 0 && withRank.length < complete.length);
  assert.deepEqual(
    of("rank (lora)").data.values.map(({ at }: AnySpec) => at).sort(),
    withRank.map(({ point }) => point["method[0].rank"]).sort(),
  );
  assert.equal(of("learningRate").data.values.length, complete.length);
  const { layer } = parallelCoordinatesChart(history).spec as AnySpec;
  const corners = layer.slice(0, 2).flatMap(({ data }: AnySpec) => data.values);
  assert.equal(corners.length, complete.length * 6);
  const below = corners.filter(({ at }: AnySpec) => at < 0);
  assert.equal(below.length, complete.length - withRank.length);
});

Deno.test("the history has the best so far, pruned trials at their last report and failed ones", () => {
  const history = madeHistory(30);
  const { vconcat: [{ layer }] } = searchHistoryChart(history).spec as AnySpec;
  const [best, complete, pruned, failed] = layer.map(({ data }: AnySpec) => data.values);
  const found = history.trials.flatMap(({ state, values }) => state === "complete" ? values! : []);
  assert.equal(best.at(-1).value, Math.max(...found));
  assert.ok(
    best.every((each: AnySpec, at: number) => at === 0 || each.value >= best[at - 1].value),
  );
  assert.deepEqual(complete.map(({ value }: AnySpec) => value), found);
  assert.deepEqual(
    pruned.map(({ value }: AnySpec) => value),
    history.trials.flatMap(({ state, reports }) => state === "pruned" ? reports.at(-1)![1] : []),
  );
  assert.deepEqual(failed.map(({ trial }: AnySpec) => trial), [9, 19, 29]);
});

Deno.test("several aims have a front, a history and importances each", async () => {
  const history = madeFront(20);
  const shown = searchDisplay(history, { aims: ["score", "tokens"] });
  assert.deepEqual(Object.keys(shown.charts), [
    ...["history", "front", "importance", "parallel", "slices"],
  ]);
  assert.match(String(shown), /Pareto front: none is better by all aims/);
  assert.match(String(shown), /importance for tokens\n.*\n.*\nmax tokens/);
  const { concat: [{ layer }] } = shown.charts.front.spec as AnySpec;
  const front: { x: number; y: number }[] = layer[0].data.values;
  const losses = history.trials.map(({ values }) => values!);
  for (const { x, y } of front) {
    assert.ok(!losses.some(([a, b]) => a >= x && b <= y && (a > x || b < y)));
  }
  assert.match(await shown.charts.front.svg(), /Pareto front/);
  assert.throws(() => paretoFrontChart(madeHistory(2)), isMistake("input", /this search has one/));
});

Deno.test("a search without a complete trial, and one with thousands, can be drawn", async () => {
  const empty = searchDisplay(madeHistory(0));
  assert.deepEqual(Object.keys(empty.charts), ["history"]);
  assert.match(String(empty), /1 trial: 1 pending\nno trial is complete yet/);
  assert.match(await empty.html(), /no trial is complete yet/);
  const trials = madeHistory(100).trials.flatMap((trial) => trial.state === "pending" ? [] : trial);
  const many = Array.from({ length: 6000 }, (_, number) => {
    const ended = number;
    return { ...trials[number % trials.length], number, ended };
  });
  const { charts } = searchDisplay({ ...madeHistory(0), trials: many });
  for (const chart of Object.values(charts)) assert.match(await chart.svg(), /^<svg/);
  assert.match(String(charts.history), /; 1500 of \d+ trials are drawn/);
});

Deno.test("names that do not fit the aims are refused", () => {
  const history = madeHistory(2);
  assert.throws(
    () => searchDisplay(history, { aims: ["a", "b"] }),
    isMistake("input", /aims has 2 names, but the search has 1/),
  );
});

Deno.test("ticks of logarithmic axes are powers of ten, of two, or few digits", () => {
  const dimension = { name: "x", kind: "float", step: 0, log: true } as const;
  assert.deepEqual(logTicks({ ...dimension, low: 1e-5, high: 1e-1 }), [
    1e-5,
    1e-4,
    1e-3,
    1e-2,
    1e-1,
  ]);
  assert.deepEqual(logTicks({ ...dimension, low: 0.02, high: 0.5 }), [0.02, 0.05, 0.1, 0.2, 0.5]);
  assert.deepEqual(
    logTicks({ ...dimension, kind: "int", step: 1, low: 3, high: 64 }),
    [4, 8, 16, 32, 64],
  );
});

Deno.test("a timeline has a row for each process and tells lost attempts", () => {
  const history = madeHistory(3);
  const attempts = [
    { number: 0, worker: "a 1", began: 1000, until: 61_000, state: "lost" },
    { number: 0, worker: "a 2", began: 70_000, until: 130_000, state: "ended" },
    { number: 1, worker: "a 2", began: 130_000, until: 190_000, state: "ended" },
  ] as const;
  const drawn = timelineChart(history, attempts);
  assert.equal(
    String(drawn),
    "3 attempts at 2 trials by 2 processes in 3.1 minutes, 1 of them lost",
  );
  const { layer: [bars] } = drawn.spec as AnySpec;
  const [lost, ended] = bars.data.values;
  assert.equal(lost.state, "lost");
  assert.equal(ended.state, history.trials[0].state);
});
