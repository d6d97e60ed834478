/**
 * Tools as Anthropic's endpoint takes them.
 *
 * @module
 */
import type { AnthropicConversation } from "./anthropic_messages.ts";
import { type AskedTools, askedTools, type ToolChoice } from "./asked_tools.ts";

const choices = { auto: "auto", any: "required", none: "none" } as const;

/** What a request says of tools. */
export function anthropicTools(
  { tools, tool_choice: choice }: Pick<AnthropicConversation, "tools" | "tool_choice">,
): AskedTools {
  const several = choice && "disable_parallel_tool_use" in choice
    ? !choice.disable_parallel_tool_use
    : true;
  return askedTools({
    tools: (tools ?? []).map(({ name, description, input_schema: parameters }) => ({
      name,
      description: description ?? undefined,
      parameters,
    })),
    choice: choiceOf(choice),
    several,
    choiceField: "tool_choice",
  });
}

function choiceOf(choice: AnthropicConversation["tool_choice"]): ToolChoice {
  if (!choice) return "auto";
  return choice.type === "tool" ? { name: choice.name } : choices[choice.type];
}
