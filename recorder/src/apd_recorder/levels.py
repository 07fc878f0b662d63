"""Which activations of a model are levels: their names, and where the rows of each are."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence, Tuple

from .errors import NotRecordable
from .run.writer import Level


@dataclass
class Found:
    """An activation that is about to be applied."""

    activation: str
    #: The pre-activation: a tensor of the framework.
    z: Any
    #: Ascending; the piece of a unit is how many of them are below its value.
    breakpoints: "Tuple[float, ...]"
    #: Whether it is no piecewise linear one, and only the sign of its pre-activation is meant.
    smooth: bool = False


class ModulePath:
    """Where in the model a function is called."""

    def __init__(self, path: str, is_leaf: bool) -> None:
        self.path = path
        #: Whether the module has no children: its name is then the activation's own.
        self.is_leaf = is_leaf


@dataclass
class Seen:
    """An activation as it was met in a pass."""

    found: Found
    place: ModulePath
    shape: "Tuple[int, ...]"


@dataclass
class LevelPlan:
    """How the pre-activation of a level becomes rows of units."""

    level: Level
    #: Axis of the rows; None where the first axis holds several entries a row.
    axis: "Optional[int]"


def row_axis(one: "Tuple[int, ...]", other: "Tuple[int, ...]", rows: "Tuple[int, int]") -> "Optional[Tuple[Optional[int], Tuple[int, ...]]]":
    """
    Finds the rows in the shapes that a tensor has for two numbers of rows.

    :returns: axis of the rows (None: the first axis holds as many entries of each row) and the shape of one instance; None
        where the tensor has nothing for each row
    """
    if len(one) != len(other):
        return None
    changed = [axis for axis in range(len(one)) if one[axis] != other[axis]]
    if len(changed) != 1:
        return None
    axis = changed[0]
    rest = (*one[:axis], *one[axis + 1 :])
    if one[axis] == rows[0] and other[axis] == rows[1]:
        return axis, rest or (1,)
    each = one[0] // rows[0]
    if axis == 0 and each * rows[0] == one[0] and each * rows[1] == other[0]:
        return None, (each, *rest)
    return None


def plan_levels(one: "List[Seen]", other: "List[Seen]", rows: "Tuple[int, int]", smooth: bool) -> "List[Optional[LevelPlan]]":
    """
    Plans the levels of a model from two small passes.

    :returns: a plan for each activation that is met, in order; None for those that are no levels
    """
    plans: "List[Optional[LevelPlan]]" = []
    used: "Dict[str, int]" = {}
    for a, b in zip(one, other):
        found = row_axis(a.shape, b.shape, rows) if len(one) == len(other) else None
        if found is None or (a.found.smooth and not smooth):
            plans.append(None)
            continue
        axis, shape = found
        activation = a.found.activation + (" (sign of a smooth activation)" if a.found.smooth else "")
        level = Level(_name(a, used), activation, shape, len(a.found.breakpoints) + 1)
        plans.append(LevelPlan(level, axis) if level.units > 0 else None)
    return plans


def _name(seen: Seen, used: "Dict[str, int]") -> str:
    """``features.1`` for a module, ``block.relu`` for a function, ``relu_1`` for a part of a Sequential; all different."""
    operation = seen.found.activation.lower()
    path = seen.place.path
    if not path:
        base = operation
    elif seen.place.is_leaf:
        base = f"{operation}_{path}" if path.isdigit() else path
    else:
        base = f"{path}.{operation}"
    count = used.get(base, 0) + 1
    used[base] = count
    return base if count == 1 else f"{base}_{count}"


def choose_levels(plans: "List[Optional[LevelPlan]]", patterns: "Sequence[str]") -> "List[Optional[LevelPlan]]":
    """Leaves out the levels whose names no pattern fits; without patterns all stay."""
    if not patterns:
        return plans
    return [plan if plan and any(fnmatch.fnmatchcase(plan.level.name, pattern) for pattern in patterns) else None for plan in plans]


def check_levels(model: str, plans: "List[Optional[LevelPlan]]", every: "List[Optional[LevelPlan]]") -> None:
    """:raises NotRecordable: where no level is left; `every`: those that there are"""
    if any(plans):
        return
    if any(every):
        names = ", ".join(plan.level.name for plan in every if plan)
        raise NotRecordable(f"no level fits --levels; there are {names}")
    raise NotRecordable(f"{model} applies no activation that can be recorded")


def smooth_notice(seen: "List[Seen]") -> "Optional[str]":
    """What is said of smooth activations that are left out."""
    names = sorted({one.found.activation for one in seen if one.found.smooth})
    if not names:
        return None
    return f"{', '.join(names)} is not piecewise linear and left out; --smooth sign records the sign of its pre-activation"
