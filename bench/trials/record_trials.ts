/**
 * Trains a small network with every setting of a grid, on moods of sentences and on names in sentences, and
 * writes the scores: `deno task bench:trials`. They are real trainings, of a network that takes milliseconds
 * instead of a model, so that searches can be compared on tables that anybody can make anew.
 *
 * @module
 */
import { writeFileAtomic } from "../../lib/core/atomic.ts";
import { mean } from "../mean.ts";
import { trainedAnswers } from "./small_network.ts";
import { settingsOf, tableFile, trialLevels, type TrialTable } from "./trial_tables.ts";
import { entityTrials, sentimentTrials, type TrialTask } from "./trial_tasks.ts";

/** Each setting is trained with these, and has the mean score. */
const seeds = [1, 2];
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
  const scores = seeds.map((seed) =>
    score(trainedAnswers(train, validation, settings, { ...shape, seed }))
  );
  return Number(mean(scores).toFixed(decimals));
}
