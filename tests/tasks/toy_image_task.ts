/**
 * A task of one's own on images: one of two classes from a list of pixels. It is this file and nothing
 * else.
 *
 * @module
 */
import {
  classificationObjective,
  columnValues,
  joinOutputs,
  type LabelledTask,
  mistakes,
  type Predictions,
  predictionsOf,
  readLabels,
  sourceRows,
  tableFromColumns,
  type Task,
  TunebookError,
} from "tunebook";

/** An image of so many pixels on a side, row by row. */
type Pixels = readonly number[];
type ImageTask = Task<Predictions<"single">, Pixels, string>;

/** Classes of small images. */
export function toyImageTask(side: number): ImageTask {
  const task: ImageTask = {
    name: "toy-image-classification",
    kind: "single",
    settings: {},
    columns: ["pixels", "class"],
    stratify: "class",
    metric: "accuracy",
    lossSettings: [],
    checkRows(table, where) {
      const source = sourceRows(table, where);
      const wrong = columnValues(table, "pixels").flatMap((pixels, row) =>
        (pixels as Pixels).length === side * side ? [] : [`row ${source.numberOf(row)} is no image`]
      );
      if (wrong.length > 0) throw mistakes("data", `${source.where} cannot be read:`, wrong);
    },
    read: ({ train }) => withLabels(readLabels(train, "class", "single").names),
    withLabels,
    report: { texts: (table) => columnValues(table, "pixels").map(String) },
    preview: (table, row) => ({ text: "an image", label: String(table.get("class", row)) }),
  };
  function withLabels(
    labels: readonly string[],
  ): LabelledTask<Predictions<"single">, Pixels, string> {
    return {
      task,
      labels,
      head: { name: "classification", outputs: labels.length },
      signature: {
        pipeline: "image-classification",
        peftTaskType: "FEATURE_EXTRACTION",
        autoClass: "AutoModelForImageClassification",
        config: { id2label: { ...labels } },
      },
      tableOf: (inputs) => tableFromColumns({ pixels: inputs }, "the images"),
      // deno-lint-ignore require-await
      async examples(table, processor, { where, labelled = true }) {
        if (processor.input !== "image") throw new TunebookError("unsupported", "no image model");
        const images = columnValues(table, "pixels") as Pixels[];
        const ids = labelled
          ? readLabels(table, "class", "single", { names: labels, where }).ids
          : new Int32Array();
        const targets = new Float32Array(ids.length * labels.length);
        ids.forEach((id, row) => targets[row * labels.length + id] = 1);
        return {
          rows: images.length,
          lengths: new Int32Array(images.length).fill(1),
          truncated: 0,
          feedsOf: (rows) => ({
            pixel_values: {
              shape: [rows.length, side, side, 1],
              data: Float32Array.from(Array.from(rows, (row) => images[row]).flat()),
            },
          }),
          fingerprint: new Uint8Array(Float32Array.from([...images.flat(), ...ids]).buffer),
          objective: () =>
            classificationObjective({ kind: "single", outputs: labels.length, targets }),
          predictions: (outputs) =>
            predictionsOf({ kind: "single", labels, logits: joinOutputs(outputs), truth: ids }),
          answers: (outputs) => outputs.map((each) => labels[each.indexOf(Math.max(...each))]),
        };
      },
    };
  }
  return task;
}
