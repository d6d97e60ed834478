import assert from "node:assert/strict";
import { describeMachine, machineText } from "../../bench/machine.ts";

Deno.test("a machine is said with family, model, flags, threads and versions", () => {
  assert.equal(
    machineText({
      processor: "AMD EPYC",
      family: 25,
      model: 17,
      has: ["avx2", "avx512_bf16"],
      lacks: [],
      cores: 2,
      threads: 1,
      system: "linux x86_64",
      versions: { deno: "2.9.6", torch: "2.13.0" },
    }),
    "AMD EPYC, family 25, model 17; has avx2, avx512_bf16; lacks none; 2 cores, 1 thread a side; " +
      "linux x86_64; deno 2.9.6, torch 2.13.0",
  );
  const unknown = {
    processor: "unknown processor",
    cores: 4,
    threads: 4,
    system: "windows x86_64",
  };
  assert.equal(
    machineText({ ...unknown, versions: {} }),
    "unknown processor; its flags are not known; 4 cores, 4 threads a side; windows x86_64",
  );
  const { versions, threads } = describeMachine(3, { torch: "1" });
  assert.equal(threads, 3);
  assert.match(versions.onnxruntime, /^\d+\.\d+/);
  assert.equal(versions.torch, "1");
});
