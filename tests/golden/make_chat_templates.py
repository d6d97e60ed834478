"""Conversations as transformers' apply_chat_template renders them: chat_templates.json.

The templates named after a family are those that TRL ships (Apache-2.0); the others are written here in
the style of models whose own text TRL does not ship.
"""

from datetime import datetime
from pathlib import Path

import trl
from golden import HERE, save_json
from transformers.utils import chat_template_utils

SHIPPED = [
    "cohere2_training", "deepseekv3", "gemma", "gemma3_training", "gptoss", "lfm2", "llama3_training",
    "llama3_1", "llama3_2", "phi3", "qwen2_5", "qwen2_5_training", "qwen3", "qwen3_training",
]
OWN = {
    "smollm2": "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
    "{{ '<|im_start|>system\nYou are a helpful AI assistant.<|im_end|>\n' }}{% endif %}"
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    "zephyr": "{% for message in messages %}\n{% if message['role'] == 'user' %}\n"
    "{{ '<|user|>\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'system' %}\n"
    "{{ '<|system|>\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'assistant' %}\n"
    "{{ '<|assistant|>\n' + message['content'] + eos_token }}\n{% endif %}\n"
    "{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}",
    "mistral": """{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set turns = messages[1:] %}
{%- else %}
    {%- set turns = messages %}
{%- endif %}
{{- bos_token }}
{%- for message in turns %}
    {%- if (message["role"] == "user") != (loop.index0 % 2 == 0) %}
        {{- raise_exception("After the optional system message, user and assistant must alternate!") }}
    {%- endif %}
    {%- if message["role"] == "user" %}
        {%- if loop.last and system_message is defined %}
            {{- "[INST] " + system_message + "\\n\\n" + message["content"] + " [/INST]" }}
        {%- else %}
            {{- "[INST] " + message["content"] + " [/INST]" }}
        {%- endif %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"] | trim + eos_token }}
    {%- endif %}
{%- endfor %}
""",
    # What Python prints of values, which names a loop keeps, and how much strip takes.
    "python": """{{ none }}|{{ true }}|{{ messages[0] }}|{{ 3 / 2 }}|{{ 7 // 2 }}|{{ -7 % 3 }}|{{ [1, 'a', "it's", none] }}
{% for message in messages %}
  {% if loop.first %}{% set kept = 'kept' %}{% endif %}
  {{ kept }}/{{ message.content | trim }}/{{ message['content'].strip('\\n') }}/{{ message.content.lstrip(' H') }}/{{ message.content.rstrip('.!') }}
  {%- if loop.index0 == 1 %}{% continue %}{% endif %}
  {{ message.role | upper }} {{ message.get('name', 'nobody') }} {{ message.content | length }}
{% endfor %}
{{ tools | tojson(indent=2) if tools else 'no tools' }} {{ strftime_now('%Y-%m-%d %d %b %B %A %H:%M %j %y %%') }}
""",
}

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather of a place, in <degrees> & \"words\".",
            "parameters": {
                "type": "object",
                "properties": {
                    "place": {"type": "string", "description": "A town, such as Zürich"},
                    "days": {"type": "integer"},
                },
                "required": ["place"],
            },
        },
    }
]


def turn(role: str, content: str, **others):
    return {"role": role, "content": content, **others}


CALL = {"type": "function", "function": {"name": "weather", "arguments": {"place": "Zürich", "days": 2}}}
CONVERSATIONS = {
    "question": {"messages": [turn("user", "Hello!")]},
    "answer": {"messages": [turn("user", "Hello!"), turn("assistant", "Hi. How are you?")]},
    "system": {
        "messages": [
            turn("system", "Answer in one word."),
            turn("user", "Capital of France?"),
            turn("assistant", "Paris"),
            turn("user", "And of 日本 🗾?"),
            turn("assistant", "東京"),
        ]
    },
    "spaces": {
        "messages": [
            turn("user", "\n  Two lines\n\nof text. \n"),
            turn("assistant", "  An answer\nwith spaces!  \n\n"),
            turn("user", "\tMore."),
            turn("assistant", "\n\nLast. "),
        ]
    },
    "thinking": {
        "messages": [
            turn("user", "What is 2 + 2?"),
            turn("assistant", "<think>\nTwo and two.\n</think>\n\n 4"),
            turn("user", "And 3 + 3?"),
            turn("assistant", "<think>\n\nThree and three. \n</think>\n\n6"),
        ]
    },
    "tools": {
        "messages": [
            turn("system", "You know the weather."),
            turn("user", "Weather in Zürich?"),
            turn("assistant", "", tool_calls=[CALL]),
            turn("tool", '{"degrees": 21}', name="weather"),
            turn("assistant", "It is 21 degrees."),
        ],
        "tools": TOOLS,
    },
    "twice": {"messages": [turn("user", "One."), turn("user", "Two.")]},
}
TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}


class Clock(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz=None):
        return cls(2026, 7, 5, 9, 3)


def render(source: str, messages, tools, prompt: bool):
    try:
        [text], _ = chat_template_utils.render_jinja_template(
            conversations=[messages], tools=tools, chat_template=source, add_generation_prompt=prompt, **TOKENS
        )
        return text
    except Exception:  # the template refuses the conversation
        return None


def main() -> None:
    chat_template_utils.datetime = Clock
    folder = Path(trl.__file__).parent / "chat_templates"
    templates = {name: (folder / f"{name}.jinja").read_text() for name in SHIPPED} | OWN
    renderings = [
        {"template": name, "conversation": key, "prompt": prompt, "text": render(source, row["messages"], row.get("tools"), prompt)}
        for name, source in templates.items()
        for key, row in CONVERSATIONS.items()
        for prompt in (False, True)
        if not prompt or key in ("question", "system", "tools")
    ]
    content = {
        "licence": "templates of models: Apache-2.0, as shipped by TRL",
        "variables": TOKENS,
        "now": "2026-07-05T09:03:00",
        "templates": templates,
        "conversations": CONVERSATIONS,
        "renderings": renderings,
    }
    save_json(HERE / "chat_templates.json", content, ["transformers", "jinja2", "trl"])


if __name__ == "__main__":
    main()
