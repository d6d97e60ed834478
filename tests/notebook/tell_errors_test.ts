import assert from "node:assert/strict";
import { TunebookError } from "../../lib/core/errors.ts";
import { queuedCell } from "../../lib/core/queued_cell.ts";
import { toldError } from "../../lib/notebook/tell_errors.ts";

const thrownOf = ({ name, message, stack }: Error) => ({ name, message, stack: stack! });
const never = () => false;

Deno.test("what tunebook says is told without frames, a bug with them", () => {
  const mistake = new TunebookError("data", "row 3: no label");
  assert.deepEqual(toldError(thrownOf(mistake), never), {
    name: "TunebookError",
    message: "row 3: no label",
    stack: "row 3: no label",
  });
  const bug = thrownOf(new TypeError("a is undefined"));
  assert.deepEqual(toldError(bug, never), bug);
  assert.match(bug.stack, /\n +at /);
});

Deno.test("a text that was thrown is shown, and control characters are written out", () => {
  const thrown = { name: "Error", message: "text", stack: "" };
  assert.equal(toldError(thrown, never).stack, "text");
  assert.equal(toldError({ ...thrown, stack: "Error: \x1b[2J" }, never).stack, "Error: \\u001b[2J");
});

Deno.test("in a cell behind a stop every error is one sentence", () => {
  const missing = thrownOf(new ReferenceError("result is not defined"));
  assert.deepEqual(toldError(missing, () => true), {
    name: "Stopped",
    message: queuedCell,
    stack: queuedCell,
  });
});
