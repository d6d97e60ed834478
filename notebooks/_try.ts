import { chart, dpo, feedback, grpo, lora, meanReward, merged, model, open, tableFromRows } from "tunebook";
;const times = ["In the morning", "At night", "After the war", "That summer", "Years later", "On Sunday", "Before lunch", "All day"];
const subjects = ["the old man", "the city", "a young woman", "the river", "our house", "the children", "the train", "the doctor"];
const prompts = times.flatMap((time) => subjects.map((subject) => `${time} ${subject}`));
const base = await open("tunebook:english");
const drawn = await base.generate(prompts, {
  answers: 2,
  temperature: 1,
  topP: 0.9,
  minNewTokens: 10,
  maxNewTokens: 20,
  seed: 1,
});
const rows = prompts.map((prompt, row) => ({
  prompt,
  answer_a: drawn[2 * row].text,
  answer_b: drawn[2 * row + 1].text,
}));
tableFromRows(rows)
;const file = "../out/feedback/answers.jsonl";
await Deno.remove(file).catch(() => {}); // begin anew; otherwise the page goes on where people stopped
const page = await feedback(rows, { file, question: "Which continuation would you rather read on?" }).open();
page
;const { origin, hash } = new URL(page.url);
async function post(path: string, body: unknown) {
  const answer = await fetch(`${origin}/api/${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "authorization": `Bearer ${hash.replace("#token=", "")}`,
    },
    body: JSON.stringify(body),
  });
  return await answer.json();
}
async function judgeAs(rater: string, pointsOf: (answer: string) => number) {
  while (true) {
    const { item } = await post("next", { rater });
    if (!item) return; // everything is judged
    const [first, second] = item.answers.map(pointsOf);
    const value = first === second ? "tie" : first > second ? 0 : 1; // the number of the better one, as shown
    const id = crypto.randomUUID(); // of this click
    await post("answer", { id, rater, item: item.id, action: "answer", value, seconds: 3 });
  }
}
const wordsOf = (text: string): string[] => text.toLowerCase().match(/\p{L}+/gu) ?? [];
const people = new Set("he him his she her they them their man men woman people".split(" "));
const peopleIn = (text: string) => wordsOf(text).filter((word) => people.has(word)).length;
await judgeAs("Ada", peopleIn);
console.log(String(page.answers));
;const preferences = page.answers.preferences();
console.log(preferences.numRows(), "pairs of", rows.length);
preferences
;const columns = { prompt: "prompt", chosen: "chosen", rejected: "rejected" };
const folder = "../out/feedback/liked";
const liked = await model("tunebook:english")
  .data(preferences, dpo({ ...columns, template: "plain", beta: 0.1 }), { test: 6 })
  .adapt(lora({ rank: 8, targets: "all-linear" }))
  .train({ epochs: 6, batchSize: 8, learningRate: 2e-3, samples: 0 })
  .deploy(merged(folder))
  .run({ quiet: true });
console.log("first loss", liked.losses[0].toFixed(3), "last", liked.losses.at(-1)!.toFixed(3));
chart(liked.losses.map((loss, at) => ({ step: at + 1, loss }))).line().x("step").y("loss").size(400, 120)
;const fixed = ["The next day the farmer", "In winter the road", "At last a stranger", "Once the garden", "By noon the teacher", "Then the door", "Long ago a king", "That evening the boat"];
const how = { answers: 8, temperature: 1, topP: 0.9, minNewTokens: 10, maxNewTokens: 20, seed: 2 };
const asMessages = fixed.map((content) => [{ role: "user" as const, content }]);
const before = await base.generate(fixed, how);
const after = await liked.generate(asMessages, how);
const mean = (texts: readonly { text: string }[], of: (text: string) => number) =>
  texts.reduce((sum, { text }) => sum + of(text), 0) / texts.length;
console.log("people before", mean(before, peopleIn).toFixed(2), "after", mean(after, peopleIn).toFixed(2));
tableFromRows(fixed.map((beginning, row) => ({
  "beginning": beginning,
  "before": before[8 * row].text,
  "after DPO": after[8 * row].text,
})))
;const unseen = times.flatMap((time) => ["the farmer", "a stranger", "the teacher"].map((subject) => `${time} ${subject}`));
const won = await liked.winRate(
  ({ answers: [a, b] }) => peopleIn(a) === peopleIn(b) ? "tie" : peopleIn(a) > peopleIn(b) ? 0 : 1,
  {
    prompts: unseen.map((content) => [{ role: "user" as const, content }]),
    generate: { temperature: 1, topP: 0.9, minNewTokens: 10, maxNewTokens: 20 },
  },
);
console.log(String(won));
;const lettersIn = (text: string) => {
  const words = wordsOf(text);
  return words.length < 5 ? 10 : words.join("").length / words.length; // saying nothing is not plain
};
const plain = ({ completion }: { completion: string }) => -lettersIn(completion);
const rewarded = await model(`file:${folder}`)
  .data(
    tableFromRows(prompts.map((prompt) => ({ prompt }))),
    grpo({ prompt: "prompt", rewards: { plain }, groupSize: 6, maxNewTokens: 20 }),
    { test: 4 },
  )
  .adapt(lora({ rank: 8, targets: "all-linear" }))
  .train({ epochs: 1, batchSize: 8, learningRate: 3e-3, samples: 0 })
  .evaluate({ meanReward })
  .run({ quiet: true });
console.log("reward of held-out beginnings", Number(rewarded.scoresBefore!.meanReward).toFixed(2), "to", rewarded.scores.meanReward.toFixed(2));
console.log(rewarded.rollout);
rewarded.rollouts
;const last = await rewarded.generate(fixed, how);
const models = { "before": before, "Ada, by DPO": after, "plain, by GRPO": last };
const compared = Object.entries(models).map(([model, texts]) => ({
  model,
  people: mean(texts, peopleIn),
  letters: mean(texts, lettersIn),
}));
for (const { model, people, letters } of compared) {
  console.log(model, "people", people.toFixed(2), "letters", letters.toFixed(2));
}
chart(compared)
  .bar()
  .x({ field: "letters", title: "letters of a word" })
  .y({ field: "model", title: null, sort: null })
  .size(400, 90)
;const server = await rewarded.serve({ port: 0, name: "storyteller" });
const answer = await fetch(`${server.url}/v1/completions`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ model: "storyteller", prompt: fixed[0], max_tokens: 20 }),
});
const { choices } = await answer.json();
await server.stop();
console.log("status", answer.status, fixed[0] + choices[0].text);
;// your code
;await judgeAs("Ben", (text) => text.length);
const [{ alpha, raters, items }] = page.answers.agreement;
console.log("alpha", alpha?.toFixed(2), "of", raters, "readers and", items, "pairs");
;await page.close();
await base.dispose();
await liked.dispose();
await rewarded.dispose();