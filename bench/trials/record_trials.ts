/**
 * Trains a small network with every setting of a grid, on moods of sentences and on names in sentences, and
 * writes the scores: `deno task bench:trials`. They are real trainings, of a network that takes milliseconds
 * instead of a model, so that searches can be compared on tables that anybody can make anew.
 *
 * @module
 */
import { writeFileAtomic } from "../../lib/core/atomic.ts";
import { trainedAnswers } from "./small_network.ts";
import { settingsOf, tableFile, trialLevels, type TrialTable } from "./trial_tables.ts";
import { entityTrials, sentimentTrials, type TrialTask } from "./trial_tasks.ts";

/** One seed for all settings: a table is a function, and a search sees the same chance as its rival. */
const seed = 1;
const decimals = 6;

for (const read of [sentimentTrials, entityTrials]) {
  const task = await read();
  const began = performance.now();
  const scores = settingsOf(trialLevels).map((settings) => scoreOf(task, settings));
  const table: TrialTable = {
    task: task.name,
    metric: task.metric,
    command: "deno task bench:trials",
    levels: trialLevels,
    scores,
  };
  await writeFileAtomic(tableFile(task.name), `${JSON.stringify(table)}\n`);
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  console.log(
    `${task.name}: ${scores.length} settings, ${task.metric} ${low} to ${high}, ${seconds} s`,
  );
}

function scoreOf(
  { train, validation, shape, score }: TrialTask,
  settings: Parameters<
    typeof trainedAnswers
  >[2],
): number {
  const answers = trainedAnswers(train, validation, settings, { ...shape, seed });
  return Number(score(answers).toFixed(decimals));
}
