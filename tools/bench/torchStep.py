#!/usr/bin/env python3
"""Time one update of each method in PyTorch, to compare with `npx blurcycle bench step`.

The same networks and losses as in libs/models and libs/training (docs/method.md): a U-Net of two
poolings, three discriminators on nested crops, least squares, cycles in L1, Adam, the generators
first and then the discriminators. The blur kernel convolves by FFT, the faster way in PyTorch. Needs
PyTorch, such as Debian's python3-torch. Prints one JSON line for each method; not part of CI.
"""

import argparse
import json
import random
import statistics
import time

import torch
from torch import nn
from torch.nn import functional

METHODS = ("supervised-mse", "supervised-gan", "cyclegan", "proposed", "non-blind")


class Block(nn.Module):
    """A 3x3x3 convolution, instance normalization without weights, ReLU."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.convolve = nn.Conv3d(inputs, outputs, 3, padding=1)

    def forward(self, x):
        return functional.relu(normalized(self.convolve(x)), inplace=True)


class UNet(nn.Module):
    """[1, 1, z, y, x] to the same shape; 7,077,251 parameters at width 64."""

    def __init__(self, width):
        super().__init__()
        w = width
        self.level1 = nn.Sequential(Block(1, w), Block(w, w))
        self.level2 = nn.Sequential(Block(w, 2 * w), Block(2 * w, 2 * w))
        self.level3 = nn.Sequential(Block(2 * w, 4 * w), Block(4 * w, 4 * w), Block(4 * w, 4 * w))
        self.up2 = nn.ConvTranspose3d(4 * w, 2 * w, 2, 2)
        self.back2 = nn.Sequential(Block(4 * w, 2 * w), Block(2 * w, 2 * w))
        self.up1 = nn.ConvTranspose3d(2 * w, w, 2, 2)
        self.back1 = Block(2 * w, w)
        self.mix = nn.Conv3d(w, 1, 1)
        self.scale = nn.Conv3d(1, 1, 1)

    def forward(self, x):
        first = self.level1(x)
        second = self.level2(functional.max_pool3d(first, 2))
        third = self.level3(functional.max_pool3d(second, 2))
        second = self.back2(torch.cat((second, self.up2(third)), 1))
        first = self.back1(torch.cat((first, self.up1(second)), 1))
        return torch.sigmoid(self.scale(self.mix(first)))


def normalized(x):
    """Instance normalization; a single voxel becomes 0, which PyTorch refuses."""
    return 0 * x if x[0, 0].numel() == 1 else functional.instance_norm(x)


class PatchDiscriminator(nn.Module):
    """Four 4x4x4 convolutions, two of stride 2; 665,825 parameters at width 32, one channel."""

    def __init__(self, width, channels):
        super().__init__()
        self.layer1 = nn.Conv3d(channels, width, 4, 2, 1)
        self.layer2 = nn.Conv3d(width, 2 * width, 4, 2, 1)
        self.layer3 = nn.Conv3d(2 * width, 4 * width, 4)
        self.score = nn.Conv3d(4 * width, 1, 4)

    def forward(self, x):
        x = functional.leaky_relu(self.layer1(x), 0.2)
        x = functional.leaky_relu(normalized(self.layer2(x)), 0.2)
        # Of stride 1 and an even side: `same` is one voxel before and two behind.
        pad = (1, 2, 1, 2, 1, 2)
        x = functional.leaky_relu(normalized(self.layer3(functional.pad(x, pad))), 0.2)
        return self.score(functional.pad(x, pad))


class MultiPatchDiscriminator(nn.Module):
    """Scores of a patch, of a half-size crop and of a quarter-size crop of that."""

    def __init__(self, width, channels=1):
        super().__init__()
        self.scales = nn.ModuleList(PatchDiscriminator(width, channels) for _ in range(3))

    def forward(self, x, origins):
        scores = [self.scales[0](x)]
        for scale, origin in zip(self.scales[1:], origins):
            z, y, x_ = (side // 2 for side in x.shape[2:])
            oz, oy, ox = origin
            x = x[:, :, oz : oz + z, oy : oy + y, ox : ox + x_]
            scores.append(scale(x))
        return scores


class BlurKernel(nn.Module):
    """Convolution with a kernel of odd sides and a zero border, by FFT."""

    def __init__(self, side, learned):
        super().__init__()
        kernel = torch.rand(side, side, side)
        kernel /= kernel.sum()
        self.kernel = nn.Parameter(kernel, requires_grad=learned)
        self.side = side

    def forward(self, x):
        grid = [side + self.side - 1 for side in x.shape[2:]]
        product = torch.fft.rfftn(x, grid, (2, 3, 4)) * torch.fft.rfftn(self.kernel, grid)
        full = torch.fft.irfftn(product, grid, (2, 3, 4))
        half = self.side // 2
        z, y, x_ = x.shape[2:]
        return full[:, :, half : half + z, half : half + y, half : half + x_]


class Step:
    """Networks, optimizers and data of one method."""

    def __init__(self, method, width, discriminator_width, patch, psf, device):
        self.method = method
        self.patch = patch
        self.device = device
        self.sharp_generator = UNet(width).to(device)
        self.blur = self.build_blur(width, psf)
        paired = method.startswith("supervised")
        domains = {"supervised-mse": (), "supervised-gan": ("sharp",), "non-blind": ("sharp",)}
        channels = 2 if paired else 1
        self.discriminators = {
            domain: MultiPatchDiscriminator(discriminator_width, channels).to(device)
            for domain in domains.get(method, ("sharp", "blurred"))
        }
        makers = list(self.sharp_generator.parameters())
        if self.blur is not None:
            makers += [p for p in self.blur.parameters() if p.requires_grad]
        judges = [p for d in self.discriminators.values() for p in d.parameters()]
        self.makers = torch.optim.Adam(makers, 1e-4, (0.5, 0.999))
        self.judges = torch.optim.Adam(judges, 1e-4, (0.5, 0.999)) if judges else None
        self.blurred = torch.rand(1, 1, *patch, device=device)
        self.sharp = torch.rand(1, 1, *patch, device=device)

    def build_blur(self, width, psf):
        if self.method.startswith("supervised"):
            return None
        if self.method == "cyclegan":
            return UNet(width).to(self.device)
        return BlurKernel(psf, self.method == "proposed").to(self.device)

    def origins(self):
        """Of the two nested crops."""
        half = [side // 2 for side in self.patch]
        quarter = [side // 2 for side in half]
        return (
            [random.randint(0, side - h) for side, h in zip(self.patch, half)],
            [random.randint(0, h - q) for h, q in zip(half, quarter)],
        )

    def shown(self, domain, volume):
        """A supervised GAN judges a volume behind what it was made from."""
        if domain == "sharp" and self.blur is None:
            return torch.cat((self.blurred, volume), 1)
        return volume

    def score(self, domain, volume, target, origins):
        scores = self.discriminators[domain](self.shown(domain, volume), origins)
        return sum(((s - target) ** 2).mean() for s in scores) / len(scores)

    def generators(self):
        fake_sharp = self.sharp_generator(self.blurred)
        fakes = {"sharp": fake_sharp}
        if self.blur is None:
            difference = fake_sharp - self.sharp
            pixel = difference.abs() if self.discriminators else difference**2
            loss = 10 * pixel.mean()
        else:
            fakes["blurred"] = self.blur(self.sharp)
            cycles = (self.blur(fake_sharp) - self.blurred).abs().mean()
            cycles = cycles + (self.sharp_generator(fakes["blurred"]) - self.sharp).abs().mean()
            loss = 10 * cycles
        for domain in self.discriminators:
            loss = loss + self.score(domain, fakes[domain], 1, self.origins())
        self.makers.zero_grad(set_to_none=True)
        loss.backward()
        self.makers.step()
        return loss, {domain: fakes[domain].detach() for domain in self.discriminators}

    def update(self):
        """One update of the generators, then one of the discriminators."""
        loss, fakes = self.generators()
        if self.judges is None:
            return float(loss.detach())
        total = 0
        for domain, fake in fakes.items():
            origins = self.origins()
            real = self.sharp if domain == "sharp" else self.blurred
            total = total + 0.5 * self.score(domain, real, 1, origins)
            total = total + 0.5 * self.score(domain, fake, 0, origins)
        self.judges.zero_grad(set_to_none=True)
        total.backward()
        self.judges.step()
        return float(loss.detach())  # waits for the device, as our step does by its losses


def measure(method, options, device):
    step = Step(
        method, options.width, options.discriminator_width, options.patch, options.psf, device
    )
    for _ in range(3):
        step.update()
    times = []
    for _ in range(options.repeat):
        start = time.perf_counter()
        step.update()
        if device.type == "cuda":
            torch.cuda.synchronize()
        times.append(1000 * (time.perf_counter() - start))
    memory = torch.cuda.max_memory_allocated() if device.type == "cuda" else None
    return {"method": method, "medianMs": statistics.median(times), "memoryBytes": memory}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--method", choices=METHODS, action="append", help="all unless given")
    parser.add_argument("--width", type=int, default=8)
    parser.add_argument("--discriminator-width", type=int, help="half of --width, at least 4, unless given")
    parser.add_argument("--patch", default="16,48,48", help="sides z,y,x; multiples of 4, from 16")
    parser.add_argument("--psf", type=int, default=31, help="side of the kernel, odd")
    parser.add_argument("--repeat", type=int, default=10)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--tf32", action="store_true", help="factors of 10 bits on a GPU")
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    options.patch = [int(side) for side in options.patch.split(",")]
    options.discriminator_width = options.discriminator_width or max(4, options.width // 2)
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.backends.cuda.matmul.allow_tf32 = options.tf32
    torch.backends.cudnn.allow_tf32 = options.tf32
    torch.backends.cudnn.benchmark = True
    random.seed(0)
    torch.manual_seed(0)
    device = torch.device(options.device)
    place = {
        "device": torch.cuda.get_device_name() if device.type == "cuda" else "cpu",
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "tf32": options.tf32,
    }
    for method in options.method or METHODS:
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats()
        print(json.dumps({**measure(method, options, device), **place}), flush=True)


if __name__ == "__main__":
    main()
