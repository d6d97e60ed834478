/**
 * Jinja as Python renders it with the settings of transformers: `@huggingface/jinja`, mended where it
 * gives another text than Jinja 3.1.
 *
 * @module
 */
import { Environment, parse, tokenize } from "@huggingface/jinja";
import type { Node } from "./jinja_nodes.ts";
import { PythonInterpreter } from "./python_interpreter.ts";
import { formatTime } from "./python_time.ts";

/** A template that was parsed. */
export interface ParsedTemplate {
  /** Its text for some variables at a time; throws what the template raises. */
  render(variables: Readonly<Record<string, unknown>>, now: Date): string;
}

/** Parses a template, once for many renderings. Throws for what is no Jinja. */
export function parseTemplate(source: string): ParsedTemplate {
  const plain = source.replace(/\r\n?/g, "\n");
  const program = parse(tokenize(plain, { lstrip_blocks: true, trim_blocks: true }));
  return {
    render(variables, now) {
      const environment = new Environment();
      const globals = {
        true: true,
        True: true,
        false: false,
        False: false,
        none: null,
        None: null,
        range,
        raise_exception(message: unknown) {
          throw new Error(String(message));
        },
        strftime_now: (format: string) => formatTime(now, format),
      };
      for (const [name, value] of Object.entries({ ...globals, ...variables })) {
        environment.set(name, value);
      }
      return new PythonInterpreter(environment).evaluate(program as Node, environment)
        .value as string;
    },
  };
}

function range(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  const length = Math.max(0, Math.ceil((stop - start) / step));
  return Array.from({ length }, (_, i) => start + i * step);
}
