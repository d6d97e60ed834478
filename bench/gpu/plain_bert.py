"""BERT for classification with LoRA in PyTorch alone, for machines without transformers and PEFT."""

import math
from types import SimpleNamespace

import torch
from torch import Tensor, nn
from torch.nn import functional

from peer_step import LABELS, VOCABULARY

POSITIONS = 512
NORM_EPSILON = 1e-12
WEIGHT_RANGE = 0.02


class Lora(nn.Module):
    """A frozen linear with a trained product of two small matrices beside it."""

    def __init__(self, inner: nn.Linear, rank: int, alpha: float) -> None:
        super().__init__()
        self.inner = inner
        self.a = nn.Parameter(torch.empty(rank, inner.in_features))
        self.b = nn.Parameter(torch.zeros(inner.out_features, rank))
        self.scale = alpha / rank
        nn.init.kaiming_uniform_(self.a, a=math.sqrt(5))

    def forward(self, x: Tensor) -> Tensor:
        return self.inner(x) + self.scale * functional.linear(functional.linear(x, self.a), self.b)


class Layer(nn.Module):
    """Attention and feed-forward, each with a residual and a norm after it."""

    def __init__(self, width: int, heads: int, intermediate: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.up, self.down = nn.Linear(width, intermediate), nn.Linear(intermediate, width)
        self.norms = nn.ModuleList(nn.LayerNorm(width, NORM_EPSILON) for _ in range(2))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        def split(y: Tensor) -> Tensor:
            return y.unflatten(-1, (self.heads, -1)).transpose(1, 2)

        attended = functional.scaled_dot_product_attention(
            split(self.query(x)), split(self.key(x)), split(self.value(x)), attn_mask=mask
        )
        x = self.norms[0](x + self.out(attended.transpose(1, 2).flatten(2)))
        return self.norms[1](x + self.down(functional.gelu(self.up(x))))


class Bert(nn.Module):
    """The encoder with a pooler and a classifier."""

    def __init__(self, settings: dict) -> None:
        super().__init__()
        width = settings["hidden"]
        self.tokens = nn.Embedding(VOCABULARY, width)
        self.positions = nn.Embedding(POSITIONS, width)
        self.types = nn.Embedding(2, width)
        self.norm = nn.LayerNorm(width, NORM_EPSILON)
        self.layers = nn.ModuleList(
            Layer(width, settings["heads"], settings["intermediate"])
            for _ in range(settings["layers"])
        )
        self.pooler, self.classifier = nn.Linear(width, width), nn.Linear(width, LABELS)
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=WEIGHT_RANGE)

    def forward(self, input_ids, attention_mask, token_type_ids, labels) -> SimpleNamespace:
        at = torch.arange(input_ids.shape[1], device=input_ids.device)
        x = self.tokens(input_ids) + self.positions(at) + self.types(token_type_ids)
        x = self.norm(x)
        mask = attention_mask[:, None, None, :].bool()
        for layer in self.layers:
            x = layer(x, mask)
        logits = self.classifier(torch.tanh(self.pooler(x[:, 0])))
        return SimpleNamespace(loss=functional.cross_entropy(logits, labels))


def make_model(settings: dict) -> nn.Module:
    """A BERT with random weights; LoRA trains its matrices and the classifier, as PEFT does."""
    model = Bert(settings)
    if settings["method"] == "full":
        return model
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for layer in model.layers:
        for name in settings["targets"]:
            setattr(layer, name, Lora(getattr(layer, name), settings["rank"], settings["alpha"]))
    model.classifier.requires_grad_(True)
    return model
