"""Numbers for tests/quick/transfer.test.ts: multinomial logistic regression, calibration, Wilson's interval.

    python make_probe.py > probe.json

Needs torch 2.13 and scipy.
"""
import json

import numpy as np
import torch
from scipy.optimize import minimize_scalar

torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(0)


def probe(x, y, weights, penalty, classes):
    """The minimum of the weighted mean cross-entropy + penalty / 2 * |kernel|^2 for standardized x, in float64."""
    mean, std = x.mean(0), x.std(0)
    z = torch.tensor((x - mean) / std)
    w, labels = torch.tensor(weights / weights.sum()), torch.tensor(y)
    kernel = torch.zeros(x.shape[1], classes, requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [kernel, bias], max_iter=2000, tolerance_grad=1e-12, tolerance_change=1e-15, line_search_fn="strong_wolfe"
    )

    def loss():
        optimizer.zero_grad()
        losses = torch.nn.functional.cross_entropy(z @ kernel + bias, labels, reduction="none")
        value = (losses * w).sum() + penalty / 2 * (kernel**2).sum()
        value.backward()
        return value

    for _ in range(5):
        optimizer.step(loss)
    probabilities = torch.softmax(z @ kernel + bias, 1)
    return probabilities.detach().numpy()


def ece(p, y, bins=15):
    confidence, predicted = p.max(1), p.argmax(1)
    edges = np.linspace(0, 1, bins + 1)
    total = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            total += inside.mean() * abs((predicted[inside] == y[inside]).mean() - confidence[inside].mean())
    return total


def temperature(p, y):
    logits = np.log(p)

    def loss(log_t):
        z = logits / np.exp(log_t)
        z = z - z.max(1, keepdims=True)
        q = z - np.log(np.exp(z).sum(1, keepdims=True))
        return -q[np.arange(len(y)), y].mean()

    return float(np.exp(minimize_scalar(loss, bounds=(-2.7, 2.7), method="bounded", options={"xatol": 1e-9}).x))


n, d, classes = 40, 6, 3
y = np.arange(n) % classes
x = np.round(rng.normal(size=(n, d)) + np.eye(classes, d)[y] * 1.5, 3)
weights = np.where(np.arange(n) % 5 == 0, 0.0, 1.0)
logits = np.round(rng.normal(size=(60, 4)) * 3, 3)
labels = np.where(rng.random(60) < 0.6, logits.argmax(1), rng.integers(0, 4, 60))
p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
t = temperature(p, labels)
cooled = p ** (1 / t) / (p ** (1 / t)).sum(1, keepdims=True)
print(
    json.dumps(
        {
            "features": x.flatten().tolist(),
            "labels": y.tolist(),
            "weights": weights.tolist(),
            "probes": [
                {"penalty": penalty, "probabilities": np.round(probe(x, y, weights, penalty, classes), 9).flatten().tolist()}
                for penalty in (1.0, 0.1, 0.003)
            ],
            "calibration": {
                "logits": logits.flatten().tolist(),
                "labels": labels.tolist(),
                "temperature": t,
                "before": ece(p, labels),
                "after": ece(cooled, labels),
            },
        }
    )
)
