/**
 * `deno task feedback ROWS`: a page on which people judge, until it is closed; then what they have said.
 *
 * @module
 */
import { messageOf, TunebookError } from "../core/errors.ts";
import { isLoopback } from "../core/loopback.ts";
import { say } from "../core/say.ts";
import { visibleLines } from "../core/visible.ts";
import { type FeedbackAnswers, readFeedback } from "../feedback/answers/feedback_answers.ts";
import { feedback } from "../feedback/feedback.ts";
import type { FeedbackPage } from "../feedback/open_feedback.ts";
import { type FeedbackCommand, feedbackCommand, feedbackHelp } from "./feedback_flags.ts";

/** Opens the page, says where it is, waits until it is closed, and tells what was said. */
export async function askPeople(args: readonly string[]): Promise<void> {
  const command = feedbackCommand(args);
  if (command.help) {
    console.log(feedbackHelp);
    return;
  }
  if (command.read !== undefined) {
    await tell(await readFeedback(command.read), command);
    return;
  }
  const page = await feedback(command.rows!, command.options).open();
  if (command.options.token === false && !isLoopback(command.options.host ?? "127.0.0.1")) {
    say(`note: who can reach ${command.options.host} can judge without a token`);
  }
  closeOnSignals(page);
  await page.finished;
  await tell(page.answers, command);
}

/** Prints who said how much and how far people agree, and writes rows where that was asked for. */
async function tell(
  answers: FeedbackAnswers,
  { exportTo, whose }: Pick<FeedbackCommand, "exportTo" | "whose">,
): Promise<void> {
  console.log(visibleLines(String(answers)));
  if (exportTo === undefined) return;
  await answers.write(exportTo, whose === undefined ? {} : { whose });
  console.log(visibleLines(`rows written to ${exportTo}`));
}

/** The first signal closes in good order, the second one at once. */
function closeOnSignals(page: FeedbackPage): void {
  let isClosing = false;
  const close = () => {
    // As a shell counts it for Ctrl-C.
    const interrupted = 130;
    if (isClosing) Deno.exit(interrupted);
    isClosing = true;
    void page.close();
  };
  Deno.addSignalListener("SIGINT", close);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", close);
  void page.finished.then(() => {
    Deno.removeSignalListener("SIGINT", close);
    if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGTERM", close);
  });
}

if (import.meta.main) {
  try {
    await askPeople(Deno.args);
  } catch (error) {
    if (!(error instanceof TunebookError)) throw error;
    console.error(`error: ${messageOf(error)}`);
    Deno.exit(1);
  }
}
