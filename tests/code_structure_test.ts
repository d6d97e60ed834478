import assert from "node:assert/strict";
import { exportedNames, functionLengths, importCircles } from "./code_structure.ts";

Deno.test("circles are found with all of their files, and nothing that only leads to one", () => {
  const graph = new Map([
    ["a", ["b"]],
    ["b", ["c", "d"]],
    ["c", ["a"]],
    ["d", []],
    ["e", ["a", "f"]],
    ["f", ["g"]],
    ["g", ["f"]],
    ["h", ["h"]],
  ]);
  assert.deepEqual(importCircles(graph), [["a", "b", "c"], ["f", "g"], ["h"]]);
  assert.deepEqual(importCircles(new Map([["a", ["b"]], ["b", []], ["c", ["a", "b"]]])), []);
});

Deno.test("exported names are those that a file defines", () => {
  const text = [
    `export { other } from "./other.ts";`,
    "export async function* one(): AsyncIterable<void> {}",
    "export function two(a: string): void;",
    "export function two(a: number): void;",
    "export const three = 3;",
    "export abstract class Four {}",
    "export type Five = 5;",
    "const six = 6;",
    "  export const seven = 7;",
  ].join("\n");
  assert.deepEqual(exportedNames(text), ["one", "two", "three", "Four", "Five"]);
});

Deno.test("functions are as long as from their name to their brace", () => {
  const text = [
    "export function plain(", // 5 lines
    "  a: number,",
    "): number {",
    "  return a;",
    "}",
    "const short = (a: number) => a;",
    "const arrow = async (a: number) => {", // 3 lines
    "  await a;",
    "};",
    "class Thing {",
    "  #hidden(a: number): number {", // 5 lines
    "    if (a) {",
    "      return 1;",
    "    }",
    "  }",
    "}",
    "function outer() {", // 5 lines
    "  function inner() {", // 3 lines
    "    call();",
    "  }",
    "}",
  ].join("\n");
  assert.deepEqual(functionLengths(text), [
    { name: "plain", lines: 5 },
    { name: "short", lines: 1 },
    { name: "arrow", lines: 3 },
    { name: "#hidden", lines: 5 },
    { name: "outer", lines: 5 },
    { name: "inner", lines: 3 },
  ]);
});
