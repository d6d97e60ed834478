import assert from "node:assert/strict";
import { openDevice } from "../../lib/engine/devices/open_device.ts";
import { kernels } from "../../lib/engine/kernels/mod.ts";
import { eightBit } from "../../lib/engine/kernels/eight_bit.ts";
import { inference } from "../../lib/engine/kernels/inference.ts";
import { tf } from "../../lib/engine/tf.ts";
import { trace } from "../../lib/engine/trace.ts";
import { crossEntropyCases } from "./kernels/cross_entropy_cases.ts";
import { elementwiseCases } from "./kernels/elementwise_cases.ts";
import { fusedCases } from "./kernels/fused_cases.ts";
import { indexingCases } from "./kernels/indexing_cases.ts";
import { layoutCases } from "./kernels/layout_cases.ts";
import { mapCases } from "./kernels/map_cases.ts";
import { matrixCases } from "./kernels/matrix_cases.ts";
import { quantizedCases, quantizedTables } from "./kernels/quantized_cases.ts";
import { reductionCases } from "./kernels/reduction_cases.ts";
import { assertClose, type Case, feedsOf, kernelsOf, programOf, runOn } from "./parity.ts";
import { runGraph } from "./run_graph.ts";

const families: Record<string, readonly Case[]> = {
  crossEntropy: crossEntropyCases,
  elementwise: elementwiseCases,
  fused: fusedCases,
  indexing: indexingCases,
  layout: layoutCases,
  maps: mapCases,
  matrix: matrixCases,
  quantized: [...quantizedCases, ...quantizedTables],
  reduction: reductionCases,
};
const all = Object.values(families).flat();
/** Kernels of tunebook's own, which eager backends compose, and a node that each must make. */
const ownKernels: Record<string, string> = {
  LayerNormalization: "LayerNormalization",
  After: "Reshape",
  RmsNormalization: "SimplifiedLayerNormalization",
  Silu: "QuickGelu",
  RotateHalves: "RotaryEmbedding",
  ClassCrossEntropy: "GatherElements",
  ClassCrossEntropyGrad: "ScatterElements",
  Block: "Slice",
  BlockIsThere: "Less",
  JoinBlocks: "Concat",
  NotBelow: "HardSigmoid",
  SumOfSquares: "ReduceSumSquare",
  Convolution: "Conv",
  ConvolutionTranspose: "Conv",
  ConvolutionWeight: "Conv",
  MaxPoolMaps: "MaxPool",
  MaxPoolMapsGrad: "ScatterElements",
  AveragePoolMaps: "AveragePool",
  ResizeMaps: "Resize",
  InstanceNormalization: "InstanceNormalization",
  ChannelAffine: "BatchNormalization",
  BatchNormalizationTraining: "BatchNormalization",
  BatchNormalization: "BatchNormalization",
  MatMulBnb4: "MatMulBnb4",
  MatMulNBits: "MatMulNBits",
};
const noWeights = () => new Float32Array();

Deno.test("every kernel of the table has cases, and they call it", async () => {
  // Others need more than a program: ops/cached_attention_test.ts, ops/eight_bit_mat_mul_test.ts.
  const missing = Object.keys(kernels).filter((name) =>
    !(name in inference) && !(name in eightBit) && !all.some(({ kernel }) => kernel === name)
  );
  assert.deepEqual(missing, []);
  for (const each of all) {
    const own = ownKernels[each.kernel];
    const called = own
      ? trace(programOf(each), noWeights, { processor: true }).nodes.map(({ op }) => op)
      : await kernelsOf(each);
    assert(
      called.includes(own ?? each.kernel),
      `${each.kernel} (${each.name}) calls ${called.join(", ")}`,
    );
  }
});

for (const [family, cases] of Object.entries(families)) {
  for (const [kernel, group] of Map.groupBy(cases, ({ kernel }) => kernel)) {
    Deno.test(`${family}: ${kernel} gives the same compiled as eager`, async () => {
      await compareAll(group, "cpu", "tfjs:cpu");
    });
  }
}

Deno.test("what is written otherwise for WebGPU computes the same", async () => {
  const names = [
    ...["Mod", "FloorDiv", "OneHot", "UnsortedSegmentSum", "ScatterNd"],
    ...["ClassCrossEntropy", "ClassCrossEntropyGrad", "MaxPoolMapsGrad"],
    ...["BatchNormalizationTraining", "ConvolutionTranspose"],
  ];
  const cases = all.filter(({ kernel }) => names.includes(kernel));
  const absent = new Set(["Mod", "OneHot", "FusedMatMul"]);
  for (const each of cases) {
    const program = programOf(each);
    const graph = trace(program, noWeights, { contrib: false, webgpu: true });
    const found = graph.nodes.map(({ op }) => op).filter((op) => absent.has(op));
    assert.deepEqual(found, [], program.name);
    const reference = each.wanted
      ? { out0: each.wanted }
      : await runOn("cpu", program, feedsOf(each));
    assertClose(await runGraph(graph, feedsOf(each)), reference, program.name);
  }
});

Deno.test("the wasm backend agrees with the compiled device", async () => {
  await openDevice("tfjs:wasm");
  const shared = all.filter(({ kernel, notOnWasm, wanted }) =>
    tf.getKernel(kernel, "wasm") && !notOnWasm && !wanted
  );
  assert(shared.length > all.length / 2, `only ${shared.length} of ${all.length} cases`);
  await compareAll(shared, "tfjs:wasm", "cpu");
});

/** Reports all cases that differ, not only the first. */
async function compareAll(cases: readonly Case[], found: string, wanted: string): Promise<void> {
  const different: string[] = [];
  for (const each of cases) {
    const program = programOf(each);
    try {
      const reference = each.wanted
        ? { out0: each.wanted }
        : await runOn(wanted, program, feedsOf(each));
      assertClose(await runOn(found, program, feedsOf(each)), reference, program.name);
    } catch (error) {
      different.push(
        error instanceof assert.AssertionError ? error.message : `${program.name}: ${error}`,
      );
    }
  }
  assert.deepEqual(different, []);
}
