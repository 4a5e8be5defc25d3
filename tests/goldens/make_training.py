"""Makes training.json: 20 training steps of two nets in PyTorch, loss by loss.

    pip install torch==2.13.0 numpy
    python tests/goldens/make_training.py

Weights, pictures and labels come from `pattern.py`; nothing random, no dropout.

    lenet    conv 20 kernels 5x5 same + ReLU, max pooling 2x2, conv 50 kernels 5x5 same + ReLU,
             max pooling 2x2, flatten, dense 500 + ReLU, dense 10 + softmax
    lenet5   LeCun et al. 1998, "Gradient-based learning applied to document recognition", II.B:
             zero padding 2 (28 -> 32); C1 6 kernels 5x5 valid + tanh;
             S2 tanh(coefficient * (sum over 2x2) + bias), one coefficient and one bias a map;
             C3 16 kernels 5x5 valid over the maps of his table I + tanh; S4 like S2; flatten;
             C5 dense 120 + tanh; F6 dense 84 + tanh; dense 10 + softmax

All tensors are in Keras's layout: pictures [16, 28, 28, 1], convolution kernels [height, width, in, out],
dense kernels [in, out], flatten in the order [height, width, channel]. C3's kernel is [5, 5, 60]: the connected
pairs of an input and an output map, ordered by output map, then by input map.

Layout of the file:

    pattern                 sample values of the formula
    batchSize, steps, classes, inputShape
    nets.NAME.parameters    number of trainable values
    nets.NAME.connections   lenet5 only: for each of the 16 maps of C3 the maps of S2 that it sees
    nets.NAME.tensors[]     in the order of creation: name, shape, and how it starts:
                            {k, scale} pattern(shape, k, scale), scale = 2 sqrt(6 / (fan in + fan out)), that is
                            Glorot uniform; or {constant}. k is the tensor's place in this list.
    nets.NAME.runs[]        one optimizer each: name, formula, its numbers, and
        picturesK           the batch of a step has k = picturesK + step, values h / 2^32;  step = 0 ... 19
        labelsK             its labels have k = labelsK + step, values h mod classes
        losses              mean softmax cross-entropy before each update, everything in float32
        lossesFloat64       the same run in float64: how much of a difference is rounding
        final[]             for each tensor after the last update: name, first (its first 5 values), l2 (its norm)

The runs: `sgd` (torch.optim.SGD with momentum; the buffer is v = momentum v + g, w = w - lr v, which is Keras's
v = momentum v - lr g, w = w + v at a constant rate), `adamTorch` (torch.optim.Adam) and `adamKeras` (Keras's
formula, written out below). The two differ in where epsilon stands: PyTorch adds it to the bias-corrected sqrt(v),
Keras to the raw one.

Why `lenet` has batches of its own for SGD and for Adam: where two values under a max pooling, or a value and ReLU's 0,
differ by no more than float32's rounding, two correct programs send the gradient different ways, and 20 steps later
their losses can differ by 1e-3. A run makes millions of such comparisons, and most choices of batches meet a bad one.
These were searched for: in float64, noise of 2e-7 of the root mean square on every convolution's output and every
gradient, or Adam's bias corrections computed in float32 (Keras does that: a rate wrong by up to 1e-5), moves no loss
by more than 1e-5 of itself. `lenet5` is smooth and needs no care.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F

from pattern import labels, pattern, pattern_sample, pictures, rounded, write

BATCH, STEPS, CLASSES, INPUT = 16, 20, 10, [28, 28, 1]
PICTURES_K = {
    "lenet": {"sgd": 28100, "adamTorch": 17700, "adamKeras": 17700},
    "lenet5": {"sgd": 1000, "adamTorch": 1000, "adamKeras": 1000},
}

CONNECTIONS = (
    [sorted((m + j) % 6 for j in range(3)) for m in range(6)]
    + [sorted((m + j) % 6 for j in range(4)) for m in range(6)]
    + [[0, 1, 3, 4], [1, 2, 4, 5], [0, 2, 3, 5], [0, 1, 2, 3, 4, 5]]
)
PAIRS = [(out, inp) for out, inputs in enumerate(CONNECTIONS) for inp in inputs]


def glorot(name, shape, fan_in, fan_out):
    return {"name": name, "shape": shape, "scale": 2 * math.sqrt(6 / (fan_in + fan_out))}


def conv_kernel(name, size, inputs, outputs):
    return glorot(name, [size, size, inputs, outputs], size**2 * inputs, size**2 * outputs)


def dense_kernel(name, inputs, outputs):
    return glorot(name, [inputs, outputs], inputs, outputs)


def constant(name, n, value):
    return {"name": name, "shape": [n], "constant": value}


LENET = [
    conv_kernel("conv1/kernel", 5, 1, 20),
    constant("conv1/bias", 20, 0),
    conv_kernel("conv2/kernel", 5, 20, 50),
    constant("conv2/bias", 50, 0),
    dense_kernel("dense1/kernel", 7 * 7 * 50, 500),
    constant("dense1/bias", 500, 0),
    dense_kernel("output/kernel", 500, CLASSES),
    constant("output/bias", CLASSES, 0),
]

LENET5 = [
    conv_kernel("c1/kernel", 5, 1, 6),
    constant("c1/bias", 6, 0),
    constant("s2/coefficient", 6, 0.25),
    constant("s2/bias", 6, 0),
    glorot("c3/kernel", [5, 5, len(PAIRS)], 25 * len(PAIRS) / 16, 25 * len(PAIRS) / 6),
    constant("c3/bias", 16, 0),
    constant("s4/coefficient", 16, 0.25),
    constant("s4/bias", 16, 0),
    dense_kernel("c5/kernel", 5 * 5 * 16, 120),
    constant("c5/bias", 120, 0),
    dense_kernel("f6/kernel", 120, 84),
    constant("f6/bias", 84, 0),
    dense_kernel("output/kernel", 84, CLASSES),
    constant("output/bias", CLASSES, 0),
]

for net in LENET, LENET5:
    for k, tensor in enumerate(net):
        if "scale" in tensor:
            tensor["k"] = k


def oihw(kernel):
    return kernel.permute(3, 2, 0, 1)


def flatten(maps):
    """In channels-last order, as Keras does."""
    return maps.permute(0, 2, 3, 1).flatten(1)


def lenet(x, w):
    """Logits for x [n, 1, 28, 28]."""
    x = F.max_pool2d(F.relu(F.conv2d(x, oihw(w[0]), w[1], padding=2)), 2)
    x = F.max_pool2d(F.relu(F.conv2d(x, oihw(w[2]), w[3], padding=2)), 2)
    x = F.relu(flatten(x) @ w[4] + w[5])
    return x @ w[6] + w[7]


def subsample(x, coefficient, bias):
    sums = 4 * F.avg_pool2d(x, 2)
    return torch.tanh(sums * coefficient[:, None, None] + bias[:, None, None])


def lenet5(x, w):
    """Logits for x [n, 1, 28, 28]."""
    x = torch.tanh(F.conv2d(F.pad(x, (2, 2, 2, 2)), oihw(w[0]), w[1]))
    x = subsample(x, w[2], w[3])
    outputs, inputs = torch.tensor(PAIRS).T
    kernel = torch.zeros(16, 6, 5, 5, dtype=x.dtype).index_put((outputs, inputs), w[4].permute(2, 0, 1))
    x = torch.tanh(F.conv2d(x, kernel, w[5]))
    x = subsample(x, w[6], w[7])
    x = torch.tanh(flatten(x) @ w[8] + w[9])
    x = torch.tanh(x @ w[10] + w[11])
    return x @ w[12] + w[13]


class KerasAdam:
    """keras.optimizers.Adam: w -= lr sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon)."""

    def __init__(self, weights, lr, betas, eps):
        self.weights, self.lr, self.betas, self.eps = weights, lr, betas, eps
        self.m = [torch.zeros_like(w) for w in weights]
        self.v = [torch.zeros_like(w) for w in weights]
        self.t = 0

    @torch.no_grad()
    def step(self):
        self.t += 1
        beta1, beta2 = self.betas
        rate = self.lr * math.sqrt(1 - beta2**self.t) / (1 - beta1**self.t)
        for w, m, v in zip(self.weights, self.m, self.v, strict=True):
            m += (w.grad - m) * (1 - beta1)
            v += (w.grad * w.grad - v) * (1 - beta2)
            w -= rate * m / (v.sqrt() + self.eps)


RUNS = [
    (
        {"name": "sgd", "formula": "torch.optim.SGD", "learningRate": 0.01, "momentum": 0.9},
        lambda w: torch.optim.SGD(w, lr=0.01, momentum=0.9),
    ),
    (
        {
            "name": "adamTorch",
            "formula": "torch.optim.Adam",
            "learningRate": 0.001,
            "beta1": 0.9,
            "beta2": 0.999,
            "epsilon": 1e-8,
        },
        lambda w: torch.optim.Adam(w, lr=0.001, betas=(0.9, 0.999), eps=1e-8),
    ),
    (
        {
            "name": "adamKeras",
            "formula": "keras.optimizers.Adam",
            "learningRate": 0.001,
            "beta1": 0.9,
            "beta2": 0.999,
            "epsilon": 1e-7,
        },
        lambda w: KerasAdam(w, lr=0.001, betas=(0.9, 0.999), eps=1e-7),
    ),
]


def start(tensor, dtype):
    shape = tensor["shape"]
    if "constant" in tensor:
        values = np.full(shape, tensor["constant"], np.float32)
    else:
        values = pattern(shape, tensor["k"], tensor["scale"])
    return torch.from_numpy(values).to(dtype).requires_grad_()


def train(forward, tensors, make_optimizer, batches, dtype):
    """The losses before each update, and the final weights."""
    weights = [start(tensor, dtype) for tensor in tensors]
    optimizer = make_optimizer(weights)
    losses = []
    for step in range(STEPS):
        x = torch.from_numpy(pictures([BATCH, *INPUT], batches["picturesK"] + step)).to(dtype)
        y = torch.from_numpy(labels(BATCH, batches["labelsK"] + step, CLASSES))
        loss = F.cross_entropy(forward(x.permute(0, 3, 1, 2), weights), y)
        for w in weights:
            w.grad = None
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, [w.detach() for w in weights]


def run(forward, tensors, about, make_optimizer):
    pictures_k = PICTURES_K[forward.__name__][about["name"]]
    batches = {"picturesK": pictures_k, "labelsK": pictures_k + 50}
    losses, weights = train(forward, tensors, make_optimizer, batches, torch.float32)
    exact, _ = train(forward, tensors, make_optimizer, batches, torch.float64)
    final = [
        {
            "name": tensor["name"],
            "first": rounded(w.flatten()[:5]),
            "l2": rounded([w.double().norm()])[0],
        }
        for tensor, w in zip(tensors, weights, strict=True)
    ]
    return {
        **about,
        **batches,
        "losses": rounded(losses, 8),
        "lossesFloat64": rounded(exact, 10),
        "final": final,
    }


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    nets = {}
    for forward, tensors, expected in (lenet, LENET, 1_256_080), (lenet5, LENET5, 60_850):
        parameters = sum(math.prod(tensor["shape"]) for tensor in tensors)
        assert parameters == expected, f"{forward.__name__} has {parameters} parameters, not {expected}"
        nets[forward.__name__] = {
            "parameters": parameters,
            **({"connections": CONNECTIONS} if forward is lenet5 else {}),
            "tensors": tensors,
            "runs": [run(forward, tensors, *each) for each in RUNS],
        }
    data = {
        "madeBy": "tests/goldens/make_training.py",
        "torch": torch.__version__.split("+")[0],
        "pattern": pattern_sample(),
        "batchSize": BATCH,
        "steps": STEPS,
        "classes": CLASSES,
        "inputShape": INPUT,
        "nets": nets,
    }
    write("training.json", data)


if __name__ == "__main__":
    main()
