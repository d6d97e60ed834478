import assert from "node:assert/strict";
import { lora } from "../../../lib/adapters/lora.ts";
import {
  type HostTensor,
  openDevice,
  type Program,
  tf,
  valueAndGradients,
} from "../../../lib/engine/mod.ts";
import { attachTo } from "../../../lib/nn/model.ts";
import { gkdLoss } from "../../../lib/tasks/distillation/gkd_loss.ts";
import { answersObjective } from "../../../lib/tasks/rollouts/answers_objective.ts";
import { answerPieces } from "../../../lib/tasks/rollouts/answer_pieces.ts";
import type { LearnedAnswer, LearnedAnswers } from "../../../lib/tasks/rollouts/learned_answer.ts";
import { checkGradients } from "../../nn/check_gradients.ts";
import { toyLanguageModel, toyRows, toyVocabulary } from "../../nn/toy.ts";
import golden from "../../golden/gkd.json" with { type: "json" };

/** Float32 beside TRL's float64. */
const tolerance = 1e-5;
const vocabSize = golden.logits[0][0].length;

/** log softmax of a row ÷ temperature, in double precision. */
function logSoftmax(row: readonly number[], temperature = 1): number[] {
  const scaled = row.map((each) => each / temperature);
  const total = Math.log(scaled.reduce((sum, each) => sum + Math.exp(each), 0));
  return scaled.map((each) => each - total);
}

for (const { beta, temperature, loss: wanted, gradients: wantedGradients } of golden.cases) {
  Deno.test(`the divergence of β ${beta} at temperature ${temperature} is TRL's`, async () => {
    const loss = gkdLoss({ beta, temperature, vocabSize });
    const { lengths } = golden;
    const answers = lengths.map((length, at): LearnedAnswer => ({
      ids: new Int32Array(length),
      length,
      oldLogProbs: new Float32Array(length),
      teacherLogProbs: Float32Array.from(
        golden.teacher[at].slice(0, length).flatMap((row) => logSoftmax(row, temperature)),
      ),
      advantage: 1,
      counts: true,
    }));
    const arranged = answerPieces(lengths, 1);
    const targets = Object.fromEntries(
      Object.entries(loss.targets(arranged, answers)).map(([name, { shape, data }]) => [
        name,
        { shape: shape.slice(1), data } as HostTensor,
      ]),
    );
    const logits = new Float32Array(arranged.length * vocabSize);
    lengths.forEach((length, at) =>
      logits.set(golden.logits[at].slice(0, length).flat(), arranged.at[at].start * vocabSize)
    );
    const shape = [arranged.length, vocabSize];
    const program: Program = {
      name: "loss",
      inputs: {
        logits: { role: "feed", type: "float32", shape },
        ...Object.fromEntries(
          Object.entries(targets).map(([name, { shape }]) => [
            name,
            { role: "feed", type: "float32", shape } as const,
          ]),
        ),
      },
      compute({ logits, ...feeds }) {
        const { value, gradients } = valueAndGradients(
          () => {
            const numbers = loss.ofTokens!(tf.div(logits, temperature), feeds);
            const weight = answers.reduce((sum, each) => sum + loss.answerWeight(each), 0);
            return tf.div(loss.sum(numbers, feeds), weight);
          },
          { logits },
        );
        return { loss: value, gradients: gradients.logits };
      },
    };
    const step = await (await openDevice("cpu")).compile(program, {
      frozen: () => new Float32Array(),
    });
    try {
      const found = await step.run({ logits: { shape, data: logits }, ...targets });
      assert.ok(Math.abs(Number(found.loss.data[0]) - wanted) < tolerance, `${found.loss.data[0]}`);
      lengths.forEach((length, at) =>
        wantedGradients[at].slice(0, length).flat().forEach((each, index) => {
          const own = Number(found.gradients.data[arranged.at[at].start * vocabSize + index]);
          assert.ok(Math.abs(own - each) < tolerance, `${own} beside ${each}`);
        })
      );
    } finally {
      await step.dispose();
    }
  });
}

const rows = 4;

/** The last tokens of toy rows as answers, of which the teacher has an opinion. */
function toyAnswers(): LearnedAnswers {
  const toy = toyRows(rows, { types: false });
  const { input_ids: { data, shape: [, longest] } } = toy.feedsOf([...Array(rows).keys()]);
  return {
    groups: Array.from({ length: rows }, (_, row) => [row]),
    maxNewTokens: 4,
    of(row) {
      const ids = Int32Array.from(data.slice(row * longest, row * longest + toy.lengths[row]));
      const length = Math.min(ids.length - 1, 1 + row % 4);
      const said = (at: number) =>
        logSoftmax(Array.from({ length: toyVocabulary }, (_, id) => Math.sin(3 * id + at + row)));
      return {
        ...{ ids, length, advantage: 1, counts: row !== 2 },
        oldLogProbs: new Float32Array(length),
        teacherLogProbs: Float32Array.from(Array.from({ length }, (_, at) => said(at)).flat()),
      };
    },
  };
}

for (const beta of [0, 0.3, 1]) {
  Deno.test(`the gradients of a model with β ${beta} are those of finite differences`, async () => {
    const model = toyLanguageModel({ modelType: "gpt2", layers: 1 });
    const objective = answersObjective(
      gkdLoss({ beta, temperature: 1.5, vocabSize: toyVocabulary }),
      { answers: toyAnswers(), vocabSize: toyVocabulary, afterVirtualTokens: false },
      2,
    );
    await checkGradients({ model, adapter: attachTo(model, lora({ rank: 2 })), objective }, {
      rows,
    });
  });
}
