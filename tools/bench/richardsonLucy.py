#!/usr/bin/env python3
"""Time Richardson-Lucy in SciPy and scikit-image, to compare with `npx blurcycle bench rl`.

The SciPy version does the same work as the benchmark: float32, zero border, one grid of
N + (k - 1) / 2 voxels per side, one transform of the PSF, two transforms per convolution, two
convolutions per iteration, and weights from the sensitivity. scikit-image transforms the PSF again
in each convolution. Needs Debian's python3-skimage and python3-scipy. Prints JSON; not part of CI.
"""

import argparse
import json
import time

import numpy as np
import scipy
import scipy.fft
import skimage
from skimage.restoration import richardson_lucy


def gaussian(side, sigma):
    """Return a Gaussian PSF of side**3 voxels with sum 1; sigma in voxels."""
    x = np.arange(side) - (side - 1) / 2
    g = np.exp(-(x**2) / (2 * sigma**2))
    psf = g[:, None, None] * g[None, :, None] * g[None, None, :]
    return (psf / psf.sum()).astype(np.float32)


def scipy_richardson_lucy(observed, psf, iterations, workers):
    """Return the estimate, and the grid of the transforms."""
    shape = observed.shape
    reach = [(side - 1) // 2 for side in psf.shape]
    grid = [scipy.fft.next_fast_len(side + r, real=True) for side, r in zip(shape, reach)]
    padded = np.zeros(grid, np.float32)
    padded[: psf.shape[0], : psf.shape[1], : psf.shape[2]] = psf
    centered = np.roll(padded, [-r for r in reach], (0, 1, 2))
    transfer = scipy.fft.rfftn(centered, workers=workers)
    inside = tuple(slice(0, side) for side in shape)

    def convolve(data, spectrum):
        product = scipy.fft.rfftn(data, s=grid, workers=workers)
        product *= spectrum
        return scipy.fft.irfftn(product, s=grid, workers=workers, overwrite_x=True)[inside]

    adjoint = np.conj(transfer)
    weights = 1 / convolve(np.ones(shape, np.float32), adjoint)
    floor = np.float32(1e-7 * observed.max())
    estimate = np.full(shape, observed.mean(), np.float32)
    for _ in range(iterations):
        ratio = observed / np.maximum(convolve(estimate, transfer), floor)
        estimate = estimate * np.maximum(convolve(ratio, adjoint), 0) * weights
    return estimate, grid


def median_seconds(run, repeat):
    """Return the median time of run() after one warm-up."""
    run()
    times = []
    for _ in range(repeat):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return float(np.median(times))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--side", type=int, default=128, help="side of the volume in voxels")
    parser.add_argument("--psf", type=int, default=31, help="side of the PSF in voxels")
    parser.add_argument("--iterations", type=int, default=10)
    parser.add_argument("--repeat", type=int, default=5, help="timed runs after one warm-up")
    parser.add_argument("--workers", type=int, default=2, help="threads of SciPy's transforms")
    parser.add_argument("--only", choices=["scipy", "scikit-image"])
    options = parser.parse_args()
    psf = gaussian(options.psf, options.psf / 12)
    random = np.random.default_rng(1)
    observed = (random.random((options.side,) * 3) + 0.1).astype(np.float32)
    answer = {
        "side": options.side,
        "psf": options.psf,
        "iterations": options.iterations,
        "workers": options.workers,
    }
    if options.only != "scikit-image":
        grid = scipy_richardson_lucy(observed, psf, 1, options.workers)[1]
        seconds = median_seconds(
            lambda: scipy_richardson_lucy(observed, psf, options.iterations, options.workers),
            options.repeat,
        )
        answer["scipy"] = {
            "version": scipy.__version__,
            "grid": [int(side) for side in grid],
            "seconds": seconds,
        }
    if options.only != "scipy":
        seconds = median_seconds(
            lambda: richardson_lucy(observed, psf, options.iterations, clip=False),
            max(1, options.repeat // 2),
        )
        answer["scikit-image"] = {"version": skimage.__version__, "seconds": seconds}
    print(json.dumps(answer, indent=2))


if __name__ == "__main__":
    main()
