"""Trains a head as Trainer does: AdamW, decay for matrices alone, clipping."""

from collections.abc import Callable

import torch
from torch import nn


def fit(
    head: nn.Module,
    loss_of: Callable[[torch.Tensor], torch.Tensor],
    batches: list[torch.Tensor],
    rates: list[float],
    settings: dict,
    after: Callable[[int], None] = lambda step: None,
) -> list[float]:
    """The losses of the steps, one for each learning rate.

    `loss_of` is that of a batch's rows; `after` is called with the number of each step, from 1, when it is done.
    """
    own = [p for p in head.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in own if p.ndim > 1], "weight_decay": settings["weightDecay"]},
        {"params": [p for p in own if p.ndim == 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups)
    losses = []
    for step, (rate, batch) in enumerate(zip(rates, batches, strict=True), start=1):
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = loss_of(batch)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(own, settings["maxGradientNorm"])
        optimizer.step()
        after(step)
        losses.append(loss.item())
    return losses
