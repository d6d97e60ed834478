import assert from "node:assert/strict";
import "@tensorflow/tfjs-backend-cpu";
import { tf } from "../../lib/engine/tf.ts";
import { displayOfTensor } from "../../lib/engine/tensor_display.ts";
import { assertSelfContained } from "../core/self_contained.ts";

Deno.test("shows shape, type, range and values of tensors of every rank", async () => {
  const before = tf.getBackend();
  await tf.setBackend("cpu");
  const shown = async (tensor: Parameters<typeof displayOfTensor>[0]) => {
    const bundle = await displayOfTensor(tensor);
    assertSelfContained(bundle);
    return bundle["text/plain"];
  };
  const matrix = tf.tensor2d([[1, 2.5], [3, NaN]]);
  const text = await shown(matrix);
  assert.match(text, /^tensor \[2, 2\] float32\n4 values, 1 … 3, mean 2\.1667, 1 not finite/);
  assert.match(text, /0 +1 +2\.5\n1 +3 +NaN/);
  assert.match(await shown(tf.scalar(7, "int32")), /^tensor \[\] int32\n1 values, 7 … 7/);
  assert.match(await shown(tf.tensor1d(["<b>", "b"], "string")), /<b>/);
  const complex = await shown(tf.complex([1, 2], [3, -4]));
  assert.match(complex, /^tensor \[2\] complex64\n2 values\n.*\n.*\n0 +1 \+ 3i +2 − 4i$/);
  const large = await shown(tf.ones([3, 10, 20]));
  assert.match(large, /shown: the first 6 of 10 rows, the first 8 of 20 columns, the first of 3/);
  matrix.dispose();
  assert.match((await displayOfTensor(matrix))["text/plain"], /memory was freed/);
  assert.match((await displayOfTensor(tf.tensor1d([])))["text/plain"], /empty/);
  if (before) await tf.setBackend(before);
});
