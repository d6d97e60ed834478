import assert from "node:assert/strict";
import { join } from "node:path";
import {
  grpo,
  head,
  type JudgedPair,
  lora,
  model,
  type RewardSample,
  tableFromRows,
  textGeneration,
} from "tunebook";
import { jupyterDisplay } from "../../../lib/core/display.ts";
import { silentProgress } from "../../../lib/core/progress.ts";
import { countWins, judgePairs } from "../../../lib/pipeline/win_rate/win_rate.ts";
import { quiet } from "../open/trained.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { reviews, tinyModel } from "../tiny.ts";

const pairs = Array.from({ length: 40 }, (_, at) => ({
  ...{ value: `p${at}`, prompt: `p${at}`, row: {} },
  trained: at % 4 === 0 ? "same" : `t${at}`,
  base: at % 4 === 0 ? "same" : `b${at}`,
}));
const how = { seed: 1, concurrency: 1, progress: silentProgress };

Deno.test("the order of a pair is drawn, and who wins does not depend on it or on how many are judged at once", async () => {
  const firsts: string[] = [];
  const judge = async ({ answers: [a] }: JudgedPair) => {
    firsts.push(a[0]);
    await Promise.resolve();
    const at = Number(a.slice(1));
    if (at % 4 === 1) return "tie" as const;
    return (a[0] === "t") === (at % 4 === 2) ? 0 as const : 1 as const;
  };
  const { signal } = new AbortController();
  const winners = await judgePairs(judge, pairs, { ...how, signal });
  assert.deepEqual(winners.slice(0, 4), ["tie", "tie", "trained", "base"]);
  assert.equal(firsts.length, 30); // equal answers are not asked about
  const first = firsts.filter((each) => each === "t").length;
  assert.ok(first > 7 && first < 23, `${first} of 30`);
  assert.deepEqual(await judgePairs(judge, pairs, { ...how, concurrency: 7, signal }), winners);
  const { winRate, low, high, ...counts } = countWins(winners);
  assert.deepEqual([winRate, counts], [0.5, { wins: 10, ties: 20, losses: 10 }]);
  // Wilson, by hand: z = 1.96, n = 40.
  assert.ok(Math.abs(low - 0.3519) < 1e-3 && Math.abs(high - 0.6481) < 1e-3, `${low} ${high}`);
  const all = countWins(["trained", "trained", "trained"]);
  assert.ok(all.winRate === 1 && all.low > 0.4 && all.low < 0.5 && all.high === 1);
});

Deno.test("a judge that fails or says something else is an error; a stop is an interruption", async () => {
  const { signal } = new AbortController();
  const some = pairs.slice(0, 4);
  await assert.rejects(judgePairs((() => 2) as never, some, { ...how, signal }), {
    kind: "data",
    message: /must say 0, 1 or "tie"[^]*prompt 2: 2[^]*prompt 4: 2/,
  });
  const fails = () => Promise.reject(new Error("no server"));
  await assert.rejects(judgePairs(fails, some, { ...how, signal }), {
    kind: "data",
    message: /failed for prompt 2: no server/,
  });
  await assert.rejects(judgePairs(() => 0, some, { ...how, signal: AbortSignal.abort() }), {
    kind: "interrupted",
  });
});

Deno.test("a model that learned from rewards is compared with the one before, by held-out prompts and by others", () =>
  inFolder(async (folder) => {
    const rows = tableFromRows(
      reviews(16).map(({ text }, row) => ({ asked: text.split(" ")[0], number: row })),
    );
    const short = ({ completionTokens }: RewardSample) => -completionTokens;
    const result = await model(await tinyModel(join(folder, "base"), "gpt2"))
      .data(rows, grpo({ prompt: "asked", rewards: short, groupSize: 4, maxNewTokens: 6 }), {
        test: 8,
      })
      .adapt(lora({ rank: 4 }))
      .train({ epochs: 8, batchSize: 4, learningRate: 0.03, samples: 0 }).run(quiet);
    const seen: JudgedPair[] = [];
    const shorter = (pair: JudgedPair) => {
      seen.push(pair);
      const [a, b] = pair.answers.map(({ length }) => length);
      return a === b ? "tie" : a < b ? 0 : 1;
    };
    const found = await result.winRate(shorter);
    assert.equal(found.wins + found.ties + found.losses, 8);
    assert.equal(found.compared.length, 8);
    assert.ok(found.winRate > 0.7 && found.low > 0.3, String(found));
    assert.ok(seen.every(({ row }) => Number.isInteger(row.number)));
    assert.deepEqual((await result.winRate(shorter)).compared, found.compared);
    const text = String(found);
    assert.match(text, /^the trained model wins \d+\.\d % of 8 prompts \(\d+\.\d to \d+\.\d %/);
    const shown = await (found as unknown as Record<symbol, () => Record<string, string>>)
      [jupyterDisplay]();
    assert.ok(shown["text/html"].includes("lost ones first") && shown["text/plain"].includes(text));
    assert.equal((await result.winRate(shorter, { prompts: 3 })).compared.length, 3);
    seen.length = 0;
    const own = await result.winRate(shorter, {
      prompts: ["the film"],
      generate: { maxNewTokens: 2 },
    });
    assert.equal(own.compared[0].prompt, "the film");
    assert.ok(seen.every(({ row }) => Object.keys(row).length === 0));
    await assert.rejects(result.winRate(shorter, { prompts: [7 as never] }), {
      kind: "input",
      message: /these prompts cannot be answered:[^]*prompt 1/,
    });
    await assert.rejects(result.winRate("better" as never), { kind: "input" });
    await assert.rejects(result.winRate(shorter, { prompt: [] } as never), {
      kind: "input",
      message: /prompts/,
    });
    await result.dispose();
  }));

Deno.test("any model that writes is compared, and no other", () =>
  inFolder(async (folder) => {
    const rows = tableFromRows(reviews(8).map(({ text }) => ({ text })));
    const result = await model(await tinyModel(join(folder, "base"), "gpt2"))
      .data(rows, textGeneration({ text: "text" }))
      .adapt(lora({ rank: 4 })).train({ epochs: 1, learningRate: 0.05, samples: 0 }).run(quiet);
    assert.ok((await result.winRate(() => 0)).compared.length > 0);
    const prompts = ["the film", "food was"];
    const { compared } = await result.winRate(() => "tie", {
      prompts,
      generate: { maxNewTokens: 4 },
    });
    const written = await result.generate(prompts, { temperature: 0, maxNewTokens: 4 });
    assert.deepEqual(compared.map(({ trained }) => trained), written.map(({ text }) => text));
    await result.dispose();
    const moods = await model(await tinyModel(join(folder, "bert")))
      .data(tableFromRows(reviews(8).map((row) => ({ ...row }))), { text: "text", label: "mood" })
      .adapt(head()).train({ epochs: 1 }).run(quiet);
    await assert.rejects(moods.winRate(() => 0), {
      kind: "unsupported",
      message: /text-classification models write no texts/,
    });
    await moods.dispose();
  }));
