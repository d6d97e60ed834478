/**
 * The ways in which a person installs the package.
 *
 * @module
 */

/** A way. */
export interface Installation {
  readonly name: string;
  /** Files that the project has before. */
  readonly files: Readonly<Record<string, string>>;
  /** The command. */
  readonly command: readonly [program: string, ...args: string[]];
  /** The command that adds a further package, without its name. */
  readonly add: readonly [program: string, ...args: string[]];
  /** Where what was installed lies: in the project or in Deno's cache. */
  readonly home: "node_modules" | "cache";
}

/** No install script is needed; ONNX Runtime's would load libraries of CUDA. */
const quietly = ["--ignore-scripts", "--no-audit", "--no-fund"];

/** All of them; each calls the package `tunebook`, as the documents do. */
export const installations: readonly Installation[] = [
  {
    name: "deno",
    files: { "deno.json": "{}" },
    command: ["deno", "add", "--quiet", "tunebook@npm:@tunebook/tunebook"],
    add: ["deno", "install", "--quiet"],
    home: "cache",
  },
  {
    name: "deno-modules",
    files: { "deno.json": `{ "nodeModulesDir": "auto" }` },
    command: ["deno", "add", "--quiet", "tunebook@npm:@tunebook/tunebook"],
    add: ["deno", "install", "--quiet"],
    home: "node_modules",
  },
  {
    name: "npm",
    files: { "package.json": `{ "private": true, "type": "module" }` },
    command: ["npm", "install", ...quietly, "tunebook@npm:@tunebook/tunebook"],
    add: ["npm", "install", ...quietly],
    home: "node_modules",
  },
];
