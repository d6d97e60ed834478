import { onnxRuntime } from "../../lib/engine/devices/onnx_runtime.ts";
import { checkRepeatedIds } from "./repeated_ids.ts";

/** Threads that could each lose what another adds, whatever `TUNEBOOK_THREADS` says. */
const device = onnxRuntime("cpu", undefined, { threads: 2 });

for (const rows of [2, 50, 1024, 1025, 30000]) {
  Deno.test(`the gradient of a table of ${rows} rows loses no id that occurs often`, async () => {
    // Enough rows and columns for the runtime to share the work among its threads.
    await checkRepeatedIds(device, { rows, width: 384, count: 2048, runs: 20 });
  });
}
