/**
 * Tells what was asked from what was answered.
 *
 * @module
 */
import type { ChatMessage } from "../../text/chat/chat_message.ts";
import { type AnsweredRow, saidIn } from "./answered_row.ts";

type Turns = readonly ChatMessage[];

/**
 * The prompt that answers share: the messages that all of them begin with, or of single texts what these begin with,
 * as `extract_prompt` of TRL has it. Undefined where they share nothing.
 */
export function sharedPrompt(
  answers: readonly Turns[],
  areTexts: boolean,
): Pick<AnsweredRow, "prompt" | "answers"> | undefined {
  return areTexts ? sharedText(answers.map(([turn]) => turn.content ?? "")) : sharedTurns(answers);
}

/** Answers without the prompt, where all of them repeat it. */
export function withoutPrompt(prompt: Turns, answers: readonly Turns[]): readonly Turns[] {
  // What was added to the prompt, such as a system prompt, need not stand in the answers.
  const asked = prompt.filter(({ role }) => role !== "system");
  const repeats = (answer: Turns) => {
    const own = answer.filter(({ role }) => role !== "system");
    return asked.length > 0 && saidIn(own.slice(0, asked.length)) === saidIn(asked);
  };
  if (!answers.every(repeats)) return answers;
  return answers.map((answer) =>
    answer.filter(({ role }) => role !== "system").slice(asked.length)
  );
}

function sharedTurns(answers: readonly Turns[]): ReturnType<typeof sharedPrompt> {
  const [first, ...others] = answers;
  const most = Math.min(...answers.map(({ length }) => length));
  let shared = 0;
  const isShared = (at: number) => {
    const said = saidIn([first[at]]);
    return others.every((answer) => saidIn([answer[at]]) === said);
  };
  while (shared < most && isShared(shared)) shared++;
  if (shared === 0) return undefined;
  return {
    prompt: first.slice(0, shared),
    answers: answers.map((answer) => answer.slice(shared)),
  };
}

function sharedText(texts: readonly string[]): ReturnType<typeof sharedPrompt> {
  const [first, ...others] = texts;
  let shared = 0;
  while (shared < first.length && others.every((text) => text[shared] === first[shared])) shared++;
  // A character of two units stays whole, and a space before the answers is theirs.
  if (/[\uD800-\uDBFF]/.test(first[shared - 1] ?? "")) shared--;
  if (first[shared - 1] === " ") shared--;
  if (shared <= 0) return undefined;
  return {
    prompt: [{ role: "user", content: first.slice(0, shared) }],
    answers: texts.map((text) => [{ role: "assistant", content: text.slice(shared) }]),
  };
}
