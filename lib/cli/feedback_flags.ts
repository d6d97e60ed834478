/**
 * The flags of `deno task feedback`.
 *
 * @module
 */
import { mistakes } from "../core/errors.ts";
import type { WhoseAnswers } from "../feedback/answers/answer_rows.ts";
import type { FeedbackOptions } from "../feedback/feedback_options.ts";
import {
  type CommandFlags,
  flagLines,
  optionsGiven,
  parsedCommand,
  textOptions,
} from "./command_flags.ts";

/** The options that are flags, with what help says of them. */
const flags: CommandFlags = {
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

const columns: CommandFlags = {
  prompt: { value: "text", shown: "COLUMN", what: "the column of prompts" },
  answers: { value: "list", shown: "COLUMN,…", what: "one of lists of answers, or one for each" },
  text: { value: "text", shown: "COLUMN", what: "the column of texts" },
  label: { value: "text", shown: "COLUMN", what: "the column of labels so far" },
  spans: { value: "text", shown: "COLUMN", what: "the column of spans so far" },
  gold: { value: "text", shown: "COLUMN", what: "the column of known answers" },
};

/** The variable with the token of the page; a command line is seen by all users of a machine. */
export const tokenVariable = "TUNEBOOK_FEEDBACK_TOKEN";

/** Where help says what a flag is. */
const helpWidth = 26;

/** What `--help` prints. */
export const feedbackHelp = `tunebook: a page on which people judge

usage
  deno task feedback ROWS.jsonl         a prompt with answers, a text with a label, or with spans
  deno task feedback --read FILE        what the answers in a file say, without a page

flags
${flagLines(flags, helpWidth)}
  --no-ties                  two answers cannot be equally good
  --no-token                 the page's address needs no token
  --export FILE              writes rows to train on when the page is closed: prompt, chosen,
                             rejected; or prompt, completion, label; or text, label or spans
  --whose WHOSE              majority, all: whose answers make these rows (majority)
  --quiet                    says nothing of requests that failed

columns, where they have other names than usual
${flagLines(columns, helpWidth)}

The address is printed when the page is open; ${tokenVariable} may give its token.
Ctrl-C or SIGTERM closes it; every answer that was confirmed is in the file.`;

const text = { type: "string" } as const;
const yes = { type: "boolean" } as const;
const parsing = {
  ...textOptions(flags),
  ...textOptions(columns),
  ...{ read: text, export: text, whose: text },
  ...{ "no-ties": yes, "no-token": yes, quiet: yes },
  help: { ...yes, short: "h" },
};

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
  const { values, positionals } = parsedCommand(args, parsing);
  const given = (name: string) => values[name] as string | undefined;
  const wrong: string[] = [];
  const own = optionsGiven(flags, values, wrong);
  const named = optionsGiven(columns, values, wrong);
  const token = env(tokenVariable);
  const read = given("read");
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
    exportTo: given("export"),
    whose: given("whose") as WhoseAnswers | undefined,
    help: values.help === true,
  };
}
