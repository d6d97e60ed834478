import assert from "node:assert/strict";
import type { ort } from "../../../lib/engine/ort.ts";
import type { Session } from "../../../lib/engine/devices/session.ts";
import { BufferState, type Carrier } from "../../../lib/engine/devices/buffer_state.ts";

const unused = () => {
  throw new Error("the layout moves no numbers");
};
const carrier: Carrier = { upload: unused, copy: unused, download: unused, dispose() {} };

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

Deno.test("what a session made is copied before it goes, and every buffer is freed once", async () => {
  const freed: string[] = [];
  const buffer = (name: string) =>
    ({ name, dispose: () => freed.push(name) }) as unknown as ort.Tensor;
  const session = (): Session => ({ run: unused, release: unused });
  const [first, second] = [session(), session()];
  const slots = [{ name: "a", shape: [4], group: "x" }, { name: "b", shape: [4], group: "y" }];
  const state = new BufferState(slots, ["parameters"], {
    ...carrier,
    copy: (tensor) => Promise.resolve(buffer(`copy of ${(tensor as { name?: string }).name}`)),
  });
  const [x, y] = state.chunks;
  state.replace("parameters", x, buffer("old"), first);
  state.replace("parameters", x, buffer("x"), first);
  state.replace("parameters", y, buffer("y"), second);
  assert.deepEqual(freed, ["old"]);
  await state.leave(first);
  assert.deepEqual(freed, ["old", "x"]);
  await state.leave(first);
  state.dispose();
  await state.leave(second);
  assert.deepEqual(freed, ["old", "x", "copy of x", "y"]);
});
