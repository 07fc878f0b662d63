"""Predicted class, margin and confidence of every instance, from what a model gives out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

import numpy as np

#: What the numbers of an output are.
LOGITS = "logits"
PROBABILITIES = "probabilities"


@dataclass
class Judged:
    """What an output says of every instance."""

    #: Predicted class, int32 [N].
    output: np.ndarray
    #: Number of classes.
    classes: int
    #: Score of the label minus the largest other, float32 [N]; None without labels.
    margin: "Optional[np.ndarray]"
    #: Largest probability, float32 [N]; None where the output is no scores.
    confidence: "Optional[np.ndarray]"


def class_count(scores: "Optional[np.ndarray]") -> int:
    """Classes of an output: two of a single logit, one (of everything) where there are no scores."""
    if scores is None:
        return 1
    return 2 if scores.shape[1] == 1 else scores.shape[1]


def judge(scores: "Optional[np.ndarray]", kind: str, labels: "Optional[np.ndarray]", rows: int) -> Judged:
    """
    Reads scores.

    :param scores: [N, C], or [N, 1] where one number decides between two classes; None where a model gives no scores
    :param kind: ``logits`` (log-probabilities are logits too) or ``probabilities``
    :param labels: int [N], each below the number of classes
    :param rows: N
    """
    classes = class_count(scores)
    if scores is None:
        return Judged(np.zeros(rows, np.int32), classes, None, None)
    scores = scores.astype(np.float32, copy=False)
    logits = _logits(scores, kind)
    if scores.shape[1] == 1:
        return _judge_single(logits[:, 0], labels)
    output = scores.argmax(axis=1).astype(np.int32)
    shifted = logits - logits.max(axis=1, keepdims=True)
    confidence = 1.0 / np.exp(shifted).sum(axis=1)
    margin = None
    if labels is not None:
        every = np.arange(rows)
        own = logits[every, labels]
        others = logits.copy()
        others[every, labels] = -np.inf
        margin = (own - others.max(axis=1)).astype(np.float32)
    return Judged(output, classes, margin, confidence.astype(np.float32))


def _logits(scores: np.ndarray, kind: str) -> np.ndarray:
    if kind != PROBABILITIES:
        return scores
    # A probability of exactly 0 has no logarithm; the smallest float keeps the margin finite.
    tiny = np.finfo(np.float32).tiny
    logarithm = np.log(np.maximum(scores, tiny))
    if scores.shape[1] > 1:
        return logarithm
    return logarithm - np.log(np.maximum(1 - scores, tiny))


def _judge_single(logit: np.ndarray, labels: "Optional[np.ndarray]") -> Judged:
    output = (logit > 0).astype(np.int32)
    with np.errstate(over="ignore"):
        confidence = 1.0 / (1.0 + np.exp(-np.abs(logit)))
    margin = None if labels is None else np.where(labels == 1, logit, -logit).astype(np.float32)
    return Judged(output, 2, margin, confidence.astype(np.float32))
