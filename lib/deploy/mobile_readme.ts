/**
 * The README of a folder for phones: what its files are, and the lines that open them in apps.
 *
 * @module
 */
import type { OrtContents } from "../engine/mod.ts";

/** What the folder holds. */
export type MobileContents =
  | {
    readonly kind: "ort";
    /** The folder of the graphs. */
    readonly home: string;
    /** The files with their contents. */
    readonly contents: readonly (readonly [file: string, OrtContents])[];
    readonly input: "text" | "image";
  }
  | { readonly kind: "gguf"; readonly files: readonly string[] };

/** npm's names of the runtimes for React Native, which apps install. */
const reactNativePackage = "onnxruntime-react-native";
const llamaPackage = "llama.rn";

/** Its text. */
export function mobileReadme(given: MobileContents): string {
  return given.kind === "gguf" ? ggufReadme(given.files) : ortReadme(given);
}

function ortReadme({ home, contents, input }: Extract<MobileContents, { kind: "ort" }>): string {
  const [[file, { inputs, outputs }]] = contents;
  const rows = contents.map(([file, { inputs, outputs }]) =>
    `| \`${home}/${file}\` | ${inputs.join(", ")} | ${outputs.join(", ")} |`
  );
  const feeds = input === "text" ? textFeeds(inputs) : imageFeeds(inputs);
  return `# For ONNX Runtime Mobile

| file | inputs | outputs |
| --- | --- | --- |
${rows.join("\n")}

\`required_operators.config\` lists the operators of these files, for a build of ONNX Runtime that has no others
(\`--include_ops_by_config\`). The packages of the runtime have them all. \`config.json\` names the labels.${
    input === "text"
      ? " The ids of a text are those that `tokenizer.json` gives, which Hugging Face's tokenizers and " +
        "transformers.js read; they are int64."
      : ""
  }

## Android (Kotlin)
\`implementation("com.microsoft.onnxruntime:onnxruntime-android:1.22.0")\`

\`\`\`kotlin
import ai.onnxruntime.OnnxTensor
import ai.onnxruntime.OrtEnvironment
import java.nio.${input === "text" ? "LongBuffer" : "FloatBuffer"}

val environment = OrtEnvironment.getEnvironment()
val session = environment.createSession(assets.open("${file}").readBytes())
${feeds.kotlin}
session.run(feeds).use { results ->
    val ${outputs[0]} = (results.get("${outputs[0]}").get() as OnnxTensor).floatBuffer
}
\`\`\`

## iOS (Swift)
\`https://github.com/microsoft/onnxruntime-swift-package-manager\`

\`\`\`swift
import OnnxRuntimeBindings

let environment = try ORTEnv(loggingLevel: .warning)
let path = Bundle.main.path(forResource: "${file.replace(/\.ort$/, "")}", ofType: "ort")!
let session = try ORTSession(env: environment, modelPath: path, sessionOptions: nil)
${feeds.swift}
let results = try session.run(withInputs: feeds, outputNames: ["${outputs[0]}"], runOptions: nil)
let ${outputs[0]} = try results["${outputs[0]}"]!.tensorData() as Data // float32
\`\`\`

## React Native
\`npm install ${reactNativePackage}\`

\`\`\`ts
import { InferenceSession, Tensor } from "${reactNativePackage}";

const session = await InferenceSession.create(path); // of ${file} on the phone
${feeds.script}
const { ${outputs[0]} } = await session.run(feeds);
\`\`\`
`;
}

interface Feeds {
  readonly kotlin: string;
  readonly swift: string;
  readonly script: string;
}

/** A batch of one text; what is not ids is 1 for each of its tokens, or 0 for segments. */
function textFeeds(inputs: readonly string[]): Feeds {
  const valueOf = (name: string) =>
    name.endsWith("input_ids") ? "id" : name.includes("type") ? "0" : "1";
  const tokens = inputs.filter((name) => /(?:_ids|_mask)$/.test(name));
  const kotlin = tokens.map((name) => {
    const value = valueOf(name);
    const values = value === "id" ? "ids" : `LongArray(ids.size) { ${value} }`;
    return `    "${name}" to OnnxTensor.createTensor(environment, LongBuffer.wrap(${values}), shape),`;
  });
  const swift = tokens.map((name) => {
    const value = valueOf(name);
    const values = value === "id" ? "ids" : `[Int64](repeating: ${value}, count: ids.count)`;
    return `    "${name}": try tensor(${values}),`;
  });
  const script = tokens.map((name) => {
    const value = valueOf(name);
    return `  ${name}: tensor(ids.map((${value === "id" ? "id" : ""}) => BigInt(${value}))),`;
  });
  return {
    kotlin: `val shape = longArrayOf(1, ids.size.toLong()) // ids: LongArray
val feeds = mapOf(
${kotlin.join("\n")}
)`,
    swift: `func tensor(_ values: [Int64]) throws -> ORTValue {
    let data = NSMutableData(data: values.withUnsafeBytes { Data($0) })
    return try ORTValue(tensorData: data, elementType: .int64, shape: [1, values.count as NSNumber])
}
let feeds = [ // ids: [Int64]
${swift.join("\n")}
]`,
    script: `const tensor = (values: bigint[]) =>
  new Tensor("int64", BigInt64Array.from(values), [1, values.length]);
const feeds = { // ids: number[]
${script.join("\n")}
};`,
  };
}

/** One image, whose numbers \`preprocessor_config.json\` says how to make. */
function imageFeeds([name]: readonly string[]): Feeds {
  return {
    kotlin:
      `val shape = longArrayOf(1, 3, height, width) // pixels: FloatArray, as preprocessor_config.json says
val feeds = mapOf("${name}" to OnnxTensor.createTensor(environment, FloatBuffer.wrap(pixels), shape))`,
    swift:
      `let data = NSMutableData(data: pixels.withUnsafeBytes { Data($0) }) // pixels: [Float], as preprocessor_config.json says
let shape: [NSNumber] = [1, 3, height as NSNumber, width as NSNumber]
let feeds = ["${name}": try ORTValue(tensorData: data, elementType: .float, shape: shape)]`,
    script: `// pixels: Float32Array, as preprocessor_config.json says
const feeds = { ${name}: new Tensor("float32", pixels, [1, 3, height, width]) };`,
  };
}

function ggufReadme(files: readonly string[]): string {
  const [file] = files;
  return `# For llama.cpp on phones

${files.map((each) => `- \`${each}\``).join("\n")}

Each file is the whole model: weights, tokenizer, chat template and end tokens.

## React Native
\`npm install ${llamaPackage}\`

\`\`\`ts
import { initLlama } from "${llamaPackage}";

const context = await initLlama({ model: path, n_ctx: 2048 }); // of ${file} on the phone
const { text } = await context.completion({ prompt: "The film was", n_predict: 40 });
\`\`\`

## Android (Kotlin) and iOS (Swift)
llama.cpp has an app for each, \`examples/llama.android\` and \`examples/llama.swiftui\`, which open such a file:

\`\`\`kotlin
val engine = AiChat.getInferenceEngine(applicationContext)
engine.loadModel(File(filesDir, "${file}").path)
engine.sendUserPrompt("The film was").collect { token -> print(token) }
\`\`\`

\`\`\`swift
let context = try LlamaContext.create_context(path: path) // of ${file} in the bundle
await context.completion_init(text: "The film was")
while await !context.is_done { print(await context.completion_loop(), terminator: "") }
\`\`\`
`;
}
