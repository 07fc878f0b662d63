"""Which instances are kept when there are more than the limit."""

from __future__ import annotations

import heapq
from typing import Dict, List, Tuple

import numpy as np


def ranks_of(keys: np.ndarray, seed: int) -> np.ndarray:
    """A pseudo-random uint64 for each key (SplitMix64's finalizer), the same in whatever order the keys come."""
    with np.errstate(over="ignore"):
        mixed = keys.astype(np.uint64) + np.uint64((seed * 0x9E3779B97F4A7C15 + 0x9E3779B97F4A7C15) % (1 << 64))
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))


def chosen_rows(keys: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Positions of the `count` keys of lowest rank, ascending."""
    chosen: np.ndarray = np.sort(np.argsort(ranks_of(keys, seed), kind="stable")[:count])
    return chosen


class Choice:
    """
    Gives slots to keys as they come, and keeps the keys of the smallest ranks where there are more than slots: a random
    choice that depends on the seed and the keys alone.
    """

    def __init__(self, limit: int, seed: int) -> None:
        self.limit = limit
        self._seed = seed
        #: Slot of each key that is kept.
        self.slots: "Dict[int, int]" = {}
        #: The kept keys, largest rank first.
        self._heap: "List[Tuple[int, int]]" = []

    def offer(self, keys: np.ndarray) -> "Tuple[List[int], List[int]]":
        """
        Takes in keys (int64 [n]). Those that are known keep their slot.

        :returns: positions of new keys that are kept, and their slots
        """
        ranks = ranks_of(keys, self._seed)
        if len(self.slots) >= self.limit:
            # Most keys are out by their rank; only the others are looked at one by one.
            positions = np.flatnonzero(ranks < np.uint64(-self._heap[0][0])).tolist()
        else:
            positions = list(range(len(keys)))
        taken: "List[int]" = []
        places: "List[int]" = []
        slots, heap = self.slots, self._heap
        for position, key, rank in zip(positions, keys[positions].tolist(), ranks[positions].tolist()):
            if key in slots:
                continue
            if len(slots) < self.limit:
                slot = len(slots)
                heapq.heappush(heap, (-rank, key))
            elif -rank > heap[0][0]:
                _, worst = heapq.heapreplace(heap, (-rank, key))
                slot = slots.pop(worst)
                if slot in places:
                    # It was given out in this very batch.
                    at = places.index(slot)
                    del places[at], taken[at]
            else:
                continue
            slots[key] = slot
            taken.append(position)
            places.append(slot)
        return taken, places

    def ordered(self) -> "Tuple[np.ndarray, np.ndarray]":
        """The kept keys in ascending order, and their slots (int64 both)."""
        keys = np.fromiter(self.slots.keys(), np.int64, len(self.slots))
        slots = np.fromiter(self.slots.values(), np.int64, len(self.slots))
        order = np.argsort(keys, kind="stable")
        return keys[order], slots[order]
