/**
 * The flags of `deno task feedback`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { messageOf, mistakes, TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { WhoseAnswers } from "../feedback/answers/answer_rows.ts";
import type { FeedbackOptions } from "../feedback/feedback_options.ts";
import { kebab } from "./train_flags.ts";

type Kind = "text" | "number" | "list";

interface Flag {
  readonly value: Kind;
  readonly shown: string;
  readonly what: string;
}

/** The options that are flags, with what help says of them. */
const flags: Readonly<Record<string, Flag>> = {
  file: { value: "text", shown: "FILE", what: "what answers are appended to (answers.jsonl)" },
  kind: {
    value: "text",
    shown: "KIND",
    what: "pair, ranking, thumbs, edit, label, spans (as the columns tell)",
  },
  question: { value: "text", shown: "TEXT", what: "what people are asked (the page's own words)" },
  labels: { value: "list", shown: "NAME,…", what: "labels that may be given (those of the rows)" },
  perItem: { value: "number", shown: "N", what: "people who judge an item (everybody who comes)" },
  next: {
    value: "text",
    shown: "WHICH",
    what: "order, random, uncertain, disagreement (random)",
  },
  scores: { value: "text", shown: "COLUMN", what: "a model's scores, for --next uncertain" },
  seed: { value: "number", shown: "N", what: "what orders are drawn by (1)" },
  idleSeconds: { value: "number", shown: "S", what: "after which time no longer counts (60)" },
  host: { value: "text", shown: "ADDRESS", what: "the address to listen on (127.0.0.1)" },
  port: { value: "number", shown: "N", what: "the port (one that is free)" },
};

const columns: Readonly<Record<string, Flag>> = {
  prompt: { value: "text", shown: "COLUMN", what: "the column of prompts" },
  answers: { value: "list", shown: "COLUMN,…", what: "one of lists of answers, or one for each" },
  text: { value: "text", shown: "COLUMN", what: "the column of texts" },
  label: { value: "text", shown: "COLUMN", what: "the column of labels so far" },
  spans: { value: "text", shown: "COLUMN", what: "the column of spans so far" },
  gold: { value: "text", shown: "COLUMN", what: "the column of known answers" },
};

/** The variable with the token of the page; a command line is seen by all users of a machine. */
export const tokenVariable = "TUNEBOOK_FEEDBACK_TOKEN";

const lines = (all: Readonly<Record<string, Flag>>) =>
  Object.entries(all).map(([name, { shown, what }]) =>
    `  ${`--${kebab(name)} ${shown}`.padEnd(26)} ${what}`
  ).join("\n");

/** What `--help` prints. */
export const feedbackHelp = `tunebook: a page on which people judge

usage
  deno task feedback ROWS.jsonl         a prompt with answers, a text with a label, or with spans
  deno task feedback --read FILE        what the answers in a file say, without a page

flags
${lines(flags)}
  --no-ties                  two answers cannot be equally good
  --no-token                 the page's address needs no token
  --export FILE              writes rows to train on when the page is closed: prompt, chosen,
                             rejected; or prompt, completion, label; or text, label or spans
  --whose WHOSE              majority, all: whose answers make these rows (majority)
  --quiet                    says nothing of requests that failed

columns, where they have other names than usual
${lines(columns)}

The address is printed when the page is open; ${tokenVariable} may give its token.
Ctrl-C or SIGTERM closes it; every answer that was confirmed is in the file.`;

/** What a command line says. */
export interface FeedbackCommand {
  /** The rows to judge; undefined where a file of answers is read alone. */
  readonly rows: string | undefined;
  /** A file of answers that is read without a page. */
  readonly read: string | undefined;
  readonly options: FeedbackOptions;
  readonly exportTo: string | undefined;
  readonly whose: WhoseAnswers | undefined;
  readonly help: boolean;
}

/** Reads the command line; flags that are wrong are one error of kind "input". */
export function feedbackCommand(
  args: readonly string[],
  env: (name: string) => string | undefined = (name) => Deno.env.get(name),
): FeedbackCommand {
  const { values, positionals } = parsed(args);
  const text = (name: string) => values[name] as string | undefined;
  const wrong: string[] = [];
  const own = valuesOf(flags, values, wrong);
  const named = valuesOf(columns, values, wrong);
  const token = env(tokenVariable);
  const read = text("read");
  const options = {
    ...own,
    ...Object.keys(named).length > 0 ? { columns: named } : {},
    ...values["no-ties"] ? { ties: false } : {},
    ...values.quiet ? { quiet: true } : {},
    ...values["no-token"] ? { token: false } : token ? { token } : {},
  };
  if (!values.help) {
    const count = positionals.length;
    if (read === undefined && count !== 1) wrong.push(`name one file of rows, not ${count}`);
    if (read !== undefined && (count > 0 || Object.keys(own).length > 0)) {
      wrong.push("--read reads answers alone; rows and flags of a page do not belong to it");
    }
  }
  if (wrong.length > 0) throw mistakes("input", "the command cannot be run (see --help):", wrong);
  return {
    rows: positionals[0],
    read,
    options: options as FeedbackOptions,
    exportTo: text("export"),
    whose: text("whose") as WhoseAnswers | undefined,
    help: values.help === true,
  };
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

function valuesOf(
  all: Readonly<Record<string, Flag>>,
  values: Values,
  wrong: string[],
): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [name, { value }] of Object.entries(all)) {
    const given = values[kebab(name)];
    if (typeof given !== "string") continue;
    if (value === "number" && (given.trim() === "" || Number.isNaN(Number(given)))) {
      wrong.push(`--${kebab(name)} is "${given}", not a number`);
    }
    found[name] = value === "number"
      ? Number(given)
      : value === "list"
      ? given.split(",").map((each) => each.trim())
      : given;
  }
  return found;
}

function parsed(args: readonly string[]) {
  const text = { type: "string" } as const;
  const yes = { type: "boolean" } as const;
  const options = {
    ...Object.fromEntries([flags, columns].flatMap(Object.keys).map((name) => [kebab(name), text])),
    ...{ read: text, export: text, whose: text },
    ...{ "no-ties": yes, "no-token": yes, quiet: yes },
    help: { ...yes, short: "h" },
  };
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values: values as Values, positionals };
  } catch (error) {
    const unknown = /Unknown option '--?([\w-]+)'/.exec(messageOf(error))?.[1];
    const message = unknown
      ? `there is no flag --${unknown}${didYouMean(unknown, Object.keys(options))}`
      : messageOf(error).replace(/\.$/, "");
    throw new TunebookError("input", `${message}. See --help.`, { cause: error });
  }
}
