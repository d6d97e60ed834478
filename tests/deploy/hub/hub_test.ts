import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "yaml";
import { accuracy, hub, lora, model, open, Plan } from "tunebook";
import { resolveModel } from "tunebook";
import { uploadFolder } from "../../../lib/deploy/hub/upload.ts";
import { isMistake } from "../../is_mistake.ts";
import { moods, tinyModel } from "../../pipeline/tiny.ts";
import { startHub } from "../../weights/hub_server.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { optionsFor } from "../../weights/with_hub.ts";
import { commit, startUploads, type UploadServer } from "./upload_server.ts";

const place = { repository: "org/name", branch: "main", private: true };
const weights = Uint8Array.from({ length: 5000 }, (_, at) => at % 251);

/** A folder with a small and a large file, and a hub. */
async function withUploads(
  work: (server: UploadServer, folder: string, send: () => Promise<unknown>) => Promise<void>,
) {
  await inFolder(async (folder) => {
    await using server = startUploads();
    await Deno.writeTextFile(join(folder, "config.json"), "{}");
    await Deno.writeFile(join(folder, "model.safetensors"), weights);
    const { endpoint, token } = server;
    const connection = { endpoint, token, attempts: 3, sleep: () => Promise.resolve() };
    await work(server, folder, () => uploadFolder(folder, place, connection, { title: "Add" }));
  });
}

const puts = ({ seen }: UploadServer) => seen.filter((each) => each.startsWith("PUT /lfs/")).length;

Deno.test("a folder is one private commit whose hashes are compared", () =>
  withUploads(async (server, _, send) => {
    const published = await send();
    assert.deepEqual(published, {
      repository: "org/name",
      commit,
      url: `${server.endpoint}/org/name/tree/${commit}`,
      files: 2,
    });
    assert.equal(server.visibility, "private");
    assert.deepEqual(server.files["model.safetensors"], weights);
    assert.equal(new TextDecoder().decode(server.files["config.json"]), "{}");
    await send(); // The repository is there, and so is the large file.
    assert.equal(puts(server), 1);
  }));

Deno.test("an upload goes on after breaks and errors of the server, and sends nothing twice", () =>
  withUploads(async (server, _, send) => {
    let [breaks, errors] = [1, 1];
    server.intercept = (asked) => {
      if (asked.startsWith("PUT /lfs/") && breaks-- > 0) return new Response("", { status: 503 });
      if (asked.includes("/commit/") && errors-- > 0) return "break";
    };
    await send();
    assert.equal(puts(server), 2); // Once refused, once taken; the third try finds it there.
    assert.deepEqual(server.files["model.safetensors"], weights);
  }));

Deno.test("a hub that cannot be reached, refuses or is asked too often ends the upload", () =>
  withUploads(async (server, _, send) => {
    server.intercept = (asked) =>
      asked.includes("/repos/create")
        ? Response.json({ error: "You don't have the rights" }, { status: 403 })
        : undefined;
    await assert.rejects(send, isMistake("output", "You don't have the rights", "set HF_TOKEN"));
    server.intercept = () => new Response("", { status: 429 });
    server.seen.length = 0;
    await assert.rejects(send, isMistake("output", server.endpoint));
    assert.equal(server.seen.length, 3);
  }));

Deno.test("a hub that holds other bytes or sizes than were sent is found out", () =>
  withUploads(async (server, _, send) => {
    const told = (size: number, oid: string) =>
      Response.json([{ type: "file", path: "config.json", size, oid }, {
        type: "file",
        path: "model.safetensors",
        size: weights.length,
        oid: "f".repeat(40),
        lfs: { oid: "e".repeat(64), size: weights.length, pointerSize: 134 },
      }]);
    server.intercept = (asked) =>
      asked.includes("/paths-info/") ? told(7, "f".repeat(40)) : undefined;
    await assert.rejects(
      send,
      isMistake(
        "output",
        "config.json has 7 bytes there, 2 here",
        /model.safetensors has the hash e{64} there/,
      ),
    );
    server.intercept = (asked) => asked.includes("/paths-info/") ? Response.json([]) : undefined;
    await assert.rejects(send, isMistake("output", "config.json has 0 bytes there"));
  }));

Deno.test("a run publishes its model with a card, and it opens by hf:", () =>
  inFolder(async (folder) => {
    await using server = startUploads();
    const before = Deno.env.get("HF_TOKEN");
    Deno.env.set("HF_TOKEN", server.token);
    try {
      const target = hub("org/name", {
        folder: join(folder, "out"),
        endpoint: server.endpoint,
        licence: "mit",
        languages: ["en"],
      });
      const result = await model(await tinyModel(join(folder, "base"))).data(moods(48), {
        text: "text",
        label: "mood",
      }).adapt(lora({ rank: 2 })).train({ epochs: 1 }).evaluate({ accuracy }).deploy(target)
        .run({ quiet: true });
      assert.equal(result.receipts[0].published!.commit, commit);
      const card = new TextDecoder().decode(server.files["README.md"]);
      const [, front, text] = /^---\n(.*?)---\n(.*)$/s.exec(card)!;
      const { license, language, pipeline_tag, library_name, "model-index": [index] } = parse(
        front,
      );
      assert.deepEqual([license, language, pipeline_tag, library_name], [
        "mit",
        ["en"],
        "text-classification",
        "transformers",
      ]);
      assert.deepEqual(index.results[0].metrics, [{
        type: "accuracy",
        value: result.scores.accuracy,
      }]);
      assert.match(text, /Labels: negative, positive/);
      assert.match(text, /\| rank \| 2 \|/);
      assert.ok(!card.includes(server.token) && !card.includes(folder));
      const answers = await result.predict(["the film was lovely"]);
      await result.dispose();

      const files = Object.fromEntries(Object.entries(server.files));
      await using reading = startHub(files);
      const options = optionsFor(reading, join(folder, "cache"));
      const { waits: _, ...download } = options;
      const found = await resolveModel("hf:org/name", download);
      const opened = await open(found.folder);
      const [{ label }] = await opened.predict(["the film was lovely"]) as typeof answers;
      assert.equal(label, answers[0].label);
      await opened.dispose();
    } finally {
      if (before === undefined) Deno.env.delete("HF_TOKEN");
      else Deno.env.set("HF_TOKEN", before);
    }
  }));

Deno.test("a token that the hub does not know is refused before any training", () =>
  inFolder(async (folder) => {
    await using server = startUploads();
    const before = Deno.env.get("HF_TOKEN");
    Deno.env.set("HF_TOKEN", "hf_other");
    try {
      const plan = model(await tinyModel(join(folder, "base")))
        .data(moods(48), { text: "text", label: "mood" }).adapt(lora()).train({ epochs: 1e6 })
        .deploy(hub("org/name", { folder: join(folder, "out"), endpoint: server.endpoint }));
      await assert.rejects(
        plan.run({ quiet: true }),
        (error: Error) => error.message.includes("HF_TOKEN") && !error.message.includes("hf_other"),
      );
    } finally {
      if (before === undefined) Deno.env.delete("HF_TOKEN");
      else Deno.env.set("HF_TOKEN", before);
    }
  }));

Deno.test("a plan file keeps the repository, and a name that is none is refused", () => {
  const plan = model("file:none").data("rows.csv", { text: "text", label: "mood" }).adapt(lora())
    .train().deploy(hub("org/name", { form: "adapter" }));
  const json = plan.toJSON();
  assert.deepEqual(json.deploy, [{
    target: "hub",
    folder: "org/name",
    options: { form: "adapter" },
  }]);
  assert.deepEqual(Plan.from(json).toJSON(), json);
  for (const wrong of ["name", "", "a/b/c", "org/name@main", 7]) {
    assert.throws(() => hub(wrong as string), isMistake("input", "hub takes a repository"));
  }
});
