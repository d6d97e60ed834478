import assert from "node:assert/strict";
import { openDevice } from "../../lib/engine/mod.ts";
import { createContinuer } from "../../lib/generate/continuer.ts";
import { Conversation, type Message } from "../../lib/generate/conversation.ts";
import { TextModel } from "../../lib/generate/text_model.ts";
import type { TextProcessor } from "../../lib/nn/processor.ts";
import { isMistake } from "../is_mistake.ts";
import { goldenLanguageModel } from "../models/golden.ts";

/** A token is a number with a semicolon behind it; a turn is closed by 3. */
const tokenizer = {
  vocabSize: 99,
  tokenId: (text: string) => Number(text),
  tokenText: (id: number) => String(id),
  tokens: (text: string) => ({ ids: text.split(";").filter(Boolean).map(Number) }),
  decode: (ids: ArrayLike<number>) => Array.from(ids, (id) => `${id};`).join(""),
};

async function conversing(work: (model: TextModel<readonly Message[]>) => Promise<void>) {
  const model = await goldenLanguageModel("gpt2");
  const device = await openDevice("cpu");
  const continuer = createContinuer(
    { model, adapter: { parameters: [], trains: () => false } },
    { device },
  );
  const textModel = new TextModel<readonly Message[]>({
    continuer,
    processor: { input: "text", tokenizer } as unknown as TextProcessor,
    writing: {
      promptOf: (messages) =>
        Int32Array.from(messages.flatMap(({ content }) => [...tokenizer.tokens(content).ids, 3])),
      endTokens: () => [4],
      inputOf: (messages) => messages as readonly Message[],
    },
    defaults: {},
  });
  try {
    await work(textModel);
  } finally {
    await textModel.dispose();
  }
}

const options = { maxNewTokens: 6, repetitionPenalty: 1.8, noRepeatNgramSize: 2 };

Deno.test("a later turn is written as from the whole conversation, what was said before included", () =>
  conversing(async (model) => {
    const talk = new Conversation(model as TextModel, options);
    await talk.say("7;9;20;");
    const asked = [...talk.messages, { role: "user", content: "33;7;" }];
    const [whole] = await model.generate([asked], options);
    assert.deepEqual(await talk.say("33;7;"), whole);
    assert.equal(talk.messages.length, 4);
  }));

Deno.test("an answer that is stopped leaves the conversation as it was", () =>
  conversing(async (model) => {
    const stop = new AbortController();
    const talk = new Conversation(model as TextModel, options, {
      interrupt: () => ({ signal: stop.signal, [Symbol.dispose]() {} }),
    });
    const before = await talk.say("7;9;20;");
    const pieces = talk.stream("33;");
    await pieces.next();
    stop.abort();
    await assert.rejects(pieces.next(), isMistake("interrupted", "stopped"));
    assert.equal(talk.messages.at(-1)?.content, before.text);
    // A loop that is left early forgets its turn, too.
    for await (const _ of new Conversation(model as TextModel, options).stream("33;")) break;
  }));

Deno.test("beams and several answers are no stream", () =>
  conversing(async (model) => {
    const talk = new Conversation(model as TextModel, {});
    await assert.rejects(talk.say("7;", { beams: 3 }), isMistake("input", "beams", "ask generate"));
    await assert.rejects(
      talk.say("7;", { answers: 2, temperature: 1 }),
      isMistake("input", "answers", "ask generate"),
    );
  }));
