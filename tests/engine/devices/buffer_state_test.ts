import assert from "node:assert/strict";
import { BufferState, type Carrier } from "../../../lib/engine/devices/buffer_state.ts";

const unused = () => {
  throw new Error("the layout moves no numbers");
};
const carrier: Carrier = { upload: unused, download: unused, dispose() {} };

Deno.test("slots of a group share chunks up to a size, in order and without gaps", () => {
  const slots = [
    { name: "a", shape: [3], group: "x" },
    { name: "b", shape: [2, 2], group: "y" },
    { name: "c", shape: [5], group: "x" },
    { name: "large", shape: [40], group: "x" },
    { name: "d", shape: [], group: "x" },
  ];
  const state = new BufferState(slots, ["parameters"], carrier, 10);
  assert.deepEqual(
    state.chunks.map(({ group, size, tensors }) => [
      group,
      size,
      tensors.map(({ tensor, offset, size }) => [tensor.name, offset, size]),
    ]),
    [
      ["x", 8, [["a", 0, 3], ["c", 3, 5]]],
      ["x", 40, [["large", 0, 40]]],
      ["x", 4, [["d", 0, 1]]],
      ["y", 4, [["b", 0, 4]]],
    ],
  );
  assert.equal(new Set(state.chunks.map(({ name }) => name)).size, state.chunks.length);
  assert.equal(state.find("parameters/c")?.placed.offset, 3);
  assert.equal(state.find("gradients/c"), undefined);
  assert.equal(state.find("parameters/e"), undefined);
  assert(state.hasVector("parameters") && !state.hasVector("gradients"));
});
