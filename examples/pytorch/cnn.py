"""Trains a small convolutional network on handwritten digits of 8×8 pixels: python cnn.py [--epochs 8]"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

DATA = Path(__file__).resolve().parent.parent / "digits"


def make_model():
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(64, 32),
        nn.ReLU(inplace=True),
        nn.Linear(32, 10),
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    images = torch.from_numpy(np.load(DATA / "x.npy").astype("float32")).reshape(-1, 1, 8, 8)
    labels = torch.from_numpy(np.load(DATA / "y.npy").astype("int64"))
    loader = DataLoader(TensorDataset(images, labels), batch_size=64, shuffle=True)

    model = make_model()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, args.epochs)
    criterion = nn.CrossEntropyLoss()
    for epoch in range(1, args.epochs + 1):
        right, total = 0, 0.0
        for x, y in loader:
            optimizer.zero_grad(set_to_none=True)
            scores = model(x)
            loss = criterion(scores, y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
            right += (scores.argmax(1) == y).sum().item()
        schedule.step()
        print(f"epoch {epoch}: loss {total / len(images):.4f}, accuracy {right / len(images):.3f}")


if __name__ == "__main__":
    main()
