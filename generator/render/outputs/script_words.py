"""What the scripts of the page write, in English; a page in another language has them translated on its root."""

from generator.languages import marked

SCRIPT_WORDS = (
    marked("Play animation"),
    marked("Pause animation"),
    marked("Light page"),
    marked("Dark page"),
    marked("Why this sentence is here"),
    marked("holds"),
    marked("does not hold"),
    marked("as seen"),
    marked("several rows"),
    marked("Computed in %(time)s on %(device)s"),
    marked("Computed elsewhere: %(origin)s."),
    marked("Code:"),
    marked("Identity:"),
)
