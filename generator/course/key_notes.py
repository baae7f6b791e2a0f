"""What each key of the YAML files is for, as editors show it: by model, and by the key as it is written."""

from __future__ import annotations

_FROM = "The result that it shows, by its name, or in full from another question (2-a/q01/vgg16)."
_CAPTION = "What is listed or drawn: axes, symbols, settings. It makes no claim."
_FINDING = "What there is to see; the reference edition alone prints it, after the caption."
_APPENDIX = "Puts it into the appendix."
_FURTHER = "Folds it on the page; the PDF only names it. For what few readers look up."
_SOLUTION = "It answers its own question: a frame in a worksheet, and shown to a student whose text names it."
_INTRODUCTION = "The text at its head, in Markdown with Jinja, as answers are."
_CONCLUSION = "The text at its end, of the reference edition; students write their own."
_QUESTIONS = "The labs (2-a) and questions (2-a/q03) that a report has; all where none is named. Numbers stay."
_TITLE_PAGE = {
    "title": "The title of the report.",
    "subtitle": "The line below the title.",
    "authors": "Who wrote the report.",
    "course": "The name of the course, as the title page gives it.",
    "institution": "The university or school.",
    "programme": "The programme of study.",
    "year": "The year, or years: 2026, or 2026–2027.",
    "theme": "chapters: a cover, Figure 2.1. sections: a title above the contents, Figure 7.",
}
_PLACES = "Folders and addresses to copy results from that others put there by `genreport push`."
_AUTHOR = {"name": "First and last name.", "number": "The student's number, in quotation marks."}

NOTES: dict[str, dict[str, str]] = {
    "CourseFile": {
        **_TITLE_PAGE,
        "requires": "The versions of the program that it works with: genreport>=0.1.",
        "answers": "The folder of the reference answers. A course without answers has no such key.",
        "code": "The packages of computations: folders of the course, genreport for ours, or a list of both.",
        "introduction": _INTRODUCTION,
        "conclusion": _CONCLUSION,
        "language": "The language that the course is written in, en or fr.",
        "labs": "The folders of the labs, in the order of the report.",
        "questions": _QUESTIONS,
        "bibliography": "The file with the sources that texts cite.",
        "profiles": "Choices of data and lengths, by name. The first is taken where none is asked for.",
        "datasets": "Data sets of the course's own, by name.",
        "networks": "Weights of networks of the course's own, by name.",
        "read-cache": _PLACES,
    },
    "AuthorEntry": _AUTHOR,
    "ProfileEntry": {
        "title": "What readers know the profile by.",
        "description": "Which data, networks and lengths it stands for.",
        "note": "What stands at the head of each lab of a report under this profile.",
        "roles": "The values of the roles that all labs share; a lab's own stand in its profiles.yaml.",
    },
    "DataEntry": {
        "title": "What it is.",
        "files": "Its files below the data folder.",
        "licence": "The terms that it is under.",
        "citation": "How it is to be cited.",
        "obtain": "How to get what has no address.",
    },
    "DataFile": {
        "path": "Where the file lies below the data folder.",
        "url": "Where genreport fetch gets it; then sha256 and size are needed.",
        "sha256": "The digest of its content, 64 hexadecimal digits.",
        "size": "Its size in bytes.",
    },
    "LabFile": {
        "title": "The title of the lab.",
        "introduction": _INTRODUCTION,
        "conclusion": _CONCLUSION,
        "sections": "Headings with their questions, in order.",
    },
    "SectionEntry": {
        "title": "The heading.",
        "introduction": _INTRODUCTION,
        "questions": "The names of the questions' files without .yaml, in order.",
    },
    "QuestionFile": {
        "title": "The title of the question.",
        "mark": "starred, bonus, or left out.",
        "statement": "The question, in Markdown with $mathematics$ and citations such as [@simonyan2015very].",
        "results": "What is computed, by names of your choice: small letters, digits and _.",
        "tables": "The tables that the answer can show, by name.",
        "figures": "The figures that the answer can show, by name.",
        "expected": "Published numbers beside ours; in the reference edition alone.",
        "marking": "Notes for whoever marks; in the reference edition alone.",
        "space": "How many lines a worksheet has for the answer.",
        "hidden": "Holds it back: it is in no report, and all others keep their numbers.",
    },
    "ResultEntry": {
        "computation": "The function that computes it; `genreport computations` lists them.",
        "like": "In place of a computation, the result whose computation, parameters and inputs it takes over.",
        "params": "Values for parameters; {role: name} is what the profile puts in a role.",
        "grid": "Lists of values for parameters: one result for each of their combinations.",
        "inputs": "Results for the parameters that take some: one by its name, or a list.",
    },
    "InputEntry": {"from": "A result, or all of a grid.", "label": "What it is called beside the others."},
    "TableEntry": {
        "caption": _CAPTION,
        "columns": "The columns: names in the result, and their titles.",
        "from": _FROM,
        "table": "Which of the result's tables it is.",
        "rows": "In place of from and table, the results whose metrics are the rows.",
        "row_title": "The title of the column that names the rows.",
        "appendix": _APPENDIX,
        "further": _FURTHER,
        "finding": _FINDING,
        "solution": _SOLUTION,
        "empty_rows": "The rows of an empty frame: how many, their names, or {labels: …} or {as_many_as: …}.",
    },
    "ColumnEntry": {
        "title": "The title of the column.",
        "format": "How its numbers are written; auto does for most.",
        "digits": "Digits after the decimal sign.",
        "unit": "The unit, beside the title.",
        "best": "Whether the largest or the smallest is set in bold.",
        "interval": "The two columns with the ends of its interval.",
    },
    "RowsEntry": {"from": "A result, or all of a grid.", "label": "What its row is called."},
    "EmptyRowsEntry": {
        "labels": "A parameter of the table's result, whose list names the rows.",
        "as_many_as": "A parameter whose list has as many values.",
    },
    "FigureEntry": {
        "caption": _CAPTION,
        "alt": "The figure in words, for readers who cannot see it.",
        "from": _FROM,
        "figure": "Which of the result's figures it is.",
        "panel_caption": "What stands below each sub-figure of a grid.",
        "panel_finding": _FINDING,
        "panels": "In place of from and figure, the sub-figures.",
        "columns": "How many sub-figures stand side by side.",
        "appendix": _APPENDIX,
        "further": _FURTHER,
        "finding": _FINDING,
        "solution": _SOLUTION,
    },
    "PanelEntry": {
        "from": _FROM,
        "figure": "Which of the result's figures it is.",
        "caption": "What stands below it.",
        "alt": "The sub-figure in words.",
        "finding": _FINDING,
    },
    "ExpectedEntry": {
        "metric": "The metric that should reproduce it: vgg16.top1.",
        "table": "In place of a metric, a table of a result, with row and column.",
        "row": "The cells that tell the row of the table.",
        "column": "The column of the table.",
        "incomparable": "In place of both, why nothing of ours is the same quantity.",
        "value": "The published number, with all the digits that it was published with.",
        "images": "Of how many test images it is a share.",
        "interval": "The metrics or columns with the ends of our interval.",
        "spread": "The metric of runs of several seeds whose spread counts for ours.",
        "unless": "A metric; runs in which it is true are left out.",
        "source": "Where it was published: a key of the bibliography, or by hand, or computed.",
        "profile": "The profile that it is compared under; any for what no profile changes.",
    },
    "ProjectFile": {
        **_TITLE_PAGE,
        "language": "The language of your report, en or fr.",
        "labs": "The labs of your report, in its order; all where none is named.",
        "questions": _QUESTIONS,
        "profile": "Which data, networks and lengths to use.",
        "from": "The course that this is a report of: a folder, or the name of an installed one.",
        "read-cache": _PLACES,
    },
    "ProjectAuthor": _AUTHOR,
}
