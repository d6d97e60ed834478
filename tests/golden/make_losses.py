"""Cross-entropies and their gradients by PyTorch → losses.json.

Each case: name, kind, options, targets (class ids, or shares [rows][classes]), weights [rows], losses
[rows] and gradients [rows][classes] of the weighted sum. The focal factor is written out as the paper
has it (Lin et al., arXiv 1708.02002), on top of PyTorch's own losses.
"""

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, log_softmax

from golden import HERE, save_json

CLASSES = 4
ROWS = 5
torch.manual_seed(1)
LOGITS = (3 * torch.randn(ROWS, CLASSES)).float()
IDS = torch.tensor([0, 3, 1, 1, 2])
SHARES = torch.softmax(torch.randn(ROWS, CLASSES), -1)
SEVERAL = torch.tensor([[1, 0, 1, 0], [0, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 1], [1, 0, 0, 1]]).float()
WEIGHTS = torch.tensor([1.0, 0.0, 2.0, 1.0, 0.5])
CLASS_WEIGHTS = [0.5, 2.0, 1.0, 0.25]


def single(logits, targets, labelSmoothing=0.0, classWeights=None, focalGamma=0.0):
    weight = None if classWeights is None else torch.tensor(classWeights)
    if focalGamma == 0:
        return cross_entropy(
            logits, targets, weight=weight, label_smoothing=labelSmoothing, reduction="none"
        )
    shares = torch.nn.functional.one_hot(targets, CLASSES).float() if targets.dim() == 1 else targets
    shares = shares * (1 - labelSmoothing) + labelSmoothing / CLASSES
    logarithms = log_softmax(logits, -1)
    factors = (1 - logarithms.exp()) ** focalGamma * (1 if weight is None else weight)
    return -(shares * factors * logarithms).sum(-1)


def multi(logits, targets, focalGamma=0.0):
    losses = binary_cross_entropy_with_logits(logits, targets, reduction="none")
    yes = torch.sigmoid(logits)
    right = yes * targets + (1 - yes) * (1 - targets)
    return (losses * (1 - right) ** focalGamma).mean(-1)


def case(name, loss, targets, **options):
    logits = LOGITS.clone().requires_grad_()
    losses = loss(logits, targets, **options)
    (losses * WEIGHTS).sum().backward()
    return {
        "name": name,
        "kind": loss.__name__,
        "options": options,
        "targets": targets.tolist(),
        "losses": losses.tolist(),
        "gradients": logits.grad.tolist(),
    }


def cases():
    smooth, weighted, focal = {"labelSmoothing": 0.2}, {"classWeights": CLASS_WEIGHTS}, {"focalGamma": 2.0}
    return [
        case("class ids", single, IDS),
        case("shares", single, SHARES),
        case("smoothed", single, IDS, **smooth),
        case("weighted", single, IDS, **weighted),
        case("smoothed and weighted", single, IDS, **smooth, **weighted),
        case("shares, smoothed and weighted", single, SHARES, **smooth, **weighted),
        case("focal", single, IDS, **focal),
        case("focal with a gamma below 1", single, IDS, focalGamma=0.5),
        case("focal, smoothed and weighted", single, IDS, **focal, **smooth, **weighted),
        case("focal of shares", single, SHARES, **focal),
        case("several labels", multi, SEVERAL),
        case("several labels, focal", multi, SEVERAL, **focal),
        case("several labels, focal with a gamma below 1", multi, SEVERAL, focalGamma=0.5),
    ]


if __name__ == "__main__":
    content = {"logits": LOGITS.tolist(), "weights": WEIGHTS.tolist(), "cases": cases()}
    save_json(HERE / "losses.json", content, ("torch",))
