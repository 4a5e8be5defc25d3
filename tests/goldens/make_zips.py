"""Writes small zips for tests/quick/zip.test.ts into zips/, with Python's zipfile.

    python tests/goldens/make_zips.py
"""

import zipfile
from pathlib import Path

folder = Path(__file__).with_name("zips")
folder.mkdir(exist_ok=True)
DATE = (1980, 1, 1, 0, 0, 0)


def entry(name, method=zipfile.ZIP_STORED):
    info = zipfile.ZipInfo(name, DATE)
    info.compress_type = method
    return info


with zipfile.ZipFile(folder / "plain.zip", "w") as zip:
    zip.writestr(entry("folder/"), b"")
    zip.writestr(entry("folder/stored.txt"), b"stored as it is\n" * 4)
    zip.writestr(entry("deflated.txt", zipfile.ZIP_DEFLATED), b"deflated\n" * 1000)
    zip.writestr(entry("ключ.txt"), b"")
# With zip64 fields though it would not need them.
with zipfile.ZipFile(folder / "zip64.zip", "w") as zip:
    for info in (entry("a.txt"), entry("b.txt", zipfile.ZIP_DEFLATED)):
        with zip.open(info, "w", force_zip64=True) as file:
            file.write(b"sixty-four bits\n" * 100)
with zipfile.ZipFile(folder / "bzip2.zip", "w") as zip:
    zip.writestr(entry("a.txt", zipfile.ZIP_BZIP2), b"bzip2\n" * 100)
