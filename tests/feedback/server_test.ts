/**
 * The server of the page: what is asked, in what order, and what becomes of answers.
 */
import assert from "node:assert/strict";
import { readFeedback } from "../../lib/feedback/answers/feedback_answers.ts";
import { freshId, pairRows, withPage } from "./asked_page.ts";

Deno.test("two people judge pairs blindly, and their answers are preferences", () =>
  withPage(pairRows(12), {}, async ({ page, file, next, say, ask }) => {
    const positions = new Set<string>();
    for (const rater of ["Ann", "Ben"]) {
      for (let at = 0; at < 12; at++) {
        const item = await next(rater);
        assert.deepEqual(Object.keys(item).sort(), ["answers", "id", "kind", "own", "prompt"]);
        const place = item.answers.findIndex((each: string) => each.startsWith("second"));
        positions.add(`${rater} ${place}`);
        // Ben sees a tie in question 3.
        const isTie = rater === "Ben" && item.prompt === "Question 3";
        await say(rater, item.id, isTie ? "tie" : place, { comment: isTie ? " Both. " : "" });
      }
      assert.equal((await ask("/api/next", { rater })).body.item, null);
    }
    assert.deepEqual([...positions].sort(), ["Ann 0", "Ann 1", "Ben 0", "Ben 1"]);
    const { answers } = page;
    const rows = answers.preferences().objects() as Record<string, string>[];
    assert.equal(rows.length, 11);
    for (const { prompt, chosen, rejected } of rows) {
      const number = prompt.split(" ")[1];
      assert.deepEqual([chosen, rejected], [`second ${number}`, `first ${number}`]);
    }
    assert.equal(answers.preferences({ whose: "all" }).numRows(), 23);
    const [agreement] = answers.agreement;
    assert.deepEqual([agreement.raters, agreement.items], [2, 12]);
    const read = await readFeedback(file);
    assert.equal(read.count, 24);
    const comments = read.all().array("comment").filter((each: unknown) => each !== null);
    assert.deepEqual(comments, ["Both."]);
    assert.match(String(read), /24 answers of 2 people/);
  }));

Deno.test("an answer is changed, taken back, skipped, and counts once however often it comes", () =>
  withPage(pairRows(3), { next: "order" }, async ({ page, next, say, ask }) => {
    const first = await next("Ann");
    await say("Ann", first.id, 0);
    const again = (await ask("/api/previous", { rater: "Ann" })).body;
    assert.deepEqual([again.item.id, again.item.own.value], [first.id, 0]);
    const said = { rater: "Ann", item: first.id, action: "answer", seconds: 1 };
    const changed = { ...said, id: freshId(), value: "tie" };
    const twice = await Promise.all([ask("/api/answer", changed), ask("/api/answer", changed)]);
    assert.deepEqual(twice.map(({ status }) => status), [200, 200]);
    assert.deepEqual((await ask("/api/answer", changed)).body, { done: 1, left: 2 });
    const other = await ask("/api/answer", { ...changed, value: 1 });
    assert.deepEqual([other.status, other.body.error.code], [409, "id_taken"]);
    assert.deepEqual(page.answers.all().array("value"), ["tie"]);
    const undo = await ask("/api/answer", { ...said, id: freshId(), action: "undo" });
    assert.deepEqual(undo.body, { done: 0, left: 3 });
    const nothing = await ask("/api/answer", { ...said, id: freshId(), action: "undo" });
    assert.equal(nothing.body.error.code, "nothing_to_undo");
    assert.equal((await next("Ann")).id, first.id);
    await ask("/api/answer", { ...said, id: freshId(), action: "skip" });
    assert.notEqual((await next("Ann")).id, first.id);
    assert.deepEqual(page.answers.raters.map(({ answered, skipped }) => [answered, skipped]), [[
      0,
      1,
    ]]);
    assert.equal(page.answers.count, 0);
  }));

Deno.test("rankings, thumbs, edits, labels and spans are checked and become rows", async () => {
  const answers = ["a", "b", "c"];
  await withPage([{ prompt: "p", answers }], {}, async ({ page, next, say, ask }) => {
    const item = await next("Ann");
    const order = ["c", "a", "b"].map((each) => item.answers.indexOf(each));
    for (const value of [[0, 1], [0, 1, 1], [0, 1, 3], "abc", null]) {
      const said = { id: freshId(), rater: "Ann", item: item.id, action: "answer", seconds: 1 };
      assert.equal((await ask("/api/answer", { ...said, value })).status, 400);
    }
    await say("Ann", item.id, order);
    assert.deepEqual(page.answers.rankings().objects(), [{
      prompt: "p",
      answers: ["c", "a", "b"],
    }]);
    const chosen = page.answers.preferences().objects() as Record<string, string>[];
    const pairs = chosen.map((each) => `${each.chosen}${each.rejected}`).sort();
    assert.deepEqual(pairs, ["ab", "ca", "cb"]);
  });
  await withPage([{ prompt: "p", answer: "a" }], {}, async ({ page, next, say }) => {
    await say("Ann", (await next("Ann")).id, "down");
    assert.deepEqual(page.answers.thumbs().objects(), [{
      prompt: "p",
      completion: "a",
      label: false,
    }]);
  });
  await withPage([{ prompt: "p", answer: "a" }], { kind: "edit" }, async ({ page, next, say }) => {
    await say("Ann", (await next("Ann")).id, "better");
    const [row] = page.answers.preferences().objects();
    assert.deepEqual(row, { prompt: "p", chosen: "better", rejected: "a" });
    assert.deepEqual(page.answers.edits().objects(), [{ prompt: "p", completion: "better" }]);
  });
  const rows = [{ text: "x", label: "b" }, { text: "y", label: "a" }];
  await withPage(rows, { next: "order" }, async ({ page, next, say, ask }) => {
    const { id } = await next("Ann");
    const said = {
      id: freshId(),
      rater: "Ann",
      item: id,
      action: "answer",
      value: "c",
      seconds: 1,
    };
    assert.match((await ask("/api/answer", said)).body.error.message, /one of the labels/);
    for (const rater of ["Ann", "Ben", "Cy"]) {
      await next(rater);
      await say(rater, id, rater === "Ben" ? "b" : "a");
    }
    assert.deepEqual(page.answers.labels().objects(), [{ text: "x", label: "a" }]);
    assert.equal(page.answers.labels({ whose: "all" }).numRows(), 3);
  });
  const names = [{ text: "😀 Ann met Bob", spans: [{ start: 2, end: 5, label: "PER" }] }];
  await withPage(names, { labels: ["PER", "LOC"] }, async ({ page, next, say, ask }) => {
    const { id } = await next("Ann");
    const [ann, bob] = [{ start: 2, end: 5, label: "PER" }, { start: 10, end: 13, label: "PER" }];
    const overlap = [ann, { start: 4, end: 7, label: "LOC" }];
    const said = { id: freshId(), rater: "Ann", item: id, action: "answer", seconds: 1 };
    const refused = await ask("/api/answer", { ...said, value: overlap });
    assert.match(refused.body.error.message, /overlap/);
    await say("Ann", id, [bob, { ...ann, more: "x" }]);
    await say("Ben", id, [bob]);
    await say("Cy", id, [bob, { ...ann, label: "LOC" }]);
    const [row] = page.answers.spans().objects() as { text: string; spans: unknown }[];
    assert.deepEqual(row.spans, [bob]);
    assert.deepEqual(page.answers.spans({ whose: "all" }).array("spans")[0], [ann, bob]);
  });
});

Deno.test("known answers show how well people judge, and are in no rows", () => {
  const rows = pairRows(8).map((row, at) => ({ ...row, gold: at % 4 === 0 ? 1 : null }));
  return withPage(rows, {}, async ({ page, next, say }) => {
    for (const [rater, isGood] of [["Ann", true], ["Ben", false]] as const) {
      for (let at = 0; at < 8; at++) {
        const item = await next(rater);
        assert.equal(item.gold, undefined);
        const second = item.answers.findIndex((each: string) => each.startsWith("second"));
        await say(rater, item.id, isGood ? second : 1 - second);
      }
    }
    const rights = page.answers.raters.map((
      { rater, gold, goldRight },
    ) => [rater, gold, goldRight]);
    assert.deepEqual(rights, [["Ann", 2, 1], ["Ben", 2, 0]]);
    assert.equal(page.answers.preferences({ whose: "all" }).numRows(), 12);
  });
});

Deno.test("as many people as were asked judge an item", () =>
  withPage(pairRows(4), { perItem: 2, next: "order" }, async ({ page, next, say, ask }) => {
    const [item] = page.items;
    // Ann and Ben have the first item on their screens, so that Cy gets another one.
    const [ann, ben, cy] = [await next("Ann"), await next("Ben"), await next("Cy")];
    assert.deepEqual([ann.id, ben.id], [item.id, item.id]);
    assert.notEqual(cy.id, item.id);
    await say("Ann", item.id, 0);
    await say("Ben", item.id, 1);
    const said = { id: freshId(), rater: "Cy", item: item.id, action: "answer", seconds: 1 };
    const refused = await ask("/api/answer", { ...said, value: 0 });
    assert.deepEqual([refused.status, refused.body.error.code], [409, "not_asked"]);
    await say("Ann", item.id, 1);
  }));

Deno.test("what is asked first is what a model is least sure of, or what people disagree on", async () => {
  const scored = pairRows(3).map((row, at) => ({ ...row, reward: [[3, 0], [1, 0.9], [1, 0]][at] }));
  const expected = ["Question 1", "Question 2", "Question 0"];
  for (
    const scores of [
      "reward",
      (items: readonly { content: object }[]) =>
        Promise.resolve(
          items.map(({ content }) =>
            scored.find(({ prompt }) => prompt === (content as { prompt: string }).prompt)!.reward
          ),
        ),
    ]
  ) {
    await withPage(scored, { next: "uncertain", scores }, async ({ next, say }) => {
      for (const prompt of expected) {
        const item = await next("Ann");
        assert.equal(item.prompt, prompt);
        await say("Ann", item.id, 0);
      }
    });
  }
  await withPage(pairRows(3), { next: "disagreement" }, async ({ page, next, say }) => {
    const [agreed, disputed, single] = page.items;
    const answer = (answers: readonly string[], start: string) =>
      answers.findIndex((each) => each.startsWith(start));
    for (const rater of ["Ann", "Ben"]) {
      for (let at = 0; at < 3; at++) {
        const { id, answers } = await next(rater);
        const start = rater === "Ben" && id === disputed.id ? "second" : "first";
        if (rater === "Ben" && id === single.id) {
          await say(rater, id, null, { action: "skip" });
        } else await say(rater, id, answer(answers, start));
      }
    }
    const order: string[] = [];
    for (let at = 0; at < 3; at++) {
      const item = await next("Cy");
      order.push(item.id);
      await say("Cy", item.id, "tie");
    }
    assert.deepEqual(order, [disputed.id, single.id, agreed.id]);
  });
});

Deno.test("without the token, from another origin, or under another name nothing is told", async () => {
  await withPage(pairRows(2), {}, async ({ page, ask }) => {
    const { origin } = new URL(page.url);
    for (const authorization of ["Bearer wrong-token", "Bearer ", ""]) {
      const { status } = await ask("/api/next", { rater: "Ann" }, { authorization });
      assert.equal(status, 401);
    }
    const other = await ask("/api/next", { rater: "Ann" }, { origin: "https://example.org" });
    assert.equal(other.body.error.code, "cross_origin");
    const site = await ask("/api/next", { rater: "Ann" }, { "sec-fetch-site": "same-site" });
    assert.equal(site.status, 403);
    assert.equal((await ask("/api/next", { rater: "Ann" }, { origin })).status, 200);
    const index = await fetch(origin);
    // Notebooks on this machine may show the page in a frame, and nobody else.
    const policy = index.headers.get("content-security-policy")!.split("; ");
    assert.ok(policy.includes("frame-ancestors 'self' http://localhost:* http://127.0.0.1:*"));
    assert.doesNotMatch(await index.text(), /Question/);
  });
  await withPage(pairRows(2), { token: false }, async ({ page, ask }) => {
    assert.equal(new URL(page.url).hash, "");
    assert.equal((await ask("/api/next", { rater: "Ann" })).status, 200);
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: page.port });
    const request =
      "GET /api/about HTTP/1.1\r\nHost: rebound.example.org\r\nConnection: close\r\n\r\n";
    await connection.write(new TextEncoder().encode(request));
    assert.match(await new Response(connection.readable).text(), /^HTTP\/1.1 403/);
  });
});
