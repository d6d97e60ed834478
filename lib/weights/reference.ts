/**
 * References to models, as a person writes them: `tunebook:`, `npm:`, `hf:`, `file:`, `https:`, `new:`.
 *
 * @module
 */
import { shownValue } from "../core/shown_value.ts";
import { fileURLToPath } from "node:url";
import { TunebookError } from "../core/errors.ts";
import { isGguf } from "../core/gguf/read_gguf.ts";
import { isLoopback } from "../core/loopback.ts";
import { didYouMean } from "../core/nearest.ts";
import { isGraphFile } from "./graph/graph_file.ts";
import { type GraphOptions, graphQuery, parseGraphQuery } from "./graph/graph_options.ts";
import { pretrainedModels } from "./pretrained.ts";

/** Where a model comes from. */
export type Reference =
  | {
    /** A small model that comes with tunebook. */
    readonly kind: "tunebook";
    /** Its name, `english`. */
    readonly name: string;
  }
  | {
    readonly kind: "npm";
    /** `name` or `@scope/name`. */
    readonly name: string;
    /** The exact version; undefined takes what is installed. */
    readonly version?: string;
    /** The folder in the package, if it holds several models, or the file of a graph. */
    readonly subfolder?: string;
    /** What is said of a graph. */
    readonly graph?: GraphOptions;
  }
  | {
    readonly kind: "hf";
    /** `org/name`. */
    readonly repository: string;
    /** A branch, a tag or a commit. */
    readonly revision: string;
    /** The GGUF or ONNX file in the repository, if it was named. */
    readonly file?: string;
    /** What is said of a graph. */
    readonly graph?: GraphOptions;
  }
  | {
    readonly kind: "file";
    readonly path: string;
    /** What is said of a graph. */
    readonly graph?: GraphOptions;
  }
  | { readonly kind: "url"; readonly url: string }
  | {
    readonly kind: "new";
    /** The family, `gpt2`. */
    readonly modelType: string;
    /** Its sizes, `?hiddenSize=256&layers=4`; not checked yet. */
    readonly options: Readonly<Record<string, string | number | boolean>>;
  };

const hasScheme = /^[a-z]{2,}:/;

/**
 * A reference as it is, and the path of a folder as one; a single letter is a drive's.
 *
 * @example
 * ```ts
 * import { referenceOf } from "./reference.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(referenceOf("out/adapter"), "file:out/adapter");
 * assert.equal(referenceOf("hf:org/name"), "hf:org/name");
 * ```
 */
export function referenceOf(source: string): string {
  if (typeof source !== "string") throw unreadable(String(source), "it is no text");
  return hasScheme.test(source.trim()) ? source : `file:${source}`;
}

/**
 * Parses a reference. Throws an error of kind `input` that lists the forms.
 *
 * @example
 * ```ts
 * import { parseReference } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(parseReference("hf:google-bert/bert-base-uncased@v1"), {
 *   kind: "hf",
 *   repository: "google-bert/bert-base-uncased",
 *   revision: "v1",
 * });
 * ```
 */
export function parseReference(text: string): Reference {
  if (typeof text !== "string") throw unreadable(shownValue(text), "it is no text");
  const [, scheme = "", rest = ""] = /^([a-z]+):(.*)$/s.exec(text.trim()) ?? [];
  switch (scheme) {
    case "tunebook":
      return parseOwn(text, rest);
    case "npm": {
      const { path, graph } = graphIn(text, rest.replace("#", "/"));
      return { ...parseNpm(text, path), ...graph };
    }
    case "hf": {
      const { path, graph } = graphIn(text, rest);
      return { ...parseHub(text, path), ...graph };
    }
    case "file": {
      const { path, graph } = graphIn(text, rest);
      return { ...parseFile(text, path), ...graph };
    }
    case "https":
    case "http":
      return parseUrl(text, scheme);
    case "new":
      return parseNew(text, rest);
  }
  throw unreadable(text, scheme ? `"${scheme}:" is not known` : "it does not say where to look");
}

function parseOwn(text: string, name: string): Reference {
  if (Object.hasOwn(pretrainedModels, name)) return { kind: "tunebook", name };
  const names = Object.keys(pretrainedModels);
  throw unreadable(
    text,
    `tunebook brings no model "${name}"${didYouMean(name, names)}; it brings ${names.join(", ")}`,
  );
}

const NPM_NAME = String.raw`(?:@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*`;
const NPM_VERSION = String.raw`\d+\.\d+\.\d+(?:[-+][\w.+-]+)?`;

function parseNpm(text: string, rest: string): Reference {
  const found = new RegExp(`^(${NPM_NAME})(?:@([^/]+))?(?:/(.+))?$`).exec(rest);
  if (!found) {
    throw unreadable(text, "the package's name is not one that npm allows");
  }
  const [, name, version, subfolder] = found;
  if (version !== undefined && !new RegExp(`^${NPM_VERSION}$`).test(version)) {
    throw unreadable(text, `"${version}" is not an exact version such as 1.2.3`);
  }
  if (subfolder !== undefined && !isInside(subfolder)) {
    throw unreadable(text, `"${subfolder}" is not a folder inside the package`);
  }
  return { kind: "npm", name, version, subfolder: subfolder?.replace(/\/+$/, "") };
}

function parseHub(text: string, rest: string): Reference {
  const found = /^([^@]+)(?:@(.*))?$/s.exec(rest);
  const [, repository = "", file] = /^([^/]*\/[^/]*)\/(.+)$/.exec(found?.[1] ?? "") ??
    ["", found?.[1]];
  if (!/^\w[\w.-]*\/\w[\w.-]*$/.test(repository) || /\.\.|--/.test(repository)) {
    throw unreadable(text, `"${repository}" is not an org/name of the hub`);
  }
  const revision = found?.[2] ?? "main";
  if (!/^[\w][\w./-]*$/.test(revision) || !isInside(revision)) {
    throw unreadable(text, `"${revision}" is not a branch, a tag or a commit`);
  }
  if (file === undefined) return { kind: "hf", repository, revision };
  const isWhole = isGguf(file) || /\.onnx$/i.test(file);
  if (!isWhole || !isInside(file)) {
    throw unreadable(
      text,
      `"${file}" is neither a GGUF nor an ONNX file; other models are named without a file`,
    );
  }
  return { kind: "hf", repository, revision, file };
}

/** The path of a graph without what is said of it; other paths as they are. */
function graphIn(text: string, rest: string): { path: string; graph?: { graph: GraphOptions } } {
  const [, path, query] = /^([^?]*)\?(.*)$/s.exec(rest) ?? [];
  if (path === undefined || !isGraphFile(path)) return { path: rest };
  const graph = parseGraphQuery(query);
  if (!Array.isArray(graph)) return { path, graph: { graph } };
  throw unreadable(text, graph.map(({ told }) => told((name) => name)).join("; "));
}

/**
 * A graph's reference with options as one text: `file:model.onnx?at=features`; those that the text has already
 * are replaced.
 */
export function graphReference(text: string, options: GraphOptions): string {
  const parsed = parseReference(text);
  const path = text.split("?")[0];
  const { kind } = parsed;
  const isGraph = (kind === "npm" || kind === "file" || kind === "hf") && isGraphFile(path);
  if (!isGraph) {
    throw new TunebookError(
      "input",
      `head and preprocessor are for graphs, such as file:model.onnx; ${text} is none`,
    );
  }
  const { head, preprocessor } = options;
  return path + graphQuery({
    head: { ...parsed.graph?.head, ...head },
    preprocessor: { ...parsed.graph?.preprocessor, ...preprocessor },
  });
}

function parseFile(text: string, rest: string): Reference {
  if (rest === "") throw unreadable(text, "the path is empty");
  if (!rest.startsWith("//")) return { kind: "file", path: rest };
  try {
    return { kind: "file", path: fileURLToPath(`file:${rest}`) };
  } catch {
    throw unreadable(text, "it is not a file URL of this machine");
  }
}

function parseUrl(text: string, scheme: string): Reference {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    throw unreadable(text, "it is not a valid URL");
  }
  if (scheme === "http" && !isLoopback(url.hostname)) {
    throw unreadable(text, "http: is only for this machine; write https:");
  }
  if (url.username || url.password) {
    throw unreadable(text, "a URL may not hold a password");
  }
  return { kind: "url", url: url.href };
}

function parseNew(text: string, rest: string): Reference {
  const [, modelType, query = ""] = /^([a-z][\w-]*)(?:\?(.*))?$/.exec(rest) ?? [];
  if (modelType === undefined) throw unreadable(text, `"${rest}" is not a family such as gpt2`);
  const options: Record<string, string | number | boolean> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (value === "" || Object.hasOwn(options, name)) {
      throw unreadable(text, `${name} ${value === "" ? "has no value" : "is given twice"}`);
    }
    const isFlag = value === "true" || value === "false";
    options[name] = isFlag ? value === "true" : Number.isNaN(Number(value)) ? value : Number(value);
  }
  return { kind: "new", modelType, options };
}

/** `new:gpt2` with options as one text; options that the text has already are replaced. */
export function newReference(text: string, options: Readonly<Record<string, unknown>>): string {
  const parsed = parseReference(text);
  if (parsed.kind !== "new") return text;
  const given = Object.entries({ ...parsed.options, ...options })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return `new:${parsed.modelType}${given.length > 0 ? `?${given.join("&")}` : ""}`;
}

function isInside(path: string): boolean {
  return !path.split(/[/\\]/).some((part, i, parts) =>
    part === ".." || part === "." || (part === "" && i < parts.length - 1)
  );
}

function unreadable(text: string, why: string): TunebookError {
  return new TunebookError(
    "input",
    `cannot read the model reference "${text}": ${why}. The forms are:
  tunebook:${
      Object.keys(pretrainedModels).join(", ").padEnd(46)
    }a small model that comes with tunebook
  npm:package@1.2.3 or npm:@scope/package@1.2.3/folder   a package of this project
  hf:org/name or hf:org/name@revision                    the Hugging Face Hub
  file:./folder, file:/folder or file:///folder          this machine
  https://server/folder or https://server/model.safetensors
  new:gpt2?hiddenSize=256&layers=4                       a new model, made from the training data
  hf:org/name/model.gguf, file:./model.gguf and so on    one GGUF file
  file:./model.onnx, npm:package@1.2.3#model.json,
  hf:org/name/onnx/model.onnx                            a graph: ONNX, or tensorflow.js`,
  );
}
