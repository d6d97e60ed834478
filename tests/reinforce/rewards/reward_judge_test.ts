import assert from "node:assert/strict";
import { type Reward, rewardJudge, TunebookError } from "tunebook";
import { sample } from "./sample.ts";

const never = () => new Promise<number>(() => {});

Deno.test("values are added with their weights, and nulls are left out", async () => {
  const judge = rewardJudge({
    one: { reward: ({ completion }) => completion.length, weight: 2 },
    two: { reward: ({ row }) => row.two as number | null, weight: -0.5 },
    zero: { reward: () => 1, weight: 0 },
  });
  const { totals, values } = await judge.judge([
    sample("abc", { row: { two: 4 } }),
    sample("ab", { row: { two: null } }),
  ]);
  assert.deepEqual(totals, [2 * 3 - 0.5 * 4, 2 * 2]);
  assert.deepEqual(values, { one: [3, 2], two: [4, null], zero: [1, 1] });
  assert.deepEqual(judge.names, ["one", "two", "zero"]);
});

Deno.test("statistics are those of the values that are numbers", async () => {
  const given = [1, null, 4, 7];
  const { statistics: { some, none } } = await rewardJudge({
    some: ({ row }) => given[row.at as number],
    none: () => null,
  }).judge([0, 2, 3].map((at) => sample("a", { row: { at } })));
  assert.equal(some.mean, 4);
  assert.equal(some.standardDeviation, 3); // of 1, 4, 7 with n − 1
  assert.deepEqual([some.least, some.greatest, some.values, some.nulls], [1, 7, 3, 0]);
  assert.deepEqual([none.mean, none.standardDeviation, none.least], [null, null, null]);
  assert.deepEqual([none.values, none.nulls], [0, 3]);
  const { statistics } = await rewardJudge({ only: () => 3 }).judge([sample("a")]);
  assert.deepEqual([statistics.only.mean, statistics.only.standardDeviation], [3, null]);
});

Deno.test("as many answers as allowed are asked about at a time, in any order of answering", async () => {
  let now = 0, most = 0;
  const waits = [30, 1, 20, 1, 10, 1];
  const { values } = await rewardJudge({
    async slow({ row }) {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, waits[row.at as number]));
      now--;
      return row.at as number;
    },
  }, { concurrency: 2 }).judge(waits.map((_, at) => sample("a", { row: { at } })));
  assert.equal(most, 2);
  assert.deepEqual(values.slow, [0, 1, 2, 3, 4, 5]);
});

Deno.test("what is no finite number is refused with its reward, prompt and answer, all in one error", async () => {
  const given: unknown[] = [NaN, Infinity, "1", undefined, true, 5];
  const judge = rewardJudge({ odd: ({ row }) => given[row.at as number] as number, fine: () => 1 });
  const samples = given.map((_, at) =>
    sample(`answer ${at}`, { row: { at }, prompt: [{ role: "user", content: `prompt ${at}` }] })
  );
  await assert.rejects(judge.judge(samples), (error) => {
    assert.ok(error instanceof TunebookError);
    assert.equal(error.kind, "data");
    for (const [at, value] of ["NaN", "Infinity", '"1"', "nothing", "true"].entries()) {
      assert.match(
        error.message,
        new RegExp(`odd gives ${value}.* the answer "answer ${at}" to "prompt ${at}"`),
      );
    }
    assert.doesNotMatch(error.message, /answer 5|fine/);
    return true;
  });
});

Deno.test("an answer that takes too long is an error, or worth what is said", async () => {
  const slow = (signal: AbortSignal[]): Reward => (sample) => {
    if (sample.completion === "quick") return 1;
    signal.push(sample.signal);
    return never();
  };
  const samples = [sample("quick"), sample("slow")];
  await assert.rejects(
    rewardJudge({ slow: { reward: slow([]), timeoutSeconds: 0.02 } }).judge(samples),
    /slow takes longer than 0\.02 s .* the answer "slow" to "Ask\."/,
  );
  const signals: AbortSignal[] = [];
  const { totals, statistics } = await rewardJudge({
    slow: { reward: slow(signals), timeoutSeconds: 0.02, onTimeout: -1 },
  }).judge(samples);
  assert.deepEqual(totals, [1, -1]);
  assert.equal(statistics.slow.timeouts, 1);
  assert.equal(signals[0].reason.name, "TimeoutError");
  const left = await rewardJudge({
    slow: { reward: slow([]), timeoutSeconds: 0.02, onTimeout: null },
    other: () => 3,
  }).judge(samples);
  assert.deepEqual(left.values.slow, [1, null]);
  assert.deepEqual(left.totals, [4, 3]);
});

Deno.test("a reward of batches is asked once, and its time grows with the answers", async () => {
  let asked = 0;
  const judge = rewardJudge({
    model: {
      reward: {
        rewardBatch: (all) => (asked++, Float32Array.from(all, ({ step }) => step) as never),
      },
      weight: 3,
    },
  });
  const { totals } = await judge.judge([sample("a", { step: 1 }), sample("b", { step: 2 })]);
  assert.deepEqual([totals, asked], [[3, 6], 1]);
  const late = { reward: { rewardBatch: never as never }, timeoutSeconds: 0.01, onTimeout: 0 };
  const { statistics } = await rewardJudge({ late }).judge([sample("a"), sample("b")]);
  assert.equal(statistics.late.timeouts, 2);
  const wrong = { rewardBatch: () => [1] };
  await assert.rejects(
    rewardJudge({ wrong }).judge([sample("a"), sample("b")]),
    /the reward wrong gives 1 values for 2 answers/,
  );
});

Deno.test("an error of a reward ends the asking and is told with its name", async () => {
  const stopped: boolean[] = [];
  const judge = rewardJudge({
    slow: ({ signal }) =>
      new Promise((_, reject) =>
        signal.addEventListener("abort", () => {
          stopped.push(true);
          reject(new Error("called off"));
        })
      ),
    broken() {
      throw new Error("no connection");
    },
  });
  await assert.rejects(judge.judge([sample("a")]), (error) => {
    assert.ok(error instanceof TunebookError && error.kind === "data");
    assert.match(
      error.message,
      /the reward broken failed for the answer "a" to "Ask\.": no connection/,
    );
    assert.equal((error.cause as Error).message, "no connection");
    return true;
  });
  assert.deepEqual(stopped, [true]);
});

Deno.test("a stop is told to every reward and ends the judging", async () => {
  const controller = new AbortController();
  let told = 0;
  const judging = rewardJudge({
    slow: ({ signal }) => {
      signal.addEventListener("abort", () => told++);
      return never();
    },
    batch: {
      rewardBatch: (
        _,
        { signal },
      ) => (signal.addEventListener("abort", () => told++), never() as never),
    },
  }).judge([sample("a"), sample("b")], { signal: controller.signal });
  setTimeout(() => controller.abort(), 5);
  await assert.rejects(judging, { kind: "interrupted" });
  assert.equal(told, 3);
});

Deno.test("an answer to which no reward applies has no total; that none applies to any is an error", async () => {
  const judge = rewardJudge({ a: () => null, b: ({ step }) => step || null });
  const { totals, statistics } = await judge.judge([sample("x", { step: 1 }), sample("y")]);
  assert.deepEqual(totals, [1, NaN]);
  assert.equal(statistics.b.nulls, 1);
  await assert.rejects(
    judge.judge([sample("y", { row: { text: "z" } })]),
    /no reward applies to any of 1 answers: every one gives null; their rows have text/,
  );
});

Deno.test("rewards that are none are refused all at once", () => {
  const wrong = {
    "no function": 3,
    light: { reward: () => 1, weight: NaN, weigth: 2 },
    missing: { weight: 1 },
    late: { reward: () => 1, timeoutSeconds: 0, onTimeout: "x" },
  };
  assert.throws(() => rewardJudge(wrong as never), (error) => {
    assert.ok(error instanceof TunebookError && error.kind === "input");
    assert.equal(error.mistakes.length, 6);
    assert.match(error.message, /the reward no function is 3, but must be a function/);
    assert.match(
      error.message,
      /the reward light: there is no option weigth \(did you mean "weight"/,
    );
    assert.match(error.message, /the reward missing: reward is missing/);
    return true;
  });
  assert.throws(() => rewardJudge({}), /at least one reward/);
  assert.throws(() => rewardJudge(null as never), { kind: "input" });
});

Deno.test("columns that rewards need are known, and what they were made with is looked at before", async () => {
  const reward = Object.assign(() => 1, { columns: ["answer"] });
  const batch = {
    columns: ["answer", "tests"],
    prepare: () => Promise.reject(new Error("no such schema")),
    rewardBatch: () => [],
  };
  const judge = rewardJudge({ reward, batch });
  assert.deepEqual(judge.columns, ["answer", "tests"]);
  await assert.rejects(judge.prepare(), /the reward batch: no such schema/);
});

Deno.test("failures are counted where that is asked: they are left out of the sums, a stop is none", async () => {
  const judge = rewardJudge({
    frail: ({ completion }) => {
      if (completion === "b") throw new Error("no server");
      return completion === "c" ? NaN : 1;
    },
    late: { reward: ({ completion }) => completion === "a" ? never() : 2, timeoutSeconds: 0.01 },
    whole: { rewardBatch: () => Promise.reject(new Error("out of memory")) },
  });
  const answers = [sample("a"), sample("b"), sample("c"), sample("d")];
  await assert.rejects(judge.judge(answers), { kind: "data" });
  const { totals, values, statistics } = await judge.judge(answers, { countFailures: true });
  assert.deepEqual(values, {
    frail: [1, null, null, 1],
    late: [null, 2, 2, 2],
    whole: [null, null, null, null],
  });
  assert.deepEqual(totals, [1, 2, 2, 3]);
  const { frail, late, whole } = statistics;
  assert.deepEqual([frail.failures, late.failures, whole.failures], [2, 1, 4]);
  assert.deepEqual([frail.mean, late.mean, whole.mean], [1, 2, null]);
  assert.match(frail.firstFailure!, /the reward frail failed for .*no server/);
  assert.match(late.firstFailure!, /late takes longer than 0\.01 s/);
  const all = { countFailures: true };
  const none = await rewardJudge({ broken: () => NaN }).judge(answers, all);
  assert.deepEqual(none.totals, [NaN, NaN, NaN, NaN]);
  const stop = new AbortController();
  const stopped = rewardJudge({
    stops: () => {
      stop.abort();
      throw new Error("called off");
    },
  }).judge(answers, { countFailures: true, signal: stop.signal });
  await assert.rejects(stopped, { kind: "interrupted" });
});

Deno.test("what a reward changes in a sample is seen by no other reward", async () => {
  const given = sample("abc", { row: { list: [1], word: "yes" } });
  const { values } = await rewardJudge({
    vandal: (own) => {
      const row = own.row as { list: number[]; word: string };
      row.list.push(2);
      row.word = "no";
      return Object.assign(own, { completion: "" }).completion.length;
    },
    all: {
      reward: {
        rewardBatch(samples) {
          for (const { row } of samples) (row.list as number[]).push(3);
          return samples.map(({ completion }) => completion.length);
        },
      },
    },
    honest: ({ completion, row }) => completion.length + (row.list as number[]).length,
  }).judge([given]);
  assert.deepEqual(values, { vandal: [0], all: [3], honest: [4] });
  assert.deepEqual(given.row, { list: [1], word: "yes" });
});

Deno.test("a reward may have more time than a timer can count", async () => {
  const reward = () => new Promise<number>((resolve) => setTimeout(() => resolve(1), 20));
  const { totals } = await rewardJudge({ late: { reward, timeoutSeconds: 1e9 } })
    .judge([sample("a")]);
  assert.deepEqual(totals, [1]);
});

Deno.test("settings inside of a reward of batches, values beyond all sizes and bare objects that are thrown are told", async () => {
  const inside = { rewardBatch: () => [1], weight: 2, onTimeout: 0 };
  assert.throws(
    () => rewardJudge({ inside }),
    /the reward inside has weight, onTimeout beside rewardBatch/,
  );
  const wrong = (reward: Reward) => rewardJudge({ a: { reward, weight: 10 } }).judge([sample("b")]);
  await assert.rejects(
    wrong(() => 2e17),
    /a gives 200000000000000000 with the weight 10, which is more than 1000000000000000000 and drowns all differences for the answer "b" to "Ask\."/,
  );
  await assert.rejects(
    wrong(() => {
      throw Object.create(null);
    }),
    /the reward a failed for the answer "b" to "Ask\.": what was thrown has no text/,
  );
});

Deno.test("a value beyond all sizes is an error in a training, and counted where failures are", async () => {
  const huge = { huge: () => 1e200, small: () => 2 };
  await assert.rejects(rewardJudge(huge).judge([sample("b")]), {
    kind: "data",
    message: /huge gives 1e\+200, which is more than 1000000000000000000 and drowns/,
  });
  const judge = rewardJudge({ ...huge, large: { reward: () => -1e308, weight: 1e300 } });
  const { totals, values, statistics } = await judge.judge([sample("b")], { countFailures: true });
  assert.deepEqual([totals, values.huge, values.large], [[2], [null], [null]]);
  assert.deepEqual([statistics.huge.failures, statistics.large.failures], [1, 1]);
  assert.match(statistics.large.firstFailure!, /^large gives -1e\+308 with the weight 1e\+300/);
});
