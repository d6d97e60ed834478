/**
 * A task of one's own on texts: how many words a text has. It is this file and nothing else.
 *
 * @module
 */
import {
  classificationObjective,
  columnValues,
  encodeRows,
  joinOutputs,
  type LabelledTask,
  type Predictions,
  predictionsOf,
  tableFromColumns,
  type Task,
  textColumn,
  textExamples,
  textFingerprint,
  textProcessor,
} from "tunebook";

type CountTask = Task<Predictions<"regression">, string, number>;

/** The number of words, in tens. */
export function toyTextTask(): CountTask {
  const wordsOf = (text: string) => text.split(" ").length / 10;
  const task: CountTask = {
    name: "toy-word-count",
    kind: "regression",
    settings: {},
    columns: ["text"],
    metric: "mse",
    lossSettings: [],
    checkRows: (table, where) => void textColumn(table, "text", { where }),
    read: () => labelled,
    withLabels: () => labelled,
    report: { texts: (table) => columnValues(table, "text") },
    preview: (table, row) => ({ text: String(table.get("text", row)), label: "" }),
  };
  const labelled: LabelledTask<Predictions<"regression">, string, number> = {
    task,
    labels: ["tens of words"],
    head: { name: "classification", outputs: 1 },
    signature: {
      pipeline: "text-classification",
      peftTaskType: "SEQ_CLS",
      autoClass: "AutoModelForSequenceClassification",
      config: { problem_type: "regression" },
    },
    tableOf: (inputs) => tableFromColumns({ text: inputs }, "the texts"),
    async examples(table, processor, { where }) {
      const own = textProcessor(task.name, processor);
      const { tokenizer, maxTokens } = own;
      const encoded = await encodeRows(table, tokenizer, { text: "text", maxTokens, where });
      const { examples: sequences, truncated } = encoded;
      const targets = Float32Array.from(textColumn(table, "text"), wordsOf);
      return {
        ...textExamples({ rows: sequences.length, sequences, truncated }, own),
        fingerprint: textFingerprint(sequences, targets),
        objective: () => classificationObjective({ kind: "regression", outputs: 1, targets }),
        predictions: (outputs) =>
          predictionsOf({
            kind: "regression",
            labels: ["tens of words"],
            logits: joinOutputs(outputs),
            truth: targets,
          }),
        answers: (outputs) => outputs.map(([tens]) => Math.round(10 * tens)),
      };
    },
  };
  return task;
}
