"""The generalised Jensen-Shannon divergence and its gradients by TRL → gkd.json (2026-11-30).

Each case: beta, temperature, loss and gradients [answers][tokens][vocabulary] of TRL's `generalized_jsd_loss` (float64)
of the mean over the tokens that are labelled. `logits` are the student's and `teacher` the teacher's, `lengths` how many
tokens of each answer are labelled.
"""

import torch
from trl.experimental.gkd import GKDTrainer

from golden import HERE, save_json

ANSWERS, TOKENS, VOCABULARY = 3, 4, 6
torch.manual_seed(5)
LOGITS = 2 * torch.randn(ANSWERS, TOKENS, VOCABULARY)
TEACHER = 3 * torch.randn(ANSWERS, TOKENS, VOCABULARY)
LENGTHS = [4, 1, 3]
LABELS = torch.full((ANSWERS, TOKENS), -100)
for row, length in enumerate(LENGTHS):
    LABELS[row, :length] = 1


def case(beta, temperature):
    logits = LOGITS.double().requires_grad_()
    loss = GKDTrainer.generalized_jsd_loss(
        logits, TEACHER.double(), labels=LABELS, beta=beta, temperature=temperature
    )
    loss.backward()
    return {
        "beta": beta,
        "temperature": temperature,
        "loss": loss.item(),
        "gradients": logits.grad.tolist(),
    }


save_json(
    HERE / "gkd.json",
    {
        "logits": LOGITS.tolist(),
        "teacher": TEACHER.tolist(),
        "lengths": LENGTHS,
        "cases": [case(beta, t) for beta in (0.0, 0.1, 0.5, 1.0) for t in (1.0, 2.5)],
    },
    ("torch", "trl"),
)
