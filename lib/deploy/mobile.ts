/**
 * Deploys a model for apps on phones: in ONNX Runtime's own format, or as GGUF for what writes texts.
 *
 * @module
 */
import { basename, join } from "node:path";
import { checkOptions } from "../core/check_options.ts";
import { writeFileAtomic } from "../core/atomic.ts";
import { TunebookError } from "../core/errors.ts";
import { notNegative, positive, record, type Rules, someOf } from "../core/option_rules.ts";
import { openOnnxFile, type OrtContents, writeOrtFile } from "../engine/mod.ts";
import { checkFolder, pipelineChecks, settingChecks } from "./checks/mod.ts";
import { hasGgufForm } from "./gguf/check_model.ts";
import { gguf, type GgufOptions } from "./gguf.ts";
import { mobileReadme } from "./mobile_readme.ts";
import { graphFilesOf, graphFolder, onnx, type OnnxOptions } from "./onnx.ts";
import { type OnnxDtype, onnxDtypes } from "./onnx_dtype.ts";
import { onnxGraphsOf } from "./onnx_graph.ts";
import { checkTargetFolder, type DeployTarget, type TargetForm } from "./target.ts";
import type { TrainedModel } from "./trained_model.ts";

/** How to write the model; the words are those of {@link OnnxOptions}. */
export type MobileOptions = Omit<OnnxOptions, "floatLayers">;

const rules: Rules<MobileOptions> = {
  dtypes: someOf(onnxDtypes),
  calibration: record,
  mostDrift: positive,
  mostScoreLoss: notNegative,
};

/** The same numbers in GGUF. */
const formats = {
  fp32: "F32",
  fp16: "F16",
  q8: "Q8_0",
  int8: undefined,
  q4: "Q4_0",
  q4f16: "Q4_0",
} as const;

/** What the runtime's tools call the list beside a model. */
const operatorsFile = "required_operators.config";

/**
 * A folder for an app. Models that answer are in the format of ONNX Runtime Mobile, `onnx/model.ort`, with
 * `required_operators.config`, from which a build of the runtime is made that has these operators and no others.
 * Language models of the types that `gguf` writes are `model-F16.gguf`, for llama.cpp and llama.rn. `README.md`
 * has the lines that open and ask them in Kotlin, Swift and React Native.
 *
 * `dtypes` are as for `onnx`; in GGUF `fp16` is F16, `q8` is Q8_0, `q4` and `q4f16` are Q4_0. Throws an error of
 * kind "output" for models above 2 GB, which ONNX Runtime's format does not hold.
 *
 * @example
 * ```ts
 * import { mobile } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(mobile("out/reviews-mobile", { dtypes: ["q8"] }).name, "mobile");
 * ```
 */
export function mobile(folder: string, options: MobileOptions = {}): DeployTarget {
  checkTargetFolder("mobile", folder);
  checkOptions("mobile", options, rules);
  const whole = onnx(folder, options);
  const { dtypes } = options;
  return {
    ...whole,
    name: "mobile",
    isPublic: true,
    formsOf: (trained) =>
      hasGgufForm(trained.trainable)
        ? ggufForms(options)
        : (dtypes ?? [undefined]).map((dtype) => ortForm(whole, trained, dtype)),
    async check(trainable, about) {
      if (!hasGgufForm(trainable)) return;
      if (dtypes?.includes("int8")) {
        throw new TunebookError(
          "unsupported",
          "mobile writes this model as GGUF, which has no int8 with ranges of activations; write q8",
        );
      }
      for (const { target } of ggufFiles(options)) await target.check?.(trainable, about);
    },
    limits: () => [],
    async write(trained, folder) {
      const { model } = trained.trainable;
      if (hasGgufForm(trained.trainable)) {
        for (const { file, target } of ggufFiles(options)) {
          await target.write(trained, join(folder, file));
        }
        const files = ggufFiles(options).map(({ file }) => file);
        await writeFileAtomic(join(folder, "README.md"), mobileReadme({ kind: "gguf", files }));
        return;
      }
      await whole.write(trained, folder);
      const home = join(folder, graphFolder(model));
      const contents: [string, OrtContents][] = [];
      for (const dtype of dtypes ?? [undefined]) {
        for (const file of graphFilesOf(trained, dtype)) {
          contents.push([ortName(file), await toOrt(home, file)]);
        }
      }
      const operators = operatorList(contents.map(([, { operators }]) => operators));
      await writeFileAtomic(join(folder, operatorsFile), operators);
      await writeFileAtomic(
        join(folder, "README.md"),
        mobileReadme({
          kind: "ort",
          home: graphFolder(model),
          contents,
          input: model.family.input,
        }),
      );
    },
  };
}

const ortName = (file: string) => file.replace(/\.onnx$/, ".ort");

/** Puts a file in the runtime's format in the place of an ONNX file. */
async function toOrt(home: string, file: string): Promise<OrtContents> {
  for await (const { name } of Deno.readDir(home)) {
    if (!name.startsWith(`${file}_data`)) continue;
    throw new TunebookError(
      "output",
      `${
        basename(file)
      } is near 2 GB, which ONNX Runtime's format for phones does not hold; write ` +
        'fewer bits, { dtypes: ["q8"] }',
    );
  }
  const contents = await writeOrtFile(join(home, file), join(home, ortName(file)));
  await Deno.remove(join(home, file));
  return contents;
}

/** All operators of several files, a line for each domain. */
function operatorList(files: readonly (readonly string[])[]): string {
  const all = new Map<string, Set<string>>();
  for (const line of files.flat()) {
    const [domain, version, names] = line.split(";");
    const key = `${domain};${version}`;
    all.set(key, new Set([...all.get(key) ?? [], ...names.split(",")]));
  }
  const lines = [...all].map(([key, names]) => `${key};${[...names].sort().join(",")}`);
  return `# Operators of the models in this folder, for a build of ONNX Runtime that has no others
${lines.sort().join("\n")}
`;
}

/** The files of a type in the runtime's format, opened by the runtime. */
function ortForm(
  whole: DeployTarget,
  trained: TrainedModel,
  dtype: OnnxDtype | undefined,
): TargetForm {
  const { openInWasm: _, ...form } =
    whole.formsOf?.(trained).find((each) => each.dtype === dtype) ??
      whole;
  const { model } = trained.trainable;
  const checks = model.family.component ? pipelineChecks : settingChecks;
  const home = graphFolder(model);
  const files = graphFilesOf(trained, dtype).map(ortName);
  return {
    ...form,
    filesOf: () => files.map((file) => `${home}/${file}`),
    async reopen(trained, folder, device) {
      const sessions = await Promise.all(
        files.map((file) => openOnnxFile(join(folder, home, file))),
      );
      return await onnxGraphsOf(trained).opened(sessions, device);
    },
    inspect: async (trained, folder, { table }) => ({
      settings: await checkFolder(checks, folder, { trained, table }),
    }),
  };
}

/** GGUF files by name, each with the target that writes it. */
function ggufFiles({ dtypes = ["fp16"], mostDrift }: MobileOptions) {
  return [...new Set(dtypes.flatMap((dtype) => formats[dtype] ?? []))].map((format) => {
    const rounds = format === "Q8_0" || format === "Q4_0";
    const options: GgufOptions = {
      format,
      ...(rounds && mostDrift !== undefined ? { mostDrift } : {}),
    };
    const file = `model-${format}.gguf`;
    return { file, target: gguf(file, options) };
  });
}

function ggufForms(options: MobileOptions): TargetForm[] {
  return ggufFiles(options).map(({ file, target }) => ({
    ...target,
    ...(options.mostScoreLoss === undefined ? {} : { mostScoreLoss: options.mostScoreLoss }),
    filesOf: () => [file],
    reopen: (trained, folder, device) => target.reopen(trained, join(folder, file), device),
    inspect: (trained, folder, proof) => target.inspect!(trained, join(folder, file), proof),
  }));
}
