"""Make the embedded digits: a part of MNIST, drawn by class and packed without loss.

    python scripts/embed_digits.py DATA

DATA is a data folder with `MNIST/raw`. The rule: of each class's images in their order in the file, those that
`numpy.random.default_rng(stream_seed(0, "<part>/<class>"))` draws without replacement, 1,000 of each class from the
training part and 200 from the test part; then all of a part in the order that "<part>/order" shuffles them into.
"""

from __future__ import annotations

import io
import lzma
import sys
from pathlib import Path

import numpy as np

from generator.datasets.embedded_mnist import FILE, PARTS
from generator.datasets.mnist import load
from generator.workspace import stream_seed

SEED = 0


def main() -> None:
    """Write the file: for each part its images and its labels, as NumPy's arrays in one LZMA stream."""
    stream = io.BytesIO()
    for part, count in PARTS.items():
        digits = load(Path(sys.argv[1]), part)
        chosen = np.concatenate([
            np.random.default_rng(stream_seed(SEED, f"{part}/{label}")).choice(
                np.flatnonzero(digits.labels == label), count // 10, replace=False
            )
            for label in range(10)
        ])  # fmt: skip
        order = np.random.default_rng(stream_seed(SEED, f"{part}/order")).permutation(chosen)
        np.save(stream, digits.images[order], allow_pickle=False)
        np.save(stream, digits.labels[order].astype(np.uint8), allow_pickle=False)
    FILE.parent.mkdir(exist_ok=True)
    # Neighbouring digits have nothing in common: long matches do not pay, exact contexts of the last byte do.
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 0, "lp": 0, "pb": 0}]
    FILE.write_bytes(lzma.compress(stream.getvalue(), filters=filters))
    print(f"{FILE}: {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
