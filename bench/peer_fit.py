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
) -> list[float]:
    """The losses of the steps, one for each learning rate; `loss_of` is that of a batch's rows."""
    groups = [
        {"params": [p for p in head.parameters() if p.ndim > 1], "weight_decay": settings["weightDecay"]},
        {"params": [p for p in head.parameters() if p.ndim == 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups)
    losses = []
    for rate, batch in zip(rates, batches, strict=True):
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = loss_of(batch)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(head.parameters(), settings["maxGradientNorm"])
        optimizer.step()
        losses.append(loss.item())
    return losses
