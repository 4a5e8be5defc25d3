"""Makes steps.json: the augmentation steps beyond Keras, by torchvision, Pillow and scikit-image.

    pip install torch==2.13.0 torchvision==0.28.0 scikit-image==0.26.0 numpy pillow
    python tests/goldens/make_steps.py

A picture is {shape, k}: its values are floor(256 pictures(shape, k)) / 255 of pattern.py; with `levels` its grey values
are rounded down to so many levels of 0..255 first. `result`s are
rows of a picture in the order height, width, channels, in 0..1; `levels` of a case are grey values 0..255.

Layout of the file:

    colours[]       adjust_brightness, _contrast, _saturation and _hue of torchvision, by name and amount
    enhanced[]      the same three by Pillow's ImageEnhance, in grey values 0..255
    crops[]         crop, with zeros outside the picture
    resizedCrops[]  resized_crop with antialiasing
    erased[]        erase
    operations[]    RandAugment's operations at a magnitude: by torchvision, or (`order` 1) by Pillow on floats
    bins            what the magnitudes 0 ... 30 mean, for a picture of `size`
    noise[]         scikit-image's random_noise, with the random numbers that it drew
    mixes[]         MixUp and CutMix of a batch
    drawn           means of many draws of torchvision's and NumPy's
"""

import math

import numpy as np
import skimage
import torch
import torchvision
from PIL import Image, ImageEnhance
from skimage.util import random_noise
from torchvision.transforms import InterpolationMode, RandomResizedCrop, v2
from torchvision.transforms import functional as F
from torchvision.transforms.autoaugment import RandAugment, _apply_op

from pattern import labels, pictures, rounded, write

COLOUR = {"shape": [6, 5, 3], "k": 3}
GREY = {"shape": [6, 5, 1], "k": 4}
# Few levels: many pixels are grey, black or white, and channels are equal.
CORNERS = {"shape": [6, 6, 3], "k": 5, "levels": 2}
ODD = {"shape": [8, 7, 3], "k": 6}
WIDE = {"shape": [13, 17, 3], "k": 7}

NAMES = {
    "identity": "Identity",
    "shearX": "ShearX",
    "shearY": "ShearY",
    "translateX": "TranslateX",
    "translateY": "TranslateY",
    "rotate": "Rotate",
    "brightness": "Brightness",
    "color": "Color",
    "contrast": "Contrast",
    "sharpness": "Sharpness",
    "posterize": "Posterize",
    "solarize": "Solarize",
    "autoContrast": "AutoContrast",
    "equalize": "Equalize",
}
MOVES = ["shearX", "shearY", "translateX", "translateY", "rotate"]
FACTORS = ["brightness", "color", "contrast", "sharpness"]


def grey_values(picture):
    """uint8 [h, w, c]."""
    values = np.floor(pictures(picture["shape"], picture["k"]) * 256).clip(0, 255)
    if "levels" in picture:
        values = np.floor(values * picture["levels"] / 256) * 255 // (picture["levels"] - 1)
    return values.astype(np.uint8)


def floats(picture):
    """float32 [c, h, w] in 0..1."""
    return torch.from_numpy(grey_values(picture)).permute(2, 0, 1).float() / 255


def rows(tensor, digits=5):
    return rounded(tensor.permute(1, 2, 0).numpy(), digits)


def grey_levels(tensor):
    """0..255, of what only moved values."""
    return whole(np.rint(tensor.permute(1, 2, 0).numpy() * 255))


def whole(values):
    return [int(value) for value in np.asarray(values).ravel()]


def colours():
    adjust = {
        "brightness": F.adjust_brightness,
        "contrast": F.adjust_contrast,
        "saturation": F.adjust_saturation,
        "hue": F.adjust_hue,
    }
    cases = [(COLOUR, name, amount) for name in ("brightness", "contrast", "saturation") for amount in (0.0, 0.35, 1.8)]
    cases += [(GREY, "brightness", 1.4), (GREY, "contrast", 0.6), (CORNERS, "contrast", 1.5)]
    cases += [(CORNERS, "saturation", 0.4)]
    cases += [(picture, "hue", amount) for picture in (COLOUR, CORNERS) for amount in (-0.5, -0.13, 0.21, 0.5)]
    return [
        {"picture": picture, "name": name, "amount": amount, "result": rows(adjust[name](floats(picture), amount))}
        for picture, name, amount in cases
    ]


def enhanced():
    enhance = {
        "brightness": ImageEnhance.Brightness,
        "contrast": ImageEnhance.Contrast,
        "saturation": ImageEnhance.Color,
    }
    return [
        {
            "picture": COLOUR,
            "name": name,
            "amount": amount,
            "result": whole(enhance[name](Image.fromarray(grey_values(COLOUR))).enhance(amount)),
        }
        for name in enhance
        for amount in (0.35, 1.8)
    ]


def crops():
    parts = [[-2, 3, 5, 9], [4, -3, 9, 6], [-1, -1, 11, 10], [2, 1, 3, 4]]
    return [
        {"picture": ODD, "part": part, "result": grey_levels(F.crop(floats(ODD), *part))}
        for part in parts
    ]


def resized_crops():
    methods = {
        "bilinear": InterpolationMode.BILINEAR,
        "bicubic": InterpolationMode.BICUBIC,
        "nearest": InterpolationMode.NEAREST_EXACT,
    }
    cases = [
        ([2, 3, 9, 11], [5, 6]),
        ([0, 8, 13, 4], [8, 9]),
        ([5, 1, 4, 5], [11, 7]),
    ]
    return [
        {
            "picture": WIDE,
            "part": part,
            "size": size,
            "method": method,
            "result": rows(F.resized_crop(floats(WIDE), *part, size, methods[method], antialias=True), 6),
        }
        for part, size in cases
        for method in methods
    ]


def erased():
    parts = [[1, 2, 4, 3], [0, 0, 9, 2], [7, 5, 2, 3]]
    return [
        {
            "picture": ODD,
            "part": part,
            "fill": 0.25,
            "result": rows(F.erase(floats(ODD), *part, torch.tensor(0.25))),
        }
        for part in parts
    ]


def magnitudes(name, size):
    table, signed = RandAugment()._augmentation_space(31, size)[NAMES[name]]
    return ([float(value) for value in table] if table.ndim > 0 else [0.0] * 31), signed


def operation(picture, name, magnitude):
    """By torchvision, on floats where it takes them. A negative magnitude is the other direction."""
    height, width, _ = picture["shape"]
    table, signed = magnitudes(name, (height, width))
    amount = table[abs(magnitude)] * (-1 if signed and magnitude < 0 else 1)
    case = {"picture": picture, "name": name, "magnitude": magnitude}
    if name in ("posterize", "equalize"):
        image = torch.from_numpy(grey_values(picture)).permute(2, 0, 1)
        made = _apply_op(image, NAMES[name], amount, InterpolationMode.NEAREST, None)
        return {**case, "levels": whole(made.permute(1, 2, 0))}
    image = floats(picture)
    if name in MOVES:
        return {**case, "levels": grey_levels(_apply_op(image, NAMES[name], amount, InterpolationMode.NEAREST, None))}
    # Of a picture in 0..1, the threshold is too.
    if name == "solarize":
        return {**case, "result": rows(F.solarize(image, amount / 255))}
    return {**case, "result": rows(_apply_op(image, NAMES[name], amount, InterpolationMode.NEAREST, None))}


def moved_by_pillow(picture, name, magnitude):
    """Linearly, each channel as a picture of floats."""
    height, width, _ = picture["shape"]
    table, _ = magnitudes(name, (height, width))
    amount = math.copysign(table[abs(magnitude)], magnitude)
    values = floats(picture).numpy()
    linear = InterpolationMode.BILINEAR
    made = [np.asarray(_apply_op(Image.fromarray(plane), NAMES[name], amount, linear, None)) for plane in values]
    return {
        "picture": picture,
        "name": name,
        "magnitude": magnitude,
        "order": 1,
        "result": rounded(np.stack(made, axis=-1), 5),
    }


def operations():
    many = {"shape": [24, 24, 1], "k": 8, "levels": 16}
    cases = [(ODD, name, magnitude) for name in MOVES for magnitude in (0, 9, -17, 29)]
    cases += [(COLOUR, name, magnitude) for name in FACTORS for magnitude in (0, 9, -30)]
    cases += [(COLOUR, "posterize", magnitude) for magnitude in (0, 3, 4, 11, 12, 30)]
    cases += [(COLOUR, "solarize", magnitude) for magnitude in (1, 9, 30)]
    cases += [(COLOUR, "autoContrast", 9), (GREY, "autoContrast", 9), (CORNERS, "autoContrast", 9)]
    cases += [(GREY, "sharpness", 30), ({"shape": [2, 5, 1], "k": 9}, "sharpness", 30), (COLOUR, "identity", 9)]
    cases += [(many, "equalize", 9), ({"shape": [24, 24, 1], "k": 8}, "equalize", 9), (COLOUR, "equalize", 9)]
    moved = [(ODD, name, magnitude) for name in MOVES for magnitude in (13, -29)]
    return [operation(*case) for case in cases] + [moved_by_pillow(*case) for case in moved]


def bins():
    size = [224, 331]
    return {"size": size, "amounts": {name: rounded(magnitudes(name, size)[0], 6) for name in NAMES}}


def noise():
    picture = {"shape": [4, 5, 3], "k": 10}
    image = np.asarray(grey_values(picture) / 255)
    made = []
    for mode, name, stddev in (("gaussian", "gaussian", 0.3), ("speckle", "speckle", 0.5)):
        drawn = np.random.default_rng(3).normal(0, stddev, image.shape)
        result = random_noise(image, mode, rng=np.random.default_rng(3), mean=0, var=stddev**2)
        made.append({"picture": picture, "name": name, "drawn": rounded(drawn), "result": rounded(result, 6)})
    grey = {"shape": [6, 8, 1], "k": 11}
    image = np.asarray(grey_values(grey) / 255)
    generator = np.random.default_rng(5)
    hit = generator.random(image.shape) <= 0.4
    salted = generator.random(image.shape) <= 0.3
    result = random_noise(image, "s&p", rng=np.random.default_rng(5), amount=0.4, salt_vs_pepper=0.3)
    # The draws one after the other, as they are asked for pixel by pixel.
    drawn = [bool(value) for h, s in zip(hit.ravel(), salted.ravel()) for value in ((h, s) if h else (h,))]
    made.append({"picture": grey, "name": "saltAndPepper", "drawn": drawn, "result": rounded(result, 6)})
    return made


def mixes():
    batch = {"shape": [3, 4, 5, 2], "k": 12}
    images = torch.from_numpy(grey_values(batch)).permute(0, 3, 1, 2).float() / 255
    classes = torch.from_numpy(labels(3, 13, 3))
    made = []
    for share in (0.3, 0.85):
        params = {"lam": share, "labels": classes, "batch_size": 3}
        mix = v2.MixUp(num_classes=3)
        made.append(
            {
                "name": "mixup",
                "batch": batch,
                "labels": whole(classes),
                "share": share,
                "result": rounded(mix.transform(images, params).permute(0, 2, 3, 1).numpy(), 5),
                "targets": rounded(mix.transform(classes, params).numpy(), 5),
            }
        )
    for seed in range(4):
        mix = v2.CutMix(num_classes=3)
        torch.manual_seed(seed)
        params = mix.make_params([images])
        # The same draws again, for the share and the middle of the box.
        torch.manual_seed(seed)
        share = float(mix._dist.sample(()))
        x, y = int(torch.randint(5, size=(1,))), int(torch.randint(4, size=(1,)))
        params |= {"labels": classes, "batch_size": 3}
        made.append(
            {
                "name": "cutmix",
                "batch": batch,
                "labels": whole(classes),
                "share": share,
                "middle": [y, x],
                "box": list(params["box"]),
                "result": rounded(mix.transform(images, params).permute(0, 2, 3, 1).numpy(), 5),
                "targets": rounded(mix.transform(classes, params).numpy(), 5),
            }
        )
    return made


def drawn():
    torch.manual_seed(1)
    parts = {}
    for name, (height, width), scale, ratio in (
        ("usual", (60, 80), [0.08, 1.0], [3 / 4, 4 / 3]),
        ("neverFits", (20, 90), [0.9, 1.0], [3 / 4, 4 / 3]),
    ):
        image = torch.zeros(1, height, width)
        draws = np.array([RandomResizedCrop.get_params(image, scale, ratio) for _ in range(20000)], np.float64)
        top, left, rows_, columns = draws.T
        measured = {"top": top, "left": left, "height": rows_, "width": columns, "area": rows_ * columns}
        parts[name] = {
            "size": [height, width],
            "scale": scale,
            "ratio": ratio,
            "means": {key: float(f"{values.mean():.5g}") for key, values in measured.items()},
            "deviations": {key: float(f"{values.std():.5g}") for key, values in measured.items()},
        }
    image = torch.zeros(1, 1, 40, 50)
    mix = v2.CutMix(num_classes=2)
    shares = np.array([mix.make_params([image])["lam_adjusted"] for _ in range(20000)])
    return {
        "parts": parts,
        "cutmix": {"size": [40, 50], "mean": round(shares.mean(), 4), "deviation": round(shares.std(), 4)},
    }


def main():
    write(
        "steps.json",
        {
            "madeBy": "tests/goldens/make_steps.py",
            "torchvision": torchvision.__version__.split("+")[0],
            "scikitImage": skimage.__version__,
            "colours": colours(),
            "enhanced": enhanced(),
            "crops": crops(),
            "resizedCrops": resized_crops(),
            "erased": erased(),
            "operations": operations(),
            "bins": bins(),
            "noise": noise(),
            "mixes": mixes(),
            "drawn": drawn(),
        },
    )


if __name__ == "__main__":
    main()
