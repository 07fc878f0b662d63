"""Callbacks of Keras: the one that the recorder adds to ``fit``, and one to be given to it by hand."""

from __future__ import annotations

from typing import Any, Dict, Optional

from .kit import Kit


def listening_callback(kit: Kit, session: Any, every_step: bool) -> Any:
    """
    A callback that tells a session how a training goes on.

    :param every_step: whether steps are told, too; Keras calls those callbacks later where nobody wants to know
    """

    class Listening(kit.module.callbacks.Callback):  # type: ignore[misc,name-defined]
        """Tells a recording how a training goes on."""

        apd_session = session

        def on_train_begin(self, logs: "Optional[Dict[str, Any]]" = None) -> None:
            session.train_begins(self.model)

        def on_epoch_begin(self, epoch: int, logs: "Optional[Dict[str, Any]]" = None) -> None:
            session.epoch_begins(self.model)

        def on_epoch_end(self, epoch: int, logs: "Optional[Dict[str, Any]]" = None) -> None:
            session.epoch_ended(self.model, logs or {})

    if not every_step:
        return Listening()

    class ListeningToSteps(Listening):
        """Tells a recording of every step as well."""

        def on_train_batch_end(self, batch: int, logs: "Optional[Dict[str, Any]]" = None) -> None:
            session.batch_ended(self.model)

    return ListeningToSteps()
