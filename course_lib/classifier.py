"""A small convolutional classifier of digits, whose features measure the quality of a GAN's images.

Its weights come with the library: `checkpoints.load("digit-classifier")`.
"""

from torch import nn

from course_lib.support.checks import floats


class DigitClassifier(nn.Module):
    """Three convolutions, a linear layer to 64 features, and one from there to the ten digits.

    `features` and `forward` raise TypeError or ValueError for anything but (N, 1, 28, 28).
    Source: LeCun, Bottou, Bengio and Haffner (1998), "Gradient-based learning applied to document
    recognition", Proceedings of the IEEE 86 (with pooling; here strides take its place).
    """

    n_features = 64

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(  # (N, 1, 28, 28)
            nn.Conv2d(1, 16, 5, stride=2, padding=2),  # (N, 16, 14, 14)
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1),  # (N, 32, 7, 7)
            nn.ReLU(),
            nn.Conv2d(32, 64, 3, stride=2, padding=1),  # (N, 64, 4, 4)
            nn.ReLU(),
            nn.Flatten(),  # (N, 1024)
            nn.Dropout(0.3),
            nn.Linear(1024, self.n_features),  # (N, 64)
            nn.ReLU(),
        )
        self.head = nn.Linear(self.n_features, 10)  # (N, 10)

    def features(self, x):
        """Return the features (N, 64), >= 0, of images x (N, 1, 28, 28) in [0, 1]."""
        return self.body(floats(x, "x", (None, 1, 28, 28)))

    def forward(self, x):
        """Return the logits (N, 10) of images x (N, 1, 28, 28) in [0, 1], one for each digit."""
        return self.head(self.features(x))
