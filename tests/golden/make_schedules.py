"""The learning rates of transformers' `get_scheduler` → schedules.json.

Each case: schedule (our name), steps, settings (ours), scales of the learning rate by step.
"""

import torch
from transformers import get_scheduler

from golden import HERE, save_json

LEARNING_RATE = 0.5


def case(name, theirs, total, warmup, settings=None, **specific):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=LEARNING_RATE)
    scheduler = get_scheduler(theirs, optimizer, warmup, total, scheduler_specific_kwargs=specific)
    scales = []
    for _ in range(total + 1):
        scales.append(scheduler.get_last_lr()[0] / LEARNING_RATE)
        optimizer.step()
        scheduler.step()
    return {
        "schedule": name,
        "totalSteps": total,
        "warmupSteps": warmup,
        "settings": settings or {},
        "scales": scales,
    }


def cases():
    for total, warmup in ((20, 3), (7, 0), (11, 5), (1, 0)):
        yield case("constant", "constant_with_warmup", total, warmup)
        yield case("linear", "linear", total, warmup)
        yield case("cosine", "cosine", total, warmup)
        yield case("cosine", "cosine_with_min_lr", total, warmup, {"finalScale": 0.1}, min_lr_rate=0.1)
        for cycles in (1, 2, 3):
            settings = {"cycles": cycles}
            yield case(
                "cosine-with-restarts", "cosine_with_restarts", total, warmup, settings, num_cycles=cycles
            )
        for power in (1, 2, 0.5):
            for scale in (0, 0.2):
                settings = {"power": power, "finalScale": scale}
                end = scale * LEARNING_RATE
                yield case("polynomial", "polynomial", total, warmup, settings, power=power, lr_end=end)
        for share in (0.1, 0.25):
            steps = -int(-share * total // 1)  # rounded up
            settings = {"decayShare": share}
            yield case(
                "warmup-stable-decay", "warmup_stable_decay", total, warmup, settings, num_decay_steps=steps
            )


if __name__ == "__main__":
    save_json(HERE / "schedules.json", {"cases": list(cases())}, ("torch", "transformers"))
