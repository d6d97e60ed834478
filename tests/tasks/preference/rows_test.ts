import assert from "node:assert/strict";
import { cpo, dpo, type DpoOptions, kto, orpo, rewardModel, simpo, tableFromRows } from "tunebook";
import type { Feeds } from "../../../lib/nn/feeds.ts";
import { taskOf } from "../../../lib/tasks/mod.ts";
import { openStage, processorOf } from "../../../lib/pipeline/run/open_stage.ts";
import { isMistake } from "../../is_mistake.ts";
import { goldenModel } from "./golden_preferences.ts";

const turn = (role: string, content: string) => ({ role, content });
const opened = await openStage({ model: goldenModel("llama") });
const pair = { chosen: "chosen", rejected: "rejected", template: "plain" } as const;
const asked = { ...pair, prompt: "prompt" } as const;

/** Of each group of answers its sequences: the prompt's tokens, and the answer's. */
async function encoded(rows: object[], options: DpoOptions, maxTokens = 64) {
  const task = dpo(options).withLabels([]);
  const table = tableFromRows(rows as never);
  const examples = await task.examples(table, processorOf(opened, maxTokens), {
    where: "the rows",
  });
  const groups = examples.groups!.map((group) =>
    group.map((at) => {
      const { input_ids } = examples.feedsOf([at]) as Feeds;
      const counts = Array.from(examples.countsOf!(at));
      const all = Array.from(input_ids.data, Number);
      return [all.filter((_, i) => !counts[i]), all.filter((_, i) => counts[i])];
    })
  );
  return { groups, notes: examples.notes ?? [], truncated: examples.truncated };
}

Deno.test("a prompt that is given, shared by texts or by messages is the same prompt", async () => {
  const wanted = await encoded(
    [{ prompt: "the cat is", chosen: " good", rejected: " bad" }],
    asked,
  );
  assert.deepEqual(wanted.groups[0].map(([prompt]) => prompt.length), [3, 3]);
  const shared = await encoded([{ chosen: "the cat is good", rejected: "the cat is bad" }], pair);
  assert.deepEqual(shared.groups, wanted.groups);
  const question = turn("user", "the cat is");
  const conversation = (said: string) => [question, turn("assistant", said)];
  const talks = await encoded(
    [{ chosen: conversation(" good"), rejected: conversation(" bad") }],
    pair,
  );
  assert.deepEqual(talks.groups, wanted.groups);
  // Answers that repeat their prompt, as UltraFeedback has them.
  const repeated = await encoded([{
    prompt: "the cat is",
    chosen: conversation(" good"),
    rejected: JSON.stringify(conversation(" bad")),
  }], asked);
  assert.deepEqual(repeated.groups, wanted.groups);
});

Deno.test("the end token is the answer's, and a token of prompt and answer together is the answer's", async () => {
  const { groups, notes } = await encoded(
    [{ prompt: "the ca", chosen: "t", rejected: "t is bad" }],
    asked,
  );
  const { eosId } = opened.tokenizer!;
  // "the", then "cat" as one token, which begins in the prompt.
  assert.deepEqual(groups[0].map(([prompt]) => prompt.length), [1, 1]);
  assert.deepEqual(groups[0].map(([, answer]) => answer.length), [2, 4]);
  assert.ok(groups[0].every(([, answer]) => answer.at(-1) === eosId));
  assert.match(notes.join("\n"), /the end token <\/s> closes 2 of 2 answers/);
  assert.match(notes.join("\n"), /2 answers begin within a token of the prompt/);
});

Deno.test("rankings are all pairs or neighbours, each answer one sequence", async () => {
  const ranked = { prompt: "prompt", ranking: "answers", template: "plain" } as const;
  const rows = [{ prompt: "who", answers: [" the cat", " a dog", " the hen"] }];
  const all = await encoded(rows, ranked);
  assert.equal(all.groups.length, 3);
  assert.deepEqual(all.groups[0][0], all.groups[1][0]);
  const neighbours = await encoded(rows, { ...ranked, pairs: "adjacent" });
  assert.deepEqual(neighbours.groups, [all.groups[0], all.groups[2]]);
});

Deno.test("all bad rows are one error", () => {
  const rows = [
    { prompt: "who", chosen: "the cat", rejected: "the cat" },
    { prompt: "who", chosen: " ", rejected: "a dog" },
    { prompt: "who", chosen: "the cat", rejected: "a dog" },
    { prompt: null, chosen: "the cat", rejected: "a dog" },
    { prompt: "who", chosen: [turn("user", "what")], rejected: [turn("user", "why")] },
  ];
  for (const make of [dpo, orpo, simpo, cpo, rewardModel]) {
    assert.throws(
      () => make(asked).checkRows(tableFromRows(rows as never), "the rows"),
      isMistake(
        "data",
        /4 of 5 rows of the rows:[^]*row 1: answers are the same[^]*row 2: [^]*row 4: "prompt"[^]*row 5: an answer does not end with a turn of the assistant/,
      ),
    );
  }
  assert.throws(
    () =>
      dpo(pair).checkRows(tableFromRows([{ chosen: "yes", rejected: "no" }] as never), "the rows"),
    isMistake("data", /row 1: its answers begin with nothing that they share/),
  );
  const ranked = dpo({ prompt: "prompt", ranking: "answers" });
  assert.throws(
    () => ranked.checkRows(tableFromRows([{ prompt: "a", answers: ["b"] }] as never), "the rows"),
    isMistake("data", /row 1: "answers" is no list of two or more answers/),
  );
});

Deno.test("answers behind the limit, and those that are the same within it, are told with their number", async () => {
  const rows = [
    { prompt: "who is the old hen so", chosen: " a cat", rejected: " a dog" },
    { prompt: "who", chosen: " the cat is good", rejected: " the cat is bad" },
    { prompt: "who", chosen: " cat", rejected: " dog" },
  ];
  await assert.rejects(
    encoded(rows, asked, 4),
    isMistake(
      "data",
      /2 rows of [^]*\(2 of 3 rows are cut at 4 tokens\)[^]*row 1: both answers are behind the limit of 4[^]*row 2: its answers are the same up to the limit/,
    ),
  );
  const { groups, notes } = await encoded(rows, { ...asked, overflow: "drop" }, 4);
  assert.equal(groups.length, 1);
  assert.match(notes.join("\n"), /2 of 3 pairs are longer than 4 tokens and were dropped/);
  await assert.rejects(
    encoded(rows.slice(0, 1), { ...asked, overflow: "drop" }, 4),
    isMistake("data", /nothing is left to compare of the 1 pairs/),
  );
});

Deno.test("good and bad answers need a label, and a prompt", async () => {
  const options = { prompt: "prompt", completion: "said", label: "liked", template: "plain" };
  const rows = [
    { prompt: "who", said: "the cat", liked: true },
    { prompt: "who", said: "", liked: false },
    { prompt: "who", said: "a dog", liked: "perhaps" },
    { prompt: "who", said: "a dog", liked: 2 },
  ];
  assert.throws(
    () => kto(options).checkRows(tableFromRows(rows as never), "the rows"),
    isMistake(
      "data",
      /3 of 4 rows[^]*row 2: "said"[^]*row 3: "liked" is "perhaps", but must be true or false[^]*row 4: "liked" is 2/,
    ),
  );
  const talk = { completion: "talk", label: "liked", template: "plain" };
  const talks = tableFromRows([
    { talk: [turn("user", "who"), turn("assistant", " the cat")], liked: 1 },
    { talk: [turn("user", "who"), turn("assistant", " a dog")], liked: 0 },
    { talk: [turn("user", "why"), turn("assistant", " not")], liked: 0 },
  ] as never);
  const examples = await kto(talk).withLabels([]).examples(talks, processorOf(opened, 64), {
    where: "the rows",
  });
  // The second row's prompt is the first one's: it is compared with the answer of the third.
  assert.deepEqual(examples.groups, [[0, 3], [1, 4], [2, 5]]);
  const { input_ids } = await examples.feedsOf([4]);
  const { input_ids: third } = await examples.feedsOf([2]);
  assert.deepEqual([...input_ids.data].slice(1), [...third.data].slice(1));
  assert.match((examples.notes ?? []).join(), /1 good and 2 bad answers/);
  assert.throws(
    () =>
      kto(talk).checkRows(
        tableFromRows([{ talk: "the cat", liked: true }] as never),
        "the rows",
      ),
    isMistake("data", /row 1: its answer has nothing before it; give a column with the prompt/),
  );
});

Deno.test("a reference may stand in columns, as logarithms of probabilities", async () => {
  const options = { ...asked, reference: { chosen: "a", rejected: "b" } } as const;
  const rows = [
    { prompt: "who", chosen: " cat", rejected: " dog", a: -3.5, b: -4 },
    { prompt: "who", chosen: " dog", rejected: " cat", a: 0.1, b: null },
  ];
  const task = dpo(options);
  assert.deepEqual(task.columns, ["prompt", "chosen", "rejected", "a", "b"]);
  assert.throws(
    () => task.checkRows(tableFromRows(rows as never), "the rows"),
    isMistake("data", /row 2: "a" is 0.1, but must be a logarithm[^]*row 2: "b"/),
  );
  const table = tableFromRows(rows.slice(0, 1) as never);
  const examples = await task.withLabels([]).examples(table, processorOf(opened, 64), {
    where: "the rows",
  });
  assert.equal(examples.withReference, undefined);
  const objective = examples.objective({
    vocabSize: 30,
    hiddenSize: 16,
    afterVirtualTokens: false,
  });
  const { chosen_reference, rejected_reference } = objective.targetsOf([0], 1);
  assert.deepEqual([...chosen_reference.data, ...rejected_reference.data], [-3.5, -4]);
});

Deno.test("rows that were compared with nothing are refused by loss and scores", async () => {
  const task = dpo(asked).withLabels([]);
  const table = tableFromRows([{ prompt: "who", chosen: " cat", rejected: " dog" }] as never);
  const examples = await task.examples(table, processorOf(opened, 64), { where: "the rows" });
  const objective = examples.objective({
    vocabSize: 30,
    hiddenSize: 16,
    afterVirtualTokens: false,
  });
  assert.throws(
    () => objective.targetsOf([0], 1),
    isMistake("input", /has not been asked about these/),
  );
  const outputs = [new Float32Array(3), new Float32Array(3)];
  assert.throws(() => examples.predictions(outputs), isMistake("input", /has not been asked/));
  const known = examples.withReference!(outputs);
  assert.deepEqual(known.fingerprint, examples.fingerprint);
  const { chosen } = known.predictions([Float32Array.of(0, -1, -2), Float32Array.of(0, -3, 0)]);
  assert.ok(Math.abs(chosen.rewards[0] - 0.1 * -3) < 1e-9);
});

Deno.test("options that make no sense are one error, and plans keep those that do", () => {
  assert.throws(
    () => dpo({ ...asked, ranking: "answers", beta: -1 } as never),
    isMistake("input", /beta is -1[^]*ranking takes the place of chosen and rejected/),
  );
  assert.throws(() => dpo({ chosen: "a" } as never), isMistake("input", /chosen and rejected/));
  assert.throws(
    () => dpo({ ...asked, loss: "ipo", labelSmoothing: 0.1 }),
    isMistake("input", /labelSmoothing changes the losses sigmoid and robust, not ipo/),
  );
  assert.throws(
    () => rewardModel({ prompt: "a", ranking: "b", margin: "c" }),
    isMistake("input", /margin is for rows with chosen and rejected/),
  );
  assert.throws(() => kto({ completion: "a" } as never), isMistake("input", /label is missing/));
  assert.throws(() => simpo({ ...asked, gama: 1 } as never), isMistake("input", /gamma/));
  for (const task of [dpo(asked), orpo(asked), simpo(asked), cpo(asked), rewardModel(asked)]) {
    assert.deepEqual(taskOf(task.name, task.settings).settings, task.settings);
  }
});

Deno.test("answers to other prompts are rows of a training alone", async () => {
  const options = {
    prompt: "prompt",
    completion: "said",
    label: "good",
    template: "plain",
  } as const;
  const rows = tableFromRows([
    { prompt: "the cat", said: " is good", good: true },
    { prompt: "a dog", said: " is bad", good: false },
  ]);
  const processor = processorOf(opened, 64);
  const lengthsOf = async (training?: boolean) => {
    const given = { where: "the rows", ...(training === undefined ? {} : { training }) };
    const { lengths, groups } = await kto(options).withLabels([]).examples(rows, processor, given);
    return [lengths.length, groups!.map((group) => group.length)];
  };
  assert.deepEqual(await lengthsOf(), [4, [2, 2]]);
  assert.deepEqual(await lengthsOf(true), [4, [2, 2]]);
  assert.deepEqual(await lengthsOf(false), [2, [1, 1]]);
});
