/**
 * Tables and tensors that a notebook shows as a person wants to see them.
 *
 * @module
 */
import { jupyterDisplay, type MimeBundle } from "../core/display.ts";
import { displayOfTensor, type ShownTensor } from "../engine/tensor_display.ts";
import { tf } from "../engine/mod.ts";
import { type Table, tableFromColumns } from "../table/table.ts";
import { displayWithPictures } from "./table_pictures.ts";

/** Teaches arquero's tables and tensorflow.js' tensors to show themselves in a notebook. */
export function showTablesAndTensors(): void {
  const table = Object.getPrototypeOf(tableFromColumns({ any: [1] }));
  teach<Table>(table, displayWithPictures);
  teach<ShownTensor>(tf.Tensor.prototype, displayOfTensor);
}

function teach<Value>(
  prototype: object,
  display: (value: Value) => MimeBundle | Promise<MimeBundle>,
): void {
  Object.defineProperty(prototype, jupyterDisplay, {
    configurable: true,
    writable: true,
    // Not enumerable: a loop over a table's properties does not meet it.
    value(this: Value) {
      return display(this);
    },
  });
}
