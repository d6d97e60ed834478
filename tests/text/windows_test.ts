import assert from "node:assert/strict";
import { windowsOf } from "../../lib/text/windows.ts";

Deno.test("what fits is one window, an empty sequence too", () => {
  assert.deepEqual(windowsOf(0, 5, 2), [{ start: 0, end: 0 }]);
  assert.deepEqual(windowsOf(5, 5, 2), [{ start: 0, end: 5 }]);
  assert.deepEqual(windowsOf(3, 5, 9), [{ start: 0, end: 3 }]);
  assert.deepEqual(windowsOf(0, 0, 0), [{ start: 0, end: 0 }]);
});

Deno.test("windows are full, overlap by the stride and end with the sequence", () => {
  assert.deepEqual(windowsOf(6, 5, 2), [{ start: 0, end: 5 }, { start: 3, end: 6 }]);
  assert.deepEqual(windowsOf(8, 5, 2), [{ start: 0, end: 5 }, { start: 3, end: 8 }]);
  for (const [room, stride] of [[1, 0], [5, 0], [5, 4], [17, 3]]) {
    for (let length = room + 1; length < 60; length++) {
      const windows = windowsOf(length, room, stride);
      windows.forEach(({ start, end }, index) => {
        if (index === 0) assert.equal(start, 0);
        else assert.equal(windows[index - 1].end - start, stride);
        if (index < windows.length - 1) assert.equal(end - start, room);
        else assert.ok(end === length && end - start > stride && end - start <= room);
      });
    }
  }
});

Deno.test("a stride that leaves no progress and numbers that are none are refused", () => {
  assert.throws(() => windowsOf(9, 4, 4), { kind: "input", message: /a stride of 4 tokens/ });
  assert.throws(() => windowsOf(9, 0, 0), { kind: "input", message: /room for 0 of the 9/ });
  for (const wrong of [-1, 1.5, NaN]) {
    assert.throws(() => windowsOf(wrong, 4, 1), { kind: "input", message: /length is/ });
    assert.throws(() => windowsOf(9, wrong, 1), { kind: "input", message: /room is/ });
    assert.throws(() => windowsOf(9, 4, wrong), { kind: "input", message: /stride is/ });
  }
});
