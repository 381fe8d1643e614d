"""The digits as torchvision hands them out, for the peers' loops."""

import torch
from PIL import Image
from torch.utils.data import Dataset


class PILDigits(Dataset):
    """Images (N, 1, 28, 28) in [0, 1] as torchvision.datasets.MNIST holds them: PIL, one by one."""

    def __init__(self, images, transform):
        self.pixels = (images[:, 0] * 255).round().to(torch.uint8)
        self.transform = transform

    def __len__(self):
        """Count the images."""
        return len(self.pixels)

    def __getitem__(self, index):
        """Return one image, transformed, and a label, which nobody reads."""
        return self.transform(Image.fromarray(self.pixels[index].numpy())), 0
