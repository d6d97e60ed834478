import assert from "node:assert/strict";
import { openDevice, ops, type Program, valueAndGradients } from "../../lib/engine/mod.ts";
import { tf } from "../../lib/engine/mod.ts";

/** Enough rows and columns for the runtime to share the work among its threads. */
const count = 2048;
const width = 384;
const repetitions = 20;

for (const rows of [2, 50, 1024, 1025, 30000]) {
  Deno.test(`the gradient of a table of ${rows} rows loses no id that occurs often`, async () => {
    const program: Program = {
      name: "table",
      inputs: {
        table: { role: "feed", type: "float32", shape: [rows, width] },
        ids: { role: "feed", type: "int32", shape: ["tokens"] },
      },
      compute({ table, ids }) {
        const sum = () => tf.sum(ops.embedding(table, ids));
        return { gradient: valueAndGradients(sum, { table }).gradients.table };
      },
    };
    const device = await openDevice("cpu");
    const step = await device.compile(program, { frozen: () => new Float32Array() });
    // A few ids take nearly all places.
    const data = Int32Array.from({ length: count }, (_, i) => i % 7 === 0 ? i % rows : i % 2);
    const expected = new Float32Array(rows);
    for (const id of data) expected[id]++;
    const table = { shape: [rows, width], data: new Float32Array(rows * width) };
    for (let run = 0; run < repetitions; run++) {
      const { gradient } = await step.run({ table, ids: { shape: [count], data } });
      for (let row = 0; row < rows; row++) {
        for (const column of [0, width >> 1, width - 1]) {
          assert.equal(
            gradient.data[row * width + column],
            expected[row],
            `run ${run}, row ${row}`,
          );
        }
      }
    }
    await step.dispose();
  });
}
