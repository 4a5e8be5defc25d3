"""Makes image.json and pictures/: what Pillow, SciPy, OpenCV and PyTorch give for pictures.

    pip install pillow==13.0.0 scipy==1.17.1 opencv-python-headless==5.0.0.93 numpy torch==2.13.0
    python tests/goldens/make_image.py

A `noise` picture (h, w, c, k) is the highest byte of `pattern.hashes`, in row-major order. `photo` is one of photos/ made
grey by Pillow. Bytes are base64; float numbers have 7 significant digits.

Layout of image.json:

    resize[]    {noise: [h, w, c, k], float, size: [w, h], method, output}    Pillow's; bytes, or numbers where `float`
    photos[]    {photo, size, method, sha256}                                 Pillow's, colour, of the bytes
    plain[]     {noise, size, method, output}     PyTorch's without antialias, numbers
    convolve[]  {noise, kernel, mode, border, true, output}                   SciPy's, numbers
    gradients[] {noise, operator, border, gx, gy}                             OpenCV's and SciPy's
    filters[]   {noise, what, sigma, border, output}                          SciPy's
    gabor[]     {options, output}                                             OpenCV's
    renormalize {noise, kernel, output}                                       OpenCV's
    canny[]     {photo, channels, low, high, apertureSize, l2Gradient, edges}   OpenCV's; one bit a pixel
    pictures[]  {file, mode, output}                    Pillow's pixels of pictures/FILE; mode L, RGB, RGBA
"""

import base64
import hashlib

import cv2
import numpy as np
import torch
from PIL import Image
from scipy import ndimage, signal

from pattern import HERE, hashes, pattern, rounded, write

METHODS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "area": Image.Resampling.BOX,
    "lanczos3": Image.Resampling.LANCZOS,
}


def noise(h, w, c, k):
    return (hashes(h * w * c, k) >> np.uint32(24)).astype(np.uint8).reshape(h, w, c)


def text(values):
    return base64.b64encode(np.ascontiguousarray(values, np.uint8).tobytes()).decode()


def pillow(picture):
    return Image.fromarray(picture[:, :, 0] if picture.shape[2] == 1 else picture)


def resized():
    sizes = [((9, 11, 3), (5, 4)), ((7, 5, 1), (13, 16)), ((23, 6, 4), (9, 5)), ((6, 17, 3), (6, 6)), ((8, 8, 1), (8, 3))]
    for k, (shape, size) in enumerate(sizes):
        for method, code in METHODS.items():
            source = noise(*shape, k)
            yield {
                "noise": [*shape, k],
                "float": False,
                "size": size,
                "method": method,
                "output": text(np.asarray(pillow(source).resize(size, code))),
            }
    for method, code in METHODS.items():
        source = noise(6, 7, 1, 30)[:, :, 0].astype(np.float32)
        output = np.asarray(Image.fromarray(source).resize((4, 9), code))
        yield {"noise": [6, 7, 1, 30], "float": True, "size": [4, 9], "method": method, "output": rounded(output)}


def photo(name, mode):
    return Image.open(HERE / "photos" / f"{name}.png").convert(mode)


def resized_photos():
    for name in ["chelsea", "astronaut"]:
        for method, code in METHODS.items():
            for size in [(96, 71), (320, 299)]:
                pixels = photo(name, "RGB").resize(size, code).tobytes()
                yield {"photo": name, "size": size, "method": method, "sha256": hashlib.sha256(pixels).hexdigest()}


def plain():
    for shape, (w, h) in [((9, 11, 3), (4, 5)), ((5, 6, 1), (9, 12))]:
        source = torch.tensor(noise(*shape, 40).astype(np.float64)).permute(2, 0, 1)[None]
        output = torch.nn.functional.interpolate(source, (h, w), mode="bilinear", align_corners=False)
        values = rounded(output[0].permute(1, 2, 0).numpy())
        yield {"noise": [*shape, 40], "size": [w, h], "method": "bilinear", "output": values}


BORDERS = {"zero": "constant", "nearest": "nearest", "reflect": "reflect", "mirror": "mirror", "wrap": "wrap"}


def convolved():
    def case(shape, kernel, mode, border, true, output):
        return {"noise": shape, "kernel": kernel, "mode": mode, "border": border, "true": true, "output": rounded(output)}

    k = 50
    for kh, kw in [(3, 3), (5, 3), (2, 2), (1, 4), (4, 1)]:
        kernel = [kh, kw, k]
        weights = pattern([kh, kw], k, 4).astype(np.float64)
        source = noise(6, 7, 1, k)[:, :, 0].astype(np.float64)
        for mode in ["valid", "same", "full"]:
            yield case([6, 7, 1, k], kernel, mode, "zero", False, signal.correlate2d(source, weights, mode))
            yield case([6, 7, 1, k], kernel, mode, "zero", True, signal.convolve2d(source, weights, mode))
        k += 1
    for border, name in BORDERS.items():
        source = noise(3, 4, 2, k).astype(np.float64)
        weights = pattern([5, 7], k, 4).astype(np.float64)
        both = [ndimage.correlate(source[:, :, c], weights, mode=name) for c in range(2)]
        yield case([3, 4, 2, k], [5, 7, k], "same", border, False, np.stack(both, 2))
    source = noise(6, 5, 3, k).astype(np.float64)
    weights = pattern([3, 3, 3], k, 4).astype(np.float64)
    yield case([6, 5, 3, k], [3, 3, 3, k], "valid", "zero", False, signal.correlate(source, weights, "valid"))


def gradients():
    source = noise(6, 8, 1, 70)[:, :, 0]
    deep = source.astype(np.float64)
    opencv = {"reflect": cv2.BORDER_REFLECT, "mirror": cv2.BORDER_REFLECT_101, "nearest": cv2.BORDER_REPLICATE}
    for border, code in opencv.items():
        yield "sobel", border, [cv2.Sobel(source, cv2.CV_64F, *d, borderType=code) for d in [(1, 0), (0, 1)]]
        yield "scharr", border, [cv2.Scharr(source, cv2.CV_64F, *d, borderType=code) for d in [(1, 0), (0, 1)]]
    for border, name in BORDERS.items():
        yield "sobel", border, [ndimage.sobel(deep, axis, mode=name) for axis in [1, 0]]
        yield "prewitt", border, [ndimage.prewitt(deep, axis, mode=name) for axis in [1, 0]]
    cross = [np.array([[1, 0], [0, -1]]), np.array([[0, 1], [-1, 0]])]
    yield "roberts", "reflect", [ndimage.correlate(deep, kernel, mode="reflect", origin=-1) for kernel in cross]


def filtered():
    for border in ["reflect", "nearest", "mirror"]:
        source = noise(9, 7, 1, 80)[:, :, 0].astype(np.float64)
        of = {"noise": [9, 7, 1, 80], "border": border}
        yield of | {"what": "laplacian", "sigma": 0, "output": rounded(ndimage.laplace(source, mode=border))}
        for sigma in [0.8, 2]:
            blurred = ndimage.gaussian_filter(source, sigma, mode=border)
            yield of | {"what": "gaussian", "sigma": sigma, "output": rounded(blurred)}
            log = ndimage.gaussian_laplace(source, sigma, mode=border)
            yield of | {"what": "log", "sigma": sigma, "output": rounded(log)}


def gabor():
    for theta in [0, 0.6, np.pi / 2, 2.5]:
        o = {"size": 7, "sigma": 2.5, "wavelength": 5, "orientation": theta, "aspectRatio": 0.7, "phase": 0.4}
        kernel = cv2.getGaborKernel((7, 7), 2.5, theta, 5, 0.7, 0.4, cv2.CV_64F)
        yield {"options": o, "output": rounded(kernel)}


def cannies():
    for name in ["chelsea", "coffee"]:
        grey = np.asarray(photo(name, "L"))
        for low, high, aperture, l2 in [
            (100, 200, 3, False),
            (100, 200, 3, True),
            (30.5, 90.7, 3, True),
            (0, 50, 3, False),
            (900, 2001, 5, False),
            (900, 2001, 5, True),
            (15001, 40003, 7, False),
            (15001, 40003, 7, True),
        ]:
            yield cannied(name, "L", low, high, aperture, l2)
    yield cannied("fruits", "RGB", 150, 300, 3, True)
    yield cannied("fruits", "RGB", 20000, 40000, 7, False)


def cannied(name, mode, low, high, aperture, l2):
    edges = cv2.Canny(np.asarray(photo(name, mode)), low, high, apertureSize=aperture, L2gradient=l2)
    options = {"low": low, "high": high, "apertureSize": aperture, "l2Gradient": l2}
    return {"photo": name, "channels": len(mode), **options, "edges": text(np.packbits(edges > 0))}


def pictures():
    folder = HERE / "pictures"
    folder.mkdir(exist_ok=True)
    colour = photo("fruits", "RGB").crop((60, 60, 84, 76))
    grey = colour.convert("L")
    clear = colour.convert("RGBA")
    ramp = np.tile((np.arange(24) * 11).astype(np.uint8), (16, 1))
    clear.putalpha(Image.fromarray(ramp))
    deep = (np.arange(24 * 16).reshape(16, 24) * 170).astype(np.uint16)

    def case(file, mode, pixels=None):
        if pixels is None:
            pixels = np.asarray(Image.open(folder / file).convert(mode))
        return {"file": file, "mode": mode, "output": text(pixels)}

    saved = {
        "grey.png": (grey, {}),
        "palette.png": (colour.quantize(32), {}),
        "palette.gif": (colour.quantize(32), {}),
        "one_bit.png": (grey.convert("1"), {}),
        "colour.jpg": (colour, {"quality": 90}),
        "progressive.jpg": (colour, {"quality": 90, "progressive": True}),
        "grey.jpg": (grey, {"quality": 90}),
        "lossless.webp": (colour, {"lossless": True}),
        "lossy.webp": (colour, {"quality": 80}),
        "colour.avif": (colour, {"quality": 90, "subsampling": "4:4:4"}),
        "colour.tiff": (colour, {"compression": "tiff_lzw"}),
        "colour.png": (colour, {}),
    }
    for file, (picture, options) in saved.items():
        picture.save(folder / file, **options)
        yield case(file, "L")
        yield case(file, "RGB")
    clear.save(folder / "alpha.png")
    clear.save(folder / "alpha.webp", lossless=True, exact=True)
    clear_grey = Image.merge("LA", [grey, Image.fromarray(ramp)])
    clear_grey.save(folder / "grey_alpha.png")
    clear_grey.save(folder / "grey_alpha.tiff")
    grey.save(folder / "grey_key.png", transparency=grey.getpixel((3, 3)))
    for file in ["alpha.png", "alpha.webp", "grey_alpha.png", "grey_alpha.tiff", "grey_key.png"]:
        yield case(file, "RGBA")
        back = Image.new("RGBA", clear.size, (255, 0, 128, 255))
        front = Image.open(folder / file).convert("RGBA")
        yield case(file, "RGB", np.asarray(Image.alpha_composite(back, front).convert("RGB")))
    cv2.imwrite(str(folder / "deep.png"), deep)
    yield case("deep.png", "L", np.round(deep / 257))
    cv2.imwrite(str(folder / "deep.tiff"), np.stack([deep, deep[::-1], deep[:, ::-1]], 2)[:, :, ::-1])
    yield case("deep.tiff", "RGB", np.round(np.stack([deep, deep[::-1], deep[:, ::-1]], 2) / 257))
    colour.convert("CMYK").save(folder / "cmyk.jpg", quality=95)
    yield case("cmyk.jpg", "RGB")
    # Of a kind that Striate does not read.
    Image.new("LAB", (4, 4)).save(folder / "lab.tiff")
    turns = [None, "FLIP_LEFT_RIGHT", "ROTATE_180", "FLIP_TOP_BOTTOM", "TRANSPOSE", "ROTATE_270", "TRANSVERSE", "ROTATE_90"]
    for orientation, turn in enumerate(turns, 1):
        exif = Image.Exif()
        exif[0x0112] = orientation
        file = f"orientation{orientation}.jpg"
        colour.save(folder / file, quality=90, exif=exif)
        pixels = Image.open(folder / file).convert("RGB")
        yield case(file, "RGB", np.asarray(pixels.transpose(Image.Transpose[turn]) if turn else pixels))


stretched = ndimage.correlate(noise(5, 6, 1, 90)[:, :, 0].astype(np.float64), pattern([3, 3], 90, 4).astype(np.float64))
write(
    "image.json",
    {
        "resize": list(resized()),
        "photos": list(resized_photos()),
        "plain": list(plain()),
        "convolve": list(convolved()),
        "gradients": [
            {"noise": [6, 8, 1, 70], "operator": o, "border": b, "gx": rounded(gx), "gy": rounded(gy)}
            for o, b, (gx, gy) in gradients()
        ],
        "filters": list(filtered()),
        "gabor": list(gabor()),
        "renormalize": {
            "noise": [5, 6, 1, 90],
            "kernel": [3, 3, 90],
            "output": text(cv2.normalize(stretched, None, 0, 255, cv2.NORM_MINMAX, cv2.CV_8U)),
        },
        "canny": list(cannies()),
        "pictures": list(pictures()),
    },
)
