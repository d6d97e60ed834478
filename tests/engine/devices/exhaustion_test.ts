import assert from "node:assert/strict";
import { exhaustion } from "../../../lib/engine/devices/exhaustion.ts";

Deno.test("what says that memory ran out asks for a smaller batch", () => {
  for (
    const message of [
      "std::bad_alloc",
      "Non-zero status code: BFCArena::AllocateRawInternal(size_t) Available memory is smaller",
      "Failed to allocate memory for requested buffer of size 200000000000",
      "CUDA failure 2: out of memory",
      "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED",
      "OOM when allocating tensor with shape[1,1000000,50000]",
      "Array buffer allocation failed",
      "Invalid typed array length: 50000000000",
    ]
  ) {
    const cause = new Error(message);
    const error = exhaustion("step 3 on cpu", cause);
    assert.equal(error?.kind, "memory", message);
    assert.match(error.message, /^step 3 on cpu: out of memory\. Use a smaller batchSize/);
    assert.ok(error.message.includes(message));
    assert.equal(error.cause, cause);
  }
});

Deno.test("a full disk asks for space, not for a smaller batch", () => {
  for (
    const cause of [
      new Error("No space left on device (os error 28)"),
      new Error("ENOSPC: write"),
      Object.assign(new Error("write failed"), { code: "ENOSPC" }),
      new Error("Disk quota exceeded (os error 122)"),
    ]
  ) {
    const error = exhaustion("the weights", cause);
    assert.equal(error?.kind, "output", cause.message);
    assert.match(error.message, /TMPDIR/);
    assert.doesNotMatch(error.message, /batchSize/);
  }
});

Deno.test("other errors that speak of allocating are neither", () => {
  for (
    const message of [
      "Failed to find an allocator for the device",
      "the node 'local_response' is misallocated",
      "Invalid allocation planner option",
      "no such file",
    ]
  ) {
    assert.equal(exhaustion("step 3", new Error(message)), undefined, message);
  }
  assert.equal(exhaustion("step 3", undefined), undefined);
});
