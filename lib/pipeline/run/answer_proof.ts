/**
 * What readers of deployed folders are compared with, and what they cannot do.
 *
 * @module
 */
import { say } from "../../core/say.ts";
import type { AnswerProof } from "../../deploy/ask_reader.ts";
import type { Processor } from "../../nn/processor.ts";
import type { ExpectedAnswer } from "../../nn/reader_contract.ts";
import type { Outputs } from "../../nn/task.ts";
import type { PlanSpec } from "../plan_spec.ts";
import type { AnyExamples, Assembled } from "./assemble_stage.ts";
import { comparedTokens } from "../../tasks/shared/written_reader.ts";
import type { TextModel } from "../../generate/text_model.ts";
import type { AnyLabelledTask, ReadData } from "./read_stage.ts";

/** The held-out rows, and what the trained model says to inputs. */
export function answerProof(
  { splits, task }: Pick<ReadData, "splits" | "task">,
  { processor }: Pick<Assembled, "processor">,
  outputsOf: (examples: AnyExamples) => Promise<Outputs>,
  textModel: () => TextModel,
): AnswerProof {
  const where = "the held-out rows";
  if (task.writing) {
    const expectedOf = (inputs: readonly unknown[]) =>
      writtenAnswers(textModel(), inputs, processor);
    return { table: splits.test, processor, expectedOf };
  }
  return {
    table: splits.test,
    processor,
    async expectedOf(inputs) {
      const expected: ExpectedAnswer[] = [];
      for (const input of inputs) {
        const table = task.tableOf([input]);
        const examples = await task.examples(table, processor, { where, labelled: false });
        const outputs = await outputsOf(examples);
        const [answer] = examples.answers(outputs);
        expected.push({ input, answer, outputs, truncated: examples.truncated > 0, processor });
      }
      return expected;
    },
  };
}

/**
 * What the model writes for the inputs that leave room for it. Sources that fill the encoder may have been
 * cut: transformers.js then leaves out the token that ends them, too, and writes otherwise.
 */
async function writtenAnswers(
  model: TextModel,
  inputs: readonly unknown[],
  processor: Processor,
): Promise<ExpectedAnswer[]> {
  const most = "maxTokens" in processor ? processor.maxTokens : Infinity;
  const fitting = inputs.filter((input) =>
    model.hasRoom(input, comparedTokens) && (model.sourceOf(input)?.length ?? 0) < most
  );
  const found = await model.generate(fitting, {
    maxNewTokens: comparedTokens,
    temperature: 0,
    beams: 1,
    answers: 1,
    logprobs: 2,
  });
  return fitting.map((input, i): ExpectedAnswer => {
    const { text, tokens, logprobs = [] } = found[i];
    const textOf = model.textsBehind(input);
    const steps = logprobs.map(({ top: [first, second] }, at) => ({
      text: textOf(tokens.slice(0, at + 1)),
      lead: second === undefined ? Infinity : first.logprob - second.logprob,
    }));
    const outputs = [new Float32Array(1)];
    const source = model.sourceOf(input);
    const prompt = model.promptOf(input);
    const written = { text, steps, tokens, prompt, ...(source ? { source } : {}) };
    return { input, answer: text, outputs, truncated: false, processor, written };
  });
}

/** Says what the readers of the targets cannot do, before anything is trained for them. */
export function sayLimits(
  targets: PlanSpec["targets"],
  task: AnyLabelledTask,
  { data, processor }: Pick<Assembled, "data" | "processor">,
): void {
  const splits = [data.train, data.test, ...(data.validation ? [data.validation] : [])];
  const hasLongRows = splits.some(({ rows, lengths, truncated }) =>
    lengths.length > rows || truncated > 0
  );
  for (const target of targets) {
    for (const limit of target.limits?.(task, { processor, hasLongRows }) ?? []) {
      say(`${target.name}: ${limit}`);
    }
  }
}
