"""Losses of a distillation and their gradients by PyTorch → distillation.json (2026-11-30).

Each case: name, of (classes, labels or numbers), temperature, weight, shares of the teachers, teachers
[teachers][rows][numbers], targets, loss and gradients [rows][numbers] of the whole: weight · T² · KL by
`KLDivLoss` (Hinton et al., arXiv 1503.02531) + (1 − weight) · the task's own loss as transformers defines it.
`states` are hidden states of two layers and how far they are from a teacher's, projected or not.
`attention` are queries, keys and values of one layer for texts of several lengths, padded, and how far their attention
is from a teacher's: `MSELoss` of scores or probabilities (TinyBERT, arXiv 1909.10351), `KLDivLoss` of relations (MiniLM,
arXiv 2002.10957 and 2012.15828), each text by itself without padding, the mean over the texts.
"""

import torch
from torch.nn.functional import (
    binary_cross_entropy_with_logits,
    cross_entropy,
    kl_div,
    log_softmax,
    mse_loss,
    normalize,
)

from golden import HERE, save_json

ROWS, NUMBERS = 5, 4
torch.manual_seed(3)
LOGITS = 2 * torch.randn(ROWS, NUMBERS)
TEACHERS = 3 * torch.randn(3, ROWS, NUMBERS)
IDS = torch.tensor([0, 3, 1, 1, 2])
SEVERAL = torch.tensor([[1, 0, 1, 0], [0, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 1], [1, 0, 0, 1]]).float()
VALUES = torch.randn(ROWS, NUMBERS)


def classes(logits, teachers, shares, temperature):
    mean = (shares[:, None, None] * torch.softmax(teachers / temperature, -1)).sum(0)
    return kl_div(log_softmax(logits / temperature, -1), mean, reduction="batchmean") * temperature**2


def labels(logits, teachers, shares, temperature):
    yes = (shares[:, None, None] * torch.sigmoid(teachers / temperature)).sum(0)
    said = torch.stack([-logits, logits], -1) / temperature
    logarithms = torch.nn.functional.logsigmoid(said)
    both = torch.stack([1 - yes, yes], -1)
    return kl_div(logarithms, both, reduction="sum") / logits.numel() * temperature**2


def numbers(logits, teachers, shares, temperature):
    return mse_loss(logits, (shares[:, None, None] * teachers).sum(0))


OWN = {
    "classes": (lambda logits: cross_entropy(logits, IDS), IDS),
    "labels": (lambda logits: binary_cross_entropy_with_logits(logits, SEVERAL), SEVERAL),
    "numbers": (lambda logits: mse_loss(logits, VALUES), VALUES),
}


def case(of, temperature, weight, shares):
    logits = LOGITS.double().requires_grad_()
    teachers = TEACHERS[: len(shares)].double()
    own, targets = OWN[of.__name__]
    soft = of(logits, teachers, torch.tensor(shares).double(), temperature)
    loss = weight * soft + (1 - weight) * own(logits)
    loss.backward()
    return {
        "name": f"{of.__name__}, temperature {temperature}, weight {weight}, {len(shares)} teachers",
        "of": of.__name__,
        "temperature": temperature,
        "weight": weight,
        "shares": shares,
        "teachers": teachers.tolist(),
        "targets": targets.tolist(),
        "loss": loss.item(),
        "gradients": logits.grad.tolist(),
    }


CASES = [
    case(of, temperature, weight, shares)
    for of in (classes, labels, numbers)
    for temperature, weight, shares in (
        (1.0, 1.0, [1.0]),
        (4.0, 0.7, [1.0]),
        (2.0, 0.5, [0.5, 0.2, 0.3]),
    )
]



def states(own, taught, projection=None):
    """The distance of normalised states by Sun et al. (arXiv 1908.09355), the mean over two layers and the rows."""
    own = [each.double().requires_grad_() for each in own]
    matrices = [each.double().requires_grad_() for each in projection or []]
    seen = [each @ matrix.T for each, matrix in zip(own, matrices)] if matrices else own
    loss = sum(
        mse_loss(normalize(each, dim=-1), normalize(other.double(), dim=-1), reduction="sum")
        for each, other in zip(seen, taught)
    ) / (len(own) * ROWS)
    loss.backward()
    return {
        "states": [each.tolist() for each in own],
        "teacher": [each.tolist() for each in taught],
        "projections": [each.tolist() for each in matrices],
        "loss": loss.item(),
        "gradients": [each.grad.tolist() for each in own],
        "projectionGradients": [each.grad.tolist() for each in matrices],
    }


WIDE, NARROW = 2 * torch.randn(2, ROWS, 4), torch.randn(2, ROWS, 3)
STATES = [
    states(2 * torch.randn(2, ROWS, 4), WIDE),
    states(NARROW, WIDE, list(torch.randn(2, 4, 3))),
]



def next_tokens(top, temperature, weight):
    """Two texts of 4 and 3 tokens of a vocabulary of 6; the last text's row is padded to 4."""
    ids = torch.tensor([[1, 5, 0, 2], [3, 3, 4, 0]])
    counts = torch.tensor([[1.0, 1, 1], [1, 1, 0]])
    student = (2 * torch.randn(2, 4, 6)).double().requires_grad_()
    teacher = (3 * torch.randn(2, 4, 6)).double()
    said = log_softmax(teacher / temperature, -1)
    values, indices = said.topk(top, -1)
    own = log_softmax(student / temperature, -1)
    if top == 6:
        soft = kl_div(own, said, log_target=True, reduction="none").sum(-1)
    else:
        likely = own.gather(-1, indices)
        together = lambda each: torch.log1p(-each.exp().sum(-1, keepdim=True))
        whole = torch.cat([likely, together(likely)], -1)
        soft = kl_div(
            whole, torch.cat([values, together(values)], -1), log_target=True, reduction="none"
        ).sum(-1)
    hard = cross_entropy(student[:, :-1].reshape(-1, 6), ids[:, 1:].reshape(-1), reduction="none")
    mean = lambda losses: (losses * counts).sum() / counts.sum()
    loss = weight * temperature**2 * mean(soft[:, :-1]) + (1 - weight) * mean(hard.view(2, 3))
    loss.backward()
    return {
        "top": top,
        "temperature": temperature,
        "weight": weight,
        "ids": [[1, 5, 0, 2], [3, 3, 4]],
        "logits": student.tolist(),
        "teacher": teacher.tolist(),
        "likely": [torch.cat([indices, values], -1)[row, :length].flatten().tolist()
                   for row, length in enumerate((4, 3))],
        "loss": loss.item(),
        "gradients": student.grad.tolist(),
    }


NEXT_TOKENS = [next_tokens(6, 2.0, 1.0), next_tokens(3, 1.5, 0.6)]

LENGTHS = (4, 1, 3)
VECTORS = ("query", "key", "value")


def in_heads(vectors, heads):
    """[tokens, width] -> [heads, tokens, size]"""
    return vectors.view(len(vectors), heads, -1).transpose(0, 1)


def products(a, b, heads):
    a, b = in_heads(a, heads), in_heads(b, heads)
    return a @ b.transpose(1, 2) / a.shape[-1] ** 0.5


def of_text(compare, relations, own, taught, heads):
    if compare == "relations":
        loss = 0
        for relation in relations:
            a, b = relation.split("-")
            mine = log_softmax(products(own[a], own[b], heads[0]), -1)
            said = torch.softmax(products(taught[a], taught[b], heads[1]), -1)
            loss = loss + kl_div(mine, said, reduction="sum") / (heads[0] * mine.shape[1])
        return loss
    maps = [products(each["query"], each["key"], count) for each, count in zip((own, taught), heads)]
    if compare == "probabilities":
        maps = [each.softmax(-1) for each in maps]
    return mse_loss(*maps)


def attention(compare, relations, widths, heads):
    """The vectors [texts, tokens, width] of the model and the teacher; `heads` are those that are compared."""
    own, taught = (
        {name: (1.5 * torch.randn(len(LENGTHS), max(LENGTHS), width)).double() for name in VECTORS}
        for width in widths
    )
    for each in own.values():
        each.requires_grad_()
    losses = [
        of_text(compare, relations, *({name: all[name][at, :length] for name in VECTORS} for all in (own, taught)), heads)
        for at, length in enumerate(LENGTHS)
    ]
    loss = torch.stack(losses).mean()
    loss.backward()
    lists = lambda all: {name: each.tolist() for name, each in all.items()}
    return {
        "compare": compare,
        "relations": relations,
        "heads": heads,
        "own": lists(own),
        "teacher": lists(taught),
        "loss": loss.item(),
        "gradients": {
            name: (torch.zeros_like(each) if each.grad is None else each.grad).tolist()
            for name, each in own.items()
        },
    }


ATTENTION = [
    attention("scores", [], (4, 6), (2, 2)),
    attention("probabilities", [], (4, 6), (2, 2)),
    attention("relations", ["query-key", "value-value"], (4, 4), (2, 2)),
    attention("relations", ["query-query", "key-key", "value-value"], (4, 12), (2, 2)),
]

save_json(
    HERE / "distillation.json",
    {
        "logits": LOGITS.tolist(),
        "cases": CASES,
        "states": STATES,
        "nextTokens": NEXT_TOKENS,
        "attention": {"lengths": list(LENGTHS), "cases": ATTENTION},
    },
    ["torch"],
)
