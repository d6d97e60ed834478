/**
 * A table of which a few ids take nearly all places, whose gradient counts them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Device, ops, type Program, tf, valueAndGradients } from "../../lib/engine/mod.ts";

/** How large the table is, how many ids there are, and how often the program is run. */
export interface RepeatedIds {
  readonly rows: number;
  readonly width: number;
  readonly count: number;
  readonly runs: number;
}

/** Checks the table's gradient on a device, every number of it. */
export async function checkRepeatedIds(
  device: Device,
  { rows, width, count, runs }: RepeatedIds,
): Promise<void> {
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
  const step = await device.compile(program, { frozen: () => new Float32Array() });
  const data = Int32Array.from({ length: count }, (_, i) => i % 7 === 0 ? i % rows : i % 2);
  const expected = new Float32Array(rows);
  for (const id of data) expected[id]++;
  const table = { shape: [rows, width], data: new Float32Array(rows * width) };
  for (let run = 0; run < runs; run++) {
    const { gradient } = await step.run({ table, ids: { shape: [count], data } });
    const found = gradient.data;
    assert.equal(found.length, rows * width);
    for (let at = 0; at < found.length; at++) {
      const row = Math.floor(at / width);
      if (found[at] !== expected[row]) assert.fail(`run ${run}, row ${row}: ${found[at]}`);
    }
  }
  await step.dispose();
}
