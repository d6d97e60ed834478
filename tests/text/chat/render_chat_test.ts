import assert from "node:assert/strict";
import { chooseTemplate } from "../../../lib/text/chat/chat_template.ts";
import { renderChat, renderMarkedChat } from "../../../lib/text/chat/render_chat.ts";
import { isMistake } from "../../is_mistake.ts";

const golden = JSON.parse(
  await Deno.readTextFile(new URL("../../golden/chat_templates.json", import.meta.url)),
);

for (const [name, source] of Object.entries<string>(golden.templates)) {
  Deno.test(`the template ${name} renders what transformers renders`, () => {
    const template = { source, tokens: golden.variables };
    const own = golden.renderings.filter(({ template }: { template: string }) => template === name);
    assert.ok(own.length > 0);
    for (const { conversation, prompt, text } of own) {
      const { messages, tools } = golden.conversations[conversation];
      const render = () =>
        renderChat(template, messages, {
          tools,
          addGenerationPrompt: prompt,
          date: new Date(golden.now),
        });
      if (text === null) assert.throws(render, { kind: "data" });
      else {
        assert.equal(render(), text, conversation);
        const marked = renderMarkedChat(template, messages, { tools, date: new Date(golden.now) });
        if (!prompt) assert.equal(marked.text, text);
      }
    }
  });
}

const source = {
  templates: { default: "{{ 'own' }}", tool_use: "{{ 'tools' }}" },
  tokens: { eos_token: "</s>" },
  endToken: "</s>",
  hasToken: (text: string) => text === "</s>",
};
const turns = [{ role: "user", content: "A" }, { role: "assistant", content: "B" }];

Deno.test("the model's own template is chosen, the one for tools where there are tools", () => {
  assert.equal(renderChat(chooseTemplate(source), turns), "own");
  assert.equal(renderChat(chooseTemplate(source, undefined, true), turns), "tools");
  assert.equal(renderChat(chooseTemplate(source, "{{ 'given' }}"), turns), "given");
});

Deno.test("a base model is told which option to give, and has three templates to choose", () => {
  const base = { ...source, templates: {} };
  assert.throws(() => chooseTemplate(base), isMistake("input", /give template: "chatml"/));
  assert.throws(() => chooseTemplate(base, "chatlm"), isMistake("input", /did you mean "chatml"/));
  assert.equal(renderChat(chooseTemplate(base, "plain"), turns), "AB</s>");
  assert.equal(renderChat(chooseTemplate(base, "lines"), turns), "A\nB</s>");
  assert.equal(
    renderChat(chooseTemplate({ ...base, endToken: undefined }, "lines"), turns),
    "A\nB\n",
  );
  assert.equal(
    renderChat(chooseTemplate(base, "chatml"), turns),
    "<|im_start|>user\nA</s>\n<|im_start|>assistant\nB</s>\n",
  );
  const known = { ...base, hasToken: () => true };
  assert.match(renderChat(chooseTemplate(known, "chatml"), turns), /B<\|im_end\|>\n$/);
});

Deno.test("what is no Jinja and what a template raises are errors that say so", () => {
  const bad = { source: "{% for %}", tokens: {} };
  assert.throws(() => renderChat(bad, turns), isMistake("weights", /no Jinja/));
  const raises = { source: "{{ raise_exception('no tools here') }}", tokens: {} };
  assert.throws(() => renderChat(raises, turns), isMistake("data", /no tools here/));
});
