/**
 * Templates for base models, whose tokenizer brings none.
 *
 * @module
 */

/** What a template depends on in a tokenizer. */
export interface TokenizerFacts {
  /** Whether a text is one token. */
  hasToken(text: string): boolean;
  /** The end token, where the tokenizer has one. */
  readonly endToken?: string | undefined;
}

/**
 * ChatML as Qwen and SmolLM write it, without a system prompt of its own. A tokenizer without
 * `<|im_end|>` spells the marks with ordinary tokens, and its own end token closes a turn, so that all
 * runtimes stop there.
 */
function chatml({ hasToken, endToken }: TokenizerFacts): string {
  const end = hasToken("<|im_end|>") || endToken === undefined ? "'<|im_end|>'" : "eos_token";
  return "{% for message in messages %}" +
    `{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + ${end} + '\\n' }}` +
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
}

/** The contents one after the other; the end token closes what the assistant says. */
function plain({ endToken }: TokenizerFacts): string {
  const end = endToken === undefined
    ? ""
    : "{% if message['role'] == 'assistant' %}{{ eos_token }}{% endif %}";
  return `{% for message in messages %}{{ message['content'] }}${end}{% endfor %}`;
}

/** A content a line; the end token closes what the assistant says. For small base models: it asks for no marks. */
function lines({ endToken }: TokenizerFacts): string {
  const end = endToken === undefined ? "'\\n'" : "eos_token";
  return "{% for message in messages %}{{ message['content'] }}" +
    `{% if message['role'] == 'assistant' %}{{ ${end} }}{% else %}{{ '\\n' }}{% endif %}{% endfor %}`;
}

/** The templates by name. */
export const builtInTemplates: Readonly<Record<string, (facts: TokenizerFacts) => string>> = {
  chatml,
  plain,
  lines,
};
