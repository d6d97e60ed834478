/**
 * Starts a deployed server and compares its answers with the trained model's.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { shortened } from "../../core/text_table.ts";
import { answerDistance } from "../answer_distance.ts";
import type { AnswerProof } from "../ask_reader.ts";
import { noteOf } from "../../nn/task_note.ts";
import type { TrainedModel } from "../trained_model.ts";
import { type StartedServer, withServer } from "./running_server.ts";
import { serverQuestions } from "./server_questions.ts";
import type { ServerReceipt } from "./server_receipt.ts";

/** Enough to see a mistake; other files are compared on all held-out rows. */
const mostInputs = 4;
/** Weights that were merged are rounded once more, and boxes are in pixels. */
const tolerance = 1e-3;
/** In 16 bits each weight is rounded. */
const roundedTolerance = 5e-2;
const mostCharacters = 200;

/**
 * Asks `/health`, `/ready` and some held-out inputs. Throws an error of kind "output" where the server does not
 * start, is not ready or answers otherwise than the trained model.
 */
export async function askServer(
  started: StartedServer,
  { task }: Pick<TrainedModel, "task">,
  { table, expectedOf }: AnswerProof,
  { isRounded = false }: { readonly isRounded?: boolean } = {},
): Promise<ServerReceipt> {
  const question = serverQuestions[noteOf(task.task).name];
  const inputs = question ? task.reader?.inputsOf(table).slice(0, mostInputs) ?? [] : [];
  const expected = await expectedOf(inputs);
  return await withServer(started, async (url) => {
    for (const path of ["/health", "/ready"]) {
      const response = await fetch(url + path);
      const said = await response.text();
      if (!response.ok) throw refused(`${path} answers ${response.status}: ${said}`);
    }
    let largestDifference = 0;
    for (const each of expected) {
      const wanted = JSON.parse(JSON.stringify(question.expectedOf(each)));
      const body = JSON.stringify(await question.bodyOf(each));
      const response = await fetch(url + question.path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      const answer = await response.json();
      if (!response.ok) {
        throw refused(
          `the server refuses ${shortened(body, mostCharacters)}: ${
            shortened(JSON.stringify(answer), mostCharacters)
          }`,
        );
      }
      const found = question.foundIn(answer, each);
      const difference = answerDistance(found, wanted);
      if (!(difference <= (isRounded ? roundedTolerance : tolerance))) {
        const shown = (value: unknown) => shortened(JSON.stringify(value), mostCharacters);
        throw refused(
          `the server answers ${shown(found)} to ${shortened(body, mostCharacters)}, the trained ` +
            `model ${shown(wanted)}`,
        );
      }
      largestDifference = Math.max(largestDifference, difference);
    }
    return { inputs: expected.length, largestDifference };
  });
}

function refused(what: string): TunebookError {
  return new TunebookError("output", what);
}
