import assert from "node:assert/strict";
import { dirname } from "node:path";
import { goldenPath } from "../models/golden.ts";
import { isGraphFile } from "../../lib/weights/graph/graph_file.ts";
import { graphReference, parseReference } from "../../lib/weights/reference.ts";
import { resolveModel } from "../../lib/weights/resolve_model.ts";

Deno.test("graphs are told by the names of their files", () => {
  for (const path of ["model.onnx", "a/MODEL.ONNX", "models/centernet.json"]) {
    assert.ok(isGraphFile(path), path);
  }
  for (const path of ["config.json", "a/model.safetensors.index.json", "model.gguf", "onnx"]) {
    assert.ok(!isGraphFile(path), path);
  }
});

Deno.test("a reference says where a graph is cut off and how its images are made", () => {
  const parsed = parseReference(
    "npm:@vladmandic/human@3.3.6#models/centernet.json?at=tower_0%2Fwh&size=96x128&mean=1,2,3&order=bgr",
  );
  assert.deepEqual(parsed, {
    kind: "npm",
    name: "@vladmandic/human",
    version: "3.3.6",
    subfolder: "models/centernet.json",
    graph: {
      head: { at: "tower_0/wh" },
      preprocessor: { size: [96, 128], mean: [1, 2, 3], order: "bgr" },
    },
  });
  assert.deepEqual(parseReference("file:a/model.onnx"), { kind: "file", path: "a/model.onnx" });
});

Deno.test("options become part of a reference, and those that are there stay", () => {
  const reference = graphReference("file:m.onnx?at=a&size=64&std=2", {
    head: { at: "b c" },
    preprocessor: { rescale: 1, mean: [1, 2, 3] },
  });
  assert.equal(reference, "file:m.onnx?at=b%20c&size=64&rescale=1&mean=1,2,3&std=2");
  assert.deepEqual(graphReference(reference, {}), reference);
  assert.throws(
    () => graphReference("npm:some-model", { head: { at: "a" } }),
    /some-model is none/,
  );
});

Deno.test("what a reference says wrongly of a graph is told at once", () => {
  assert.throws(
    () => parseReference("file:m.onnx?att=a&size=0&order=abc"),
    (error: Error) =>
      /no option att/.test(error.message) && /size/.test(error.message) &&
      /order/.test(error.message),
  );
  assert.throws(() => parseReference("file:m.onnx?at="), /at has no value/);
});

Deno.test("a graph is found with what is said of it", async () => {
  const path = goldenPath("graphs/layouts.onnx");
  const found = await resolveModel(`file:${path}?at=tokens`);
  assert.deepEqual(found, {
    reference: `file:${path}?at=tokens`,
    folder: dirname(path),
    config: path,
    weights: path,
    graph: { head: { at: "tokens" } },
  });
});
