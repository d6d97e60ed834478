import assert from "node:assert/strict";
import { downloadFromHub } from "../../lib/weights/hub.ts";
import { model, withHub } from "./with_hub.ts";

Deno.test("redirects that go round or leave the web are refused", () =>
  withHub(async (hub, options) => {
    for (const location of ["/again", "file:///etc/passwd", "http://["]) {
      hub.intercept = () => new Response(null, { status: 302, headers: { location } });
      await assert.rejects(downloadFromHub(model, options), {
        kind: "download",
        message: /redirects (more than 10 times|to .*, which is not https)/,
      });
    }
  }));

Deno.test("refusals say what to do", () =>
  withHub(async (hub, options) => {
    const refuse = (status: number, code?: string) => () =>
      new Response(null, { status, headers: code ? { "x-error-code": code } : {} });
    const cases: [number, string | undefined, string, RegExp][] = [
      [401, undefined, "", /private, gated or does not exist.*set HF_TOKEN/],
      [403, undefined, "", /HTTP 403.*set HF_TOKEN/],
      [401, undefined, "hf_old", /token in use has no access.*check HF_TOKEN/],
      [401, "RepoNotFound", "", /no model org\/name at .*private.*set HF_TOKEN/],
      [403, "GatedRepo", "", /gated: ask for access at http.*\/org\/name, and set HF_TOKEN/],
      [404, "RepoNotFound", "", /there is no model org\/name/],
      [404, "RevisionNotFound", "", /no revision "main"/],
      [404, "EntryNotFound", "", /has no config\.json; is it a model/],
      [404, undefined, "", /has no config\.json|without a valid X-Repo-Commit/],
      [410, undefined, "", /HTTP 410/],
      [200, undefined, "", /X-Repo-Commit header, so it is not a Hugging Face hub/],
    ];
    for (const [status, code, token, message] of cases) {
      hub.intercept = refuse(status, code);
      await assert.rejects(downloadFromHub(model, { ...options, token }), {
        kind: "download",
        message,
      });
    }
    assert.deepEqual(options.waits, [], "none of these passes by waiting");
    hub.intercept = undefined;
    await assert.rejects(downloadFromHub({ ...model, revision: "nope" }, options), {
      message: /org\/name has no revision "nope"/,
    });
    delete hub.files["model.safetensors"];
    await assert.rejects(downloadFromHub(model, options), {
      message:
        /has no model\.safetensors\.index\.json and no model\.safetensors\. Only safetensors/,
    });
  }));

Deno.test("headers that would write outside the cache are refused", () =>
  withHub(async (hub, options) => {
    for (
      const headers of [
        { "x-repo-commit": "../../evil", etag: `"${"a".repeat(40)}"` },
        { "x-repo-commit": hub.commit, etag: '"../../evil"' },
        { "x-repo-commit": hub.commit, etag: '".."' },
        { "x-repo-commit": hub.commit, etag: "" },
      ]
    ) {
      hub.intercept = () => new Response(null, { headers });
      await assert.rejects(downloadFromHub(model, options), { kind: "download" });
    }
    const left = [...Deno.readDirSync(options.cacheFolder)].map(({ name }) => name);
    assert.ok(left.every((name) => name === "models--org--name"), String(left));
  }));

Deno.test("a busy server says how long to wait, a broken one is waited for longer each time", () =>
  withHub(async (hub, options) => {
    const statuses: [number, string?][] = [[429, "7"], [503], [500], [502, "0"]];
    hub.intercept = () => {
      const [status, wait] = statuses.shift() ?? [];
      return status
        ? new Response(null, { status, headers: wait ? { "retry-after": wait } : {} })
        : undefined;
    };
    await downloadFromHub(model, options);
    assert.deepEqual(options.waits, [7000, 1000, 2000, 0]);

    options.waits.length = 0;
    hub.intercept = () => new Response(null, { status: 503 });
    await assert.rejects(downloadFromHub({ ...model, revision: "v1" }, options), {
      message: /HTTP 503/,
    });
    assert.deepEqual(options.waits, [500, 1000, 2000, 4000]);

    hub.intercept = () => new Response(null, { status: 429, headers: { "retry-after": "3600" } });
    await assert.rejects(downloadFromHub({ ...model, revision: "v1" }, options), {
      message: /refuses more requests for now \(HTTP 429\).*asks to wait 3600 s/,
    });
  }));
