/**
 * Cells with a mistake in their syntax: the kernel shows nothing below them. What is wrong is said in
 * the next cell, the first place where something can be shown.
 *
 * @module
 */
import type { SilentCell } from "./published_worker.ts";

const shownCharacters = 60;

/** Collects cells that ended without a word, and what is wrong with them. */
export interface SilentCells {
  /** Notes one. */
  add(cell: SilentCell): void;
  /** What is to be said of those that were noted since the last call. */
  take(): Promise<readonly string[]>;
  /** The same of those of which it is known already. */
  takeKnown(): readonly string[];
}

/** None so far; `parse` gives what is wrong with a code, nothing where it can be read. */
export function silentCells(
  parse: (code: string) => Promise<string | undefined> = syntaxError,
): SilentCells {
  const waiting = new Set<Promise<void>>();
  const known: string[] = [];
  const takeKnown = () => known.splice(0);
  return {
    add({ code }) {
      const parsed = parse(code).then((wrong) => {
        known.push(sentence(code, wrong));
        waiting.delete(parsed);
      });
      waiting.add(parsed);
    },
    async take() {
      await Promise.all(waiting);
      return takeKnown();
    },
    takeKnown,
  };
}

function sentence(code: string, wrong: string | undefined): string {
  const [first] = code.trimStart().split("\n", 1);
  const start = first.length > shownCharacters ? `${first.slice(0, shownCharacters)}…` : first;
  return `The cell that begins with \`${start}\` did not run, and the kernel gave no reason.` +
    (wrong === undefined
      ? " Look for a mistake in its syntax."
      : ` Its syntax is wrong:\n${wrong}`);
}

/** What Deno's own parser says: the message, and the line with a mark below it. */
export async function syntaxError(code: string): Promise<string | undefined> {
  try {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["fmt", "--no-config", "--check", "--ext=ts", "-"],
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(code));
    await writer.close();
    const { stderr } = await child.output();
    return parserMessage(new TextDecoder().decode(stderr));
  } catch {
    return undefined;
  }
}

/** The parser's words, with the place instead of the address of a file that does not exist. */
function parserMessage(text: string): string | undefined {
  const found = /^(?:error: )?SyntaxError: ([^]*?)\n\s*at \S*?:(\d+):(\d+)$/m.exec(text);
  if (!found) return undefined;
  const [, words, line, column] = found;
  return `${words}\n(line ${line}, column ${column})`;
}
