/**
 * Where alarms go: a webhook, and a file.
 *
 * @module
 */
import { messageOf, TunebookError } from "../../../core/errors.ts";
import { say } from "../../../core/say.ts";
import type { Alarm } from "./alarms.ts";
import type { SettledRules } from "./watch_rules.ts";

/** A webhook that has not answered by then is told as failed. */
const mostMilliseconds = 5000;

/**
 * Sends an alarm to all places of the rules. What fails is said and does not keep the server from
 * answering. The message has no text of a request in it.
 */
export async function sendAlarm(
  alarm: Alarm,
  model: string,
  { webhook, log }: Pick<SettledRules, "webhook" | "log">,
): Promise<void> {
  const line = JSON.stringify({ model, ...alarm, at: new Date(alarm.at).toISOString() });
  const sent = [
    ...(log === undefined ? [] : [written(log, line)]),
    ...(webhook === undefined ? [] : [posted(webhook, line)]),
  ];
  await Promise.all(sent);
}

/** Throws an error of kind "output" where no alarm could be written: it would be lost when it matters. */
export async function checkAlarmLog({ log }: Pick<SettledRules, "log">): Promise<void> {
  if (log === undefined) return;
  try {
    (await Deno.open(log, { append: true, create: true })).close();
  } catch (error) {
    const message = `alarms cannot be written to ${log}: ${messageOf(error)}`;
    throw new TunebookError("output", message, { cause: error });
  }
}

async function written(path: string, line: string): Promise<void> {
  try {
    await Deno.writeTextFile(path, `${line}\n`, { append: true });
  } catch (error) {
    say(`the alarm could not be written to ${path}: ${messageOf(error)}`);
  }
}

async function posted(address: string, body: string): Promise<void> {
  // An address may have a secret in its path.
  const { host } = new URL(address);
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      redirect: "error",
      signal: AbortSignal.timeout(mostMilliseconds),
    });
    await response.body?.cancel();
    if (!response.ok) say(`the webhook at ${host} answered the alarm with ${response.status}`);
  } catch (error) {
    say(
      `the webhook at ${host} did not take the alarm: ${
        error instanceof DOMException ? "it did not answer in time" : messageOf(error)
      }`.replaceAll(address, host),
    );
  }
}
