from dataclasses import replace

from generator.render.text.numbering import number_course, slug
from tests.render.sample_report import sample_report


def test_numbers_run_in_reading_order_through_all_questions(tmp_path):
    numbering = number_course(sample_report(tmp_path).course)
    labels = {f"{address}/{name}": numbered.label for (address, name), numbered in numbering.exhibits.items()}
    assert labels == {
        "2-a/q01/layers": "Table 1",
        "2-a/q01/comparison": "Table 2",
        "2-a/q01/shares": "Figure 1",
        "2-a/q02/predictions": "Figure 2",
        "2-a/q02/maps": "Figure 3",
        "2-a/q02/curves": "Figure 4",
        "2-a/q02/confusion": "Figure 5",
        "2-a/q02/embedding": "Figure 6",
        "2-a/q02/film": "Figure 7",
        "2-a/q02/accuracy": "Table 3",
        "2-a/q03/lost": "Figure 8",
        "2-a/q02/further": "Figure A.1",
    }
    assert [numbered.number for numbered in numbering.equations.values()] == ["1", "2"]
    assert numbering.citations == {"simonyan2015very": 1, "russakovsky2015imagenet": 2, "walt2014": 3}


def test_what_an_answer_forgets_stands_at_its_end_and_what_it_repeats_counts_once(tmp_path):
    report = sample_report(tmp_path, answers={"q01": '{{ table("comparison") }}\n\n{{ table("comparison") }}\n'})
    numbering = number_course(report.course)
    assert numbering.order["2-a/q01"] == ("comparison", "layers", "shares")
    assert numbering.exhibits["2-a/q01", "layers"].label == "Table 2"


def test_numbers_do_not_depend_on_results_or_on_the_part_that_is_shown(tmp_path):
    whole = sample_report(tmp_path)
    part = replace(whole, outcomes={}, only=frozenset({"2-a/q02"}))
    assert number_course(whole.course) == number_course(part.course)


def test_references_find_their_own_question_first(tmp_path):
    numbering = number_course(sample_report(tmp_path).course)
    assert numbering.find("2-a/q02", "maps").label == "Figure 3"
    assert numbering.find("2-a/q01", "maps") is None
    assert numbering.find("2-a/q01", "2-a/q02/maps").label == "Figure 3"
    assert numbering.find("2-a/q01", "eq:softmax").label == "(2)"
    assert numbering.find("2-a/q01", "2-a/q02/eq:softmax").label == "(2)"
    assert numbering.find("2-a/q01", "2-a/q02").label == "Question 2"


def test_slugs_are_file_names():
    assert slug("2-a/q01/by size[λ=0.5]") == "2-a-q01-by-size-λ-0-5"
