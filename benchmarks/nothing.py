"""A computation that computes nothing, for empty_jobs.py: workers import it from here."""

from generator import Result, Workspace, computation


@computation(metrics={"exact": ["number"]})
def nothing(workspace: Workspace, *, number: int) -> Result:
    """A result that costs nothing to compute."""
    return Result(metrics={"number": number})
