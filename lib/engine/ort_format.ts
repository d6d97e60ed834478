/**
 * ONNX Runtime's own format, which its small builds for phones read: the graph after the runtime's fusions, in
 * a FlatBuffer. The runtime itself writes it.
 *
 * Specification: https://onnxruntime.ai/docs/performance/model-optimizations/ort-format-models.html
 *
 * @module
 */
import { ort } from "./ort.ts";
import { messageOf, TunebookError } from "../core/errors.ts";
import { contribDomain } from "./graph.ts";
import { readOnnx } from "./onnx_reader.ts";
import { standardVersion } from "./onnx_writer.ts";

/** What a build of the runtime must have to run a file, and how the file is fed. */
export interface OrtContents {
  /** Operators by domain and its version, sorted, as the runtime's tools list them: `ai.onnx;18;Add,Gemm`. */
  readonly operators: readonly string[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Fusions that hold on every processor; the runtime's last level lays numbers out for this one. */
const graphOptimizationLevel = "extended";
/** Runtime warnings are not for people who deploy. */
const errorsOnly = 3;

/**
 * Writes an ONNX file without weights beside it in the runtime's format.
 *
 * @throws TunebookError of kind "output" where the runtime cannot write it
 */
export async function writeOrtFile(onnxPath: string, path: string): Promise<OrtContents> {
  const optimised = `${path}.onnx`;
  try {
    await saved(onnxPath, path, "ORT");
    await saved(onnxPath, optimised, "ONNX");
    const { nodes, inputs, outputs } = readOnnx(
      await Deno.readFile(optimised),
      optimised,
      () => {
        throw new TunebookError("output", `${onnxPath} has weights beside it`);
      },
    );
    return {
      operators: listed(nodes),
      inputs: inputs.map(({ name }) => name),
      outputs: [...outputs],
    };
  } catch (error) {
    throw new TunebookError(
      "output",
      `${onnxPath} cannot be written in ONNX Runtime's format: ${messageOf(error)}`,
      { cause: error },
    );
  } finally {
    await Deno.remove(optimised).catch(() => {}); // It may not be there.
  }
}

async function saved(from: string, to: string, format: "ORT" | "ONNX"): Promise<void> {
  const session = await ort.InferenceSession.create(from, {
    executionProviders: ["cpu"],
    optimizedModelFilePath: to,
    graphOptimizationLevel,
    logSeverityLevel: errorsOnly,
    extra: { session: { save_model_format: format } },
  });
  await session.release();
}

function listed(nodes: readonly { readonly domain: string; readonly op: string }[]): string[] {
  const versions: Readonly<Record<string, number>> = { [contribDomain]: 1 };
  return [...Map.groupBy(nodes, ({ domain }) => domain)].map(([domain, own]) => {
    const names = [...new Set(own.map(({ op }) => op))].sort();
    const version = domain === "" ? standardVersion : versions[domain] ?? 1;
    return `${domain === "" ? "ai.onnx" : domain};${version};${names.join(",")}`;
  }).sort();
}
