/**
 * Deploys one base with adapters that take turns on it, for browsers: the base is downloaded once, and
 * each adapter is a small file.
 *
 * @module
 */
import { join, relative, resolve } from "node:path";
import { checkOptions } from "../core/check_options.ts";
import { type Mistake, optionMistake, TunebookError } from "../core/errors.ts";
import { writeFileAtomic } from "../core/atomic.ts";
import { record, type Rules, text } from "../core/option_rules.ts";
import { type OnnxSession, openOnnxFile, sizeOf, writeOnnxFile } from "../engine/mod.ts";
import { sharedAdapter } from "../adapters/several/shared_adapter.ts";
import { fedAdapterProgram } from "../nn/fed_adapter_program.ts";
import { continuesTexts, frozenWeights } from "../nn/model.ts";
import { exportedReader } from "../nn/run_over.ts";
import { targetModulesOf } from "../nn/target_modules.ts";
import type { LabelledTask } from "../nn/task.ts";
import { type TrainableModel, withFrozen } from "../nn/trainable_model.ts";
import { readAdapterFile, writeAdapterFile } from "./adapters/adapter_file.ts";
import { compareOthers } from "./adapters/compare_others.ts";
import { askWithAdapters, openAdaptersInWasm } from "./adapters/open_adapters.ts";
import { otherAdapters } from "./adapters/other_adapters.ts";
import { listFile, wrapper, wrapperFile } from "./adapters/wrapper.ts";
import { checkFolder, settingChecks } from "./checks/mod.ts";
import { writeModelFiles } from "./model_folder.ts";
import { closingOf, pairLayoutOf, readerType, writeReaderTokenizer } from "./reader_files.ts";
import { checkTargetFolder, type DeployTarget } from "./target.ts";

/** Which adapters are written. */
export interface AdaptersOptions {
  /** What the trained adapter is called; `trained` unless given. */
  readonly name?: string;
  /**
   * Adapters of earlier trainings for the same task on the same base: PEFT folders by name, such as
   * `adapter(folder)` writes.
   */
  readonly others?: Readonly<Record<string, string>>;
}

const rules: Rules<AdaptersOptions> = { name: text, others: record };
const usualName = "trained";
/** Names are those of files. */
const fileName = /^[\w-]+$/;
/** As for `onnx` in float32: the same sums in another order. */
const tolerance = 1e-3;

function nameMistakes(
  target: string,
  { name = usualName, others = {} }: AdaptersOptions,
): Mistake[] {
  const wrong: Mistake[] = [];
  if (!fileName.test(name)) {
    wrong.push(optionMistake("name", "may have letters, digits, _ and - only"));
  }
  for (const [other, folder] of Object.entries(others)) {
    if (!fileName.test(other)) {
      wrong.push(
        optionMistake("others", `has "${other}", but names may have letters, digits, _ and - only`),
      );
    }
    if (typeof folder !== "string" || folder === "") {
      wrong.push(optionMistake("others", `has no folder for ${other}`));
    } else if (isWithin(target, folder)) {
      wrong.push(optionMistake("others", `has ${other} in ${target}, which is written anew`));
    }
    if (other === name) wrong.push(optionMistake("others", `has ${name}, the trained one's name`));
  }
  return wrong;
}

/** Whether a path is a folder or lies in it. */
function isWithin(folder: string, path: string): boolean {
  return !/^\.\.(?:[/\\]|$)/.test(relative(resolve(folder), resolve(path)));
}

/**
 * A transformers.js folder whose graph takes the adapter as inputs: `onnx/model.onnx` with the base,
 * `adapters/NAME.safetensors` with the low-rank matrices and the head, `adapters.json` with what their numbers
 * mean, and `adapters.js`, a few lines of plain JavaScript that switch them without opening the model anew.
 *
 * For models of texts that answer in one pass, and for methods that change linear layers and norms: LoRA and what
 * comes down to it, (IA)³, BitFit. Every adapter's answers are compared with its own model's.
 *
 * @example
 * ```ts
 * import { adapters } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const target = adapters("out/app", { name: "films", others: { phones: "out/phones/adapter" } });
 * assert.equal(target.folder, "out/app");
 * ```
 */
export function adapters(folder: string, options: AdaptersOptions = {}): DeployTarget {
  checkTargetFolder("adapters", folder);
  checkOptions("adapters", options, rules, () => nameMistakes(folder, options));
  const { name = usualName, others = {} } = options;
  const fedFrom =
    (session: Pick<OnnxSession, "run">, feeds: Awaited<ReturnType<typeof readAdapterFile>>) =>
    (batch: Parameters<OnnxSession["run"]>[0]) => session.run({ ...batch, ...feeds });
  const ownFile = (folder: string) => join(folder, fileOf(name));
  return {
    name: "adapters",
    isPublic: true,
    folder,
    ...(Object.keys(options).length > 0 ? { options: { ...options } } : {}),
    tolerance,
    async check(trainable, about) {
      checkAdapted(trainable);
      await otherAdapters(others, trainable.model, about);
    },
    async write(trained, folder) {
      const { trainable: { model, adapter: attached, objective }, values } = trained;
      const beside = await otherAdapters(others, model, trained);
      // Its head has been trained.
      const own = sharedAdapter(name, {
        model,
        attached: { ...attached, initialWeights: values },
        values,
      });
      const all = [{ name, model, adapter: own, task: trained.task }, ...beside];
      const targets = all.reduce(
        (known, { adapter: { delta } }) => targetModulesOf(delta, known),
        targetModulesOf(own.delta),
      );
      const pairs = pairLayoutOf(model, trained);
      const program = fedAdapterProgram(model, targets, objective, {
        closing: closingOf(model, trained),
      });
      await Deno.mkdir(join(folder, "onnx"));
      await Deno.mkdir(join(folder, "adapters"));
      await writeOnnxFile(join(folder, graphFile), program, frozenWeights(model), { pairs });
      for (const { name, model, adapter } of all) {
        await writeAdapterFile(join(folder, fileOf(name)), { model, targets, adapter });
      }
      await writeFileAtomic(join(folder, listFile), listOf(all));
      await writeFileAtomic(join(folder, wrapperFile), wrapper);
      await writeModelFiles(trained, folder, {
        ...readerType(model),
        "transformers.js_config": { dtype: "fp32" },
      });
      await writeReaderTokenizer(folder, model, { cutsPairs: pairs !== undefined });
    },
    async reopen({ trainable: { objective } }, folder) {
      const session = await openOnnxFile(join(folder, graphFile));
      return {
        run: fedFrom(session, await readAdapterFile(ownFile(folder))),
        read: exportedReader(objective),
        dispose: () => session.dispose(),
      };
    },
    filesOf: () => [graphFile, fileOf(name)],
    openInWasm: async (trained, folder) =>
      await openAdaptersInWasm(trained, folder, {
        name,
        feeds: await readAdapterFile(ownFile(folder)),
        tolerance,
      }),
    async inspect(trained, folder, proof) {
      const { table } = proof;
      const settings = await checkFolder(settingChecks, folder, { trained, table });
      const beside = await otherAdapters(others, trained.trainable.model, trained);
      await compareOthers(beside, proof, trained, {
        graph: join(folder, graphFile),
        fileOf: (name) => join(folder, fileOf(name)),
        tolerance,
      });
      const answers = await askWithAdapters(trained, folder, proof, { name, tolerance });
      return answers ? { settings, answers } : { settings };
    },
  };
}

const graphFile = "onnx/model.onnx";
const fileOf = (name: string) => `adapters/${name}.safetensors`;

/** What the wrapper reads, the first adapter first. */
function listOf(
  all: readonly { readonly name: string; readonly task: Pick<LabelledTask, "signature"> }[],
): string {
  const adapters = Object.fromEntries(
    all.map(({ name, task }) => [name, { file: fileOf(name), config: task.signature.config }]),
  );
  return JSON.stringify({ adapters }, null, 2) + "\n";
}

/** Throws an error of kind "unsupported" for what cannot be fed as an adapter. */
function checkAdapted({ model, adapter }: Pick<TrainableModel, "model" | "adapter">): void {
  const refused = (why: string) =>
    new TunebookError("unsupported", `${why}; write the whole model with onnx(folder)`);
  const { family, quantized } = model;
  if (family.input !== "text" || family.decoder || continuesTexts(model)) {
    throw refused("adapters are for models that read a text and answer in one pass");
  }
  if (quantized) throw refused("the base is held in fewer bits");
  if (!adapter.delta) throw refused("this method does not say what it adds to a base");
  // What a method does says less than what it is made of: any numbers show it.
  const zeros = new Map(
    adapter.parameters.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))]),
  );
  const { prompt, prefix } = adapter.delta(withFrozen(adapter, zeros));
  if (prompt ?? prefix) throw refused("this method puts virtual tokens before texts");
}
