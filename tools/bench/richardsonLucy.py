#!/usr/bin/env python3
"""Richardson-Lucy by scikit-image, and by SciPy's FFT doing the same work as `npx blurcycle bench rl`.

The same work: float32, zero border, one grid of N + (k - 1) / 2 voxels per side, the spectrum of the PSF made once, two
transforms for each of the 2 x iterations convolutions, sensitivities as weights. scikit-image transforms the PSF again for each.
Needs Debian's python3-skimage and python3-scipy. Prints JSON; not part of CI.
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
    x = np.arange(side) - (side - 1) / 2
    g = np.exp(-(x**2) / (2 * sigma**2))
    psf = g[:, None, None] * g[None, :, None] * g[None, None, :]
    return (psf / psf.sum()).astype(np.float32)


def scipy_richardson_lucy(observed, psf, iterations, workers):
    shape = observed.shape
    reach = [(side - 1) // 2 for side in psf.shape]
    grid = [scipy.fft.next_fast_len(side + r, real=True) for side, r in zip(shape, reach)]
    placed = np.zeros(grid, np.float32)
    placed[: psf.shape[0], : psf.shape[1], : psf.shape[2]] = psf
    placed = np.roll(placed, [-r for r in reach], (0, 1, 2))
    transfer = scipy.fft.rfftn(placed, workers=workers)
    cut = tuple(slice(0, side) for side in shape)

    def convolve(data, spectrum):
        product = scipy.fft.rfftn(data, s=grid, workers=workers)
        product *= spectrum
        return scipy.fft.irfftn(product, s=grid, workers=workers, overwrite_x=True)[cut]

    adjoint = np.conj(transfer)
    weights = 1 / convolve(np.ones(shape, np.float32), adjoint)
    floor = np.float32(1e-7 * observed.max())
    estimate = np.full(shape, observed.mean(), np.float32)
    for _ in range(iterations):
        ratio = observed / np.maximum(convolve(estimate, transfer), floor)
        estimate = estimate * np.maximum(convolve(ratio, adjoint), 0) * weights
    return estimate, grid


def median_seconds(run, repeat):
    run()
    times = []
    for _ in range(repeat):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return float(np.median(times))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--side", type=int, default=128)
    parser.add_argument("--psf", type=int, default=31)
    parser.add_argument("--iterations", type=int, default=10)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", choices=["scipy", "scikit-image"])
    options = parser.parse_args()
    psf = gaussian(options.psf, options.psf / 12)
    random = np.random.default_rng(1)
    observed = (random.random((options.side,) * 3) + 0.1).astype(np.float32)
    answer = {"side": options.side, "psf": options.psf, "iterations": options.iterations, "workers": options.workers}
    if options.only != "scikit-image":
        grid = scipy_richardson_lucy(observed, psf, 1, options.workers)[1]
        seconds = median_seconds(
            lambda: scipy_richardson_lucy(observed, psf, options.iterations, options.workers), options.repeat
        )
        answer["scipy"] = {"version": scipy.__version__, "grid": [int(side) for side in grid], "seconds": seconds}
    if options.only != "scipy":
        seconds = median_seconds(
            lambda: richardson_lucy(observed, psf, options.iterations, clip=False), max(1, options.repeat // 2)
        )
        answer["scikit-image"] = {"version": skimage.__version__, "seconds": seconds}
    print(json.dumps(answer, indent=2))


if __name__ == "__main__":
    main()
