/**
 * What can be read off the source files without a compiler: who imports whom, which names a file
 * exports, and how long functions are. It relies on the layout that `deno fmt` gives.
 *
 * @module
 */

/** File → the files that it imports. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** Files that reach themselves through their imports, in groups that reach each other. */
export function importCircles(graph: ImportGraph): string[][] {
  const reached = new Map([...graph.keys()].map((file) => [file, reachedFrom(file, graph)]));
  const inCircle = [...graph.keys()].filter((file) => reached.get(file)!.has(file));
  const circles = Map.groupBy(
    inCircle,
    // The first file of those that reach each other stands for them all.
    (file) =>
      inCircle.find((other) => reached.get(file)!.has(other) && reached.get(other)!.has(file))!,
  );
  return [...circles.values()].map((files) => files.sort());
}

function reachedFrom(start: string, graph: ImportGraph): Set<string> {
  const reached = new Set<string>();
  const open = [...graph.get(start) ?? []];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    open.push(...graph.get(file) ?? []);
  }
  return reached;
}

const declaration =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|const|let|class|interface|type|enum) ([\w$]+)/gm;

/** The names that a file defines and exports; what it passes on from others is not among them. */
export function exportedNames(text: string): string[] {
  // Overloads declare a name more than once.
  return [...new Set([...text.matchAll(declaration)].map(([, name]) => name))];
}

/** A function with the number of its lines, from its name to its last brace. */
export interface FunctionLength {
  readonly name: string;
  readonly lines: number;
}

const functionStart = /^( *)(?:export )?(?:default )?(?:async )?function\*? ?([\w$]+)/;
const arrowStart = /^( *)(?:export )?const ([\w$]+).* = (?:async )?(?:<.*>)?\(/;
const methodStart = /^( {2})(?:(?:static|async|get|set|override) )*\*?(#?[\w$]+|\[[\w.]+\])[(<]/;

/** The functions, methods and named arrow functions of a formatted file. */
export function functionLengths(text: string): FunctionLength[] {
  const lines = text.split("\n");
  const found: FunctionLength[] = [];
  let inClass = false;
  lines.forEach((line, at) => {
    if (/^(?:export )?(?:abstract )?class /.test(line)) inClass = true;
    else if (line === "}") inClass = false;
    const start = functionStart.exec(line) ?? arrowStart.exec(line) ??
      (inClass ? methodStart.exec(line) : null);
    if (!start) return;
    const [, indent, name] = start;
    const end = lines.findIndex((other, index) =>
      index > at && other.startsWith(indent) && /^[})]/.test(other.slice(indent.length)) &&
      !/[{(]$/.test(other)
    );
    // One that ends in its own line has no brace below.
    const isOpen = /[{(\[]$/.test(line);
    found.push({ name, lines: isOpen && end > 0 ? end - at + 1 : 1 });
  });
  return found;
}
