/**
 * Adapters that share a base write what each of them writes when it is open alone.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  adapter,
  type AdapterSet,
  chat,
  ia3,
  lora,
  type Method,
  model,
  open,
  type OpenModel,
  prefixTuning,
  promptTuning,
  tableFromRows,
} from "tunebook";
import { jupyterDisplay } from "../../../lib/core/display.ts";
import type { AnyTask } from "../../../lib/pipeline/plan_spec.ts";
import type { Table } from "../../../lib/table/table.ts";
import { isMistake } from "../../is_mistake.ts";
import { goldenTraining, trainedModel, trainedTasks } from "../../tasks/text2text/training.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { reviews, tinyModel } from "../tiny.ts";
import { quiet } from "./trained.ts";

const few = { maxNewTokens: 6 };
const talks = tableFromRows(reviews(24).map(({ text, mood }) => ({ asked: text, said: mood })));
const chatting = chat({ prompt: "asked", completion: "said", template: "plain" });
const say = (content: string) => [{ role: "user", content }];

/** Methods of every kind: matrices, scales, tokens before the text, keys before it. */
const methods = {
  matrices: lora({ rank: 2, targets: "all-linear" }),
  larger: lora({ rank: 4, dora: true }),
  scales: ia3(),
  words: promptTuning({ tokens: 3 }),
  keys: prefixTuning({ tokens: 2, start: "random" }),
} satisfies Record<string, Method>;
type Name = keyof typeof methods;
const names = Object.keys(methods) as Name[];

/** Trains an adapter far enough from the others that it writes something else. */
async function save(
  reference: string,
  at: (name: string) => string,
  { rows, task, rate, made = methods }: {
    readonly rows: Table;
    readonly task: AnyTask;
    readonly rate: number;
    readonly made?: Readonly<Record<Name, Method>>;
  },
): Promise<void> {
  for (const [seed, name] of names.entries()) {
    const learningRate = name === "words" || name === "keys" ? 10 * rate : rate;
    const run = await model(reference).data(rows, task, { test: rows }).adapt(made[name])
      .train({ epochs: 1, batchSize: 8, learningRate, seed }).deploy(adapter(at(name)))
      .run(quiet);
    await run.dispose();
  }
}

/** Opens each alone, and all on one base. */
async function withAll(
  reference: string,
  at: (name: string) => string,
  look: (
    set: AdapterSet<Name>,
    alone: Record<Name, OpenModel>,
    base: OpenModel,
  ) => Promise<void>,
): Promise<void> {
  const base = await open(reference);
  const alone: Partial<Record<Name, OpenModel>> = {};
  try {
    for (const name of names) alone[name] = await open(at(name));
    const folders = Object.fromEntries(names.map((name) => [name, at(name)]));
    await look(await base.attach(folders as Record<Name, string>), alone as never, base);
  } finally {
    for (const each of Object.values(alone)) await each.dispose();
    await base.dispose();
  }
}

const tokensOf = (found: readonly { readonly tokens: readonly number[] }[]) =>
  found.map(({ tokens }) => tokens);

for (const family of ["gpt2", "llama"]) {
  Deno.test(`adapters on one ${family} chat, in turns and in one batch, as each does alone`, () =>
    inFolder(async (folder) => {
      const at = (name: string) => join(folder, name);
      const reference = await tinyModel(at("base"), family);
      await save(reference, at, { rows: talks, task: chatting, rate: 3e-2 });
      await withAll(reference, at, async (set, alone) => {
        const asked = [say("the film was"), say("food and price"), say("very sad place it was")];
        const expected: Partial<Record<Name, number[][]>> = {};
        for (const name of names) {
          expected[name] = tokensOf(await alone[name].generate(asked, few)) as number[][];
          assert.deepEqual(tokensOf(await set.use(name).generate(asked, few)), expected[name]);
        }
        assert.ok(new Set(Object.values(expected).map(String)).size > 2, "adapters differ");
        // All in one call, the later ones first.
        const all = [...names].reverse().flatMap((name) => asked.map((input) => ({ name, input })));
        const mixed = await set.generate(all.map(({ input }) => input), {
          adapters: all.map(({ name }) => name),
          ...few,
        });
        assert.deepEqual(
          tokensOf(mixed),
          all.map(({ name, input }) => expected[name]![asked.indexOf(input)]),
        );
        assert.deepEqual(mixed.map(({ adapter }) => adapter), all.map(({ name }) => name));
        assert.ok(jupyterDisplay in mixed);
        // Conversations go on between each other, and each keeps what it has read.
        const turns = ["the film was", "and the food", "very sad"];
        const own = names.map((name) => alone[name].chat(few));
        const shared = names.map((name) => set.chat({ adapter: name, ...few }));
        for (const turn of turns) {
          for (const [i] of names.entries()) {
            const [right, found] = [await own[i].say(turn), await shared[i].say(turn)];
            assert.deepEqual(found.tokens, right.tokens);
          }
        }
        assert.deepEqual(shared.map(String), own.map(String));
        // Streams in turns, piece by piece.
        const streams = names.map((adapter) => set.stream(asked[1], { adapter, ...few }));
        const pieces = names.map(() => "");
        for (const open = new Set(streams.keys()); open.size > 0;) {
          for (const i of open) {
            const { done, value } = await streams[i].next();
            if (done) open.delete(i);
            else pieces[i] += value;
          }
        }
        for (const [i, name] of names.entries()) {
          const [right] = await alone[name].generate([asked[1]], few);
          assert.equal(pieces[i], right.text);
        }
      });
    }));
}

Deno.test("adapters on one encoder-decoder translate, in turns and in one batch", () =>
  inFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    const name = "t5";
    const { golden, table } = await goldenTraining(name);
    const reference = trainedModel(name);
    // The only prefix of an encoder-decoder that PEFT's folders hold.
    const keys = prefixTuning({ tokens: 2, start: "random", sites: ["decoder"] });
    const made = { ...methods, keys };
    await save(reference, at, { rows: table, task: trainedTasks[name], rate: 1e-2, made });
    await withAll(reference, at, async (set, alone) => {
      const inputs = golden.rows.slice(0, 3).map(({ en }) => en);
      const all = names.flatMap((name) => inputs.map((input) => ({ name, input })));
      const expected: number[][] = [];
      for (const name of names) {
        expected.push(...tokensOf(await alone[name].generate(inputs, few)) as number[][]);
      }
      const adapters = all.map(({ name }) => name);
      const mixed = await set.generate(all.map(({ input }) => input), { adapters, ...few });
      assert.deepEqual(tokensOf(mixed), expected);
      const beams = { ...few, beams: 2 };
      const searched = await set.generate(all.map(({ input }) => input), { adapters, ...beams });
      const right = [];
      for (const name of names) right.push(...await alone[name].generate(inputs, beams));
      assert.deepEqual(tokensOf(searched), tokensOf(right));
      const texts = await set.predict(inputs, { adapters: inputs.map(() => "matrices") });
      assert.deepEqual(texts, await alone.matrices.predict(inputs));
      assert.deepEqual(await set.use("keys").predict(inputs), await alone.keys.predict(inputs));
    });
  }));

Deno.test("several adapters write at once, the base alone too, and names are checked", () =>
  inFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    const reference = await tinyModel(at("base"), "gpt2");
    await save(reference, at, { rows: talks, task: chatting, rate: 3e-2 });
    await withAll(reference, at, async (set, _alone, base) => {
      const asked = [say("the film was"), say("food")];
      const both = ["matrices", "scales"] as const;
      const sum = set.stack(both);
      assert.deepEqual(
        tokensOf(await set.generate(asked, { adapters: [both, null], ...few })),
        [
          ...tokensOf(await sum.generate([asked[0]], few)),
          ...tokensOf(await set.use(null).generate([asked[1]], few)),
        ],
      );
      await assert.rejects(
        set.generate(asked, { adapters: ["matrices", "scale" as never] }),
        isMistake("input", 'input 2: no adapter "scale" is attached', "scales"),
      );
      assert.throws(
        () => set.chat({ adapter: "matrices", maxTokens: 3 } as never),
        isMistake("input", "maxTokens"),
      );
      // An adapter that comes later needs more room in the programs; talks that go on keep what they have.
      const [first] = await base.attach({ scales: at("scales") }).then((small) =>
        Promise.all([small.chat({ adapter: "scales", ...few }).say("the film was")])
      );
      const talk = set.chat({ adapter: "scales", ...few });
      assert.deepEqual((await talk.say("the film was")).tokens, first.tokens);
      await base.dispose();
      await assert.rejects(talk.say("and"), isMistake("input", "was disposed of"));
    });
  }));
