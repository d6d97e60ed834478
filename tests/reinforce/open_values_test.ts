import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { attachTo } from "../../lib/nn/model.ts";
import { openValues, type ValueParts } from "../../lib/reinforce/open_values.ts";
import { nextTokenObjective } from "../../lib/tasks/shared/next_token_objective.ts";
import { toyLanguageModel, toyVocabulary } from "../nn/toy.ts";

Deno.test("a loss without a value function is told where it is asked for values", async () => {
  const model = toyLanguageModel({ modelType: "gpt2", layers: 1 });
  const objective = nextTokenObjective({ texts: [], vocabSize: toyVocabulary, perToken: true });
  const trainable = { model, adapter: attachTo(model, full()), objective };
  const device = await openDevice("cpu");
  await assert.rejects(openValues({ trainable, device } as unknown as ValueParts), {
    kind: "unsupported",
    message: /has no value function/,
  });
});
