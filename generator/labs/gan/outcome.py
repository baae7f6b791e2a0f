"""How an adversarial training ended: finished, diverged, collapsed, unformed, or won by the discriminator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from generator.labs.shared.training import Measures

#: Samples whose variance, as a share of the data's, is below this are next to identical. The images of one digit alone
#: keep more than half of the variance of all ten.
COLLAPSE = 0.25
#: A discriminator that gives generated images less than this probability on average, through a whole epoch, with a loss
#: below the other, has won: its answer hardly depends any more on how the generated images look.
WON_SCORE, WON_LOSS = 0.01, 0.05
#: The word for a training that ran to its end without any of these; it says nothing of how good the images are.
FINISHED = "finished"


@dataclass(frozen=True)
class Outcome:
    """In which epochs (from 1) something went wrong; in ``diverged`` a number stopped being finite.

    ``collapsed`` are epochs whose samples vary too little although those of an earlier epoch did not.
    """

    diverged: int | None
    collapsed: tuple[int, ...]
    won: tuple[int, ...]
    formed: bool
    epochs: int

    @property
    def word(self) -> str:
        """How it ended; the first that holds of these.

        "diverged"; "won" (by the discriminator) and "collapsed" in the last epoch; "unformed" where the samples never
        varied as images of the data do; FINISHED.
        """
        if self.diverged is not None:
            return "diverged"
        if self.epochs in self.won:
            return "won"
        if self.epochs in self.collapsed:
            return "collapsed"
        return FINISHED if self.formed else "unformed"


def judge(history: Sequence[Measures]) -> Outcome:
    """Look through the epochs' measures: "finite" (a share of steps), "variety", "d_fake" and "d_loss"."""
    numbered = list(enumerate(history, start=1))
    formed = next((number for number, measures in numbered if measures["variety"] >= COLLAPSE), None)
    return Outcome(
        diverged=next((number for number, measures in numbered if measures["finite"] < 1.0), None),
        collapsed=tuple(n for n, measures in numbered if formed and n > formed and measures["variety"] < COLLAPSE),
        won=tuple(n for n, measures in numbered if measures["d_fake"] < WON_SCORE and measures["d_loss"] < WON_LOSS),
        formed=formed is not None,
        epochs=len(numbered),
    )


def has_diverged(history: Sequence[Measures]) -> bool:
    """Whether to stop: no later step makes a number finite again."""
    return history[-1]["finite"] < 1.0
