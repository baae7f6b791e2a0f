"""Covers render/content/values.py too."""

from pathlib import Path

import pytest

from generator.answers.addresses import Address
from generator.errors import InputError
from generator.formats import THIN
from generator.render.content.answers import AnswerWriter
from generator.render.content.values import Results, ResultUnavailableError
from generator.render.text.numbering import number_course
from generator.render.text.words import telling
from tests.render.sample_report import sample_report

PATH = Path("answer.md")


@pytest.fixture
def writer(tmp_path):
    report = sample_report(tmp_path)
    return AnswerWriter(Results(report.refs, report.outcomes), number_course(report.course), report.profile), report


def write(writer, text, **options):
    answer_writer, report = writer
    return answer_writer.write(text, PATH, report.course.question("2-a/q01"), **options)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ vgg16.parameters | integer }}", f"138{THIN}357{THIN}544"),
        ('{{ networks(architecture="alexnet").fc_share | percent }}', f"96.0{THIN}%"),
        ('{{ metric("networks[architecture=alexnet].label") }}', "alexnet"),
        ('{{ metric("2-a/q02/effect.top1") | percent(0) }}', f"52{THIN}%"),
        ('{{ networks(architecture="alexnet").architecture }}', "alexnet"),
        ("{{ vgg16.odd_name }}", r"\<b\>\*\[star\]\*\</b\> \$x\$"),
        ('{{ role("classifier") }}', "the small network"),
        ('{{ role("samples") | integer }}', f"10{THIN}000"),
        ('{{ role("samples") }}', f"10{THIN}000"),
        ('{{ role("width") }}', "narrow"),
        ('{{ ref("layers") }}', "[Table\u00a01](#table-2-a-q01-layers)"),
        ('{{ ref("2-a/q02/maps") }}', "[Figure\u00a03](#figure-2-a-q02-maps)"),
        ('{{ ref("eq:conv") }}', "[(1)](#eq-2-a-q01-conv)"),
        ('{% for row in rows("vgg16.layers") %}{{ row.layer }} {% endfor %}', "conv1 conv2"),
        ('{{ rows("vgg16.layers") | names("layer") }}', "conv1, conv2, conv3, "),
        ('{{ rows("vgg16.layers") | names("layer", kind="fully connected") }}.', "fc6, fc7 and fc8."),
        ('{{ rows("vgg16.layers") | names("layer", layer="fc") }}none', "none"),
        ("{{ (vgg16.fc_share - 0.0) | abs | decimal }}", "0.89"),
    ],
)
def test_answers_print_values(writer, text, expected):
    assert write(writer, text).startswith(expected)


def test_a_claim_prints_the_branch_that_the_numbers_support_and_is_recorded(writer):
    text = (
        '{% claim networks(architecture="resnet50").fc_share < vgg16.fc_share %}less{% otherwise %}more{% endclaim %}'
    )
    assert write(writer, text) == "less"
    assert write(writer, "{% claim vgg16.fc_share > 2 %}yes{% otherwise %}no{% endclaim %}") == "no"
    first, second = writer[0].claims["2-a/q01"]
    assert first.expression == 'networks(architecture="resnet50").fc_share < vgg16.fc_share'
    assert first.values == {"networks(architecture='resnet50').fc_share": 0.0802, "vgg16.fc_share": 0.8937}
    assert (first.branch, second.branch) == ("claim", "otherwise")


def test_each_claim_is_recorded_with_its_own_condition_though_others_are_nested_in_it(writer):
    text = """{% claim vgg16.fc_share > 2 %}{% claim vgg16.fc_share > 3 %}a{% otherwise %}b{% endclaim %}
{% otherwise %}{% claim vgg16.fc_share
  > 0.5 %}c{% otherwise %}{% claim vgg16.fc_share > 4 %}d{% otherwise %}e{% endclaim %}{% endclaim %}{% endclaim %}
{% claim vgg16.fc_share < 1 %}f{% otherwise %}g{% endclaim %}"""
    assert write(writer, text).split() == ["c", "f"]
    judged = [(claim.expression, claim.line) for claim in writer[0].claims["2-a/q01"]]
    assert judged == [("vgg16.fc_share > 2", 1), ("vgg16.fc_share > 0.5", 2), ("vgg16.fc_share < 1", 4)]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("\n\n{{ vgg16.nonsense }}", "no metric nonsense; it has fc_share, odd_name, parameters"),
        ('\n\n{{ networks(architecture="lenet").parameters }}', "no grid point with architecture=lenet"),
        ("\n\n{{ networks.parameters }}", "has 4 grid points; say which"),
        ('\n\n{{ ref("nowhere") }}', "nothing is called nowhere"),
        ('\n\n{{ role("nobody") }}', "no role nobody"),
        ("\n\n{{ vgg16.odd_name | percent }}", "expected a number"),
        ("\n\n{{ unknown.metric }}", "unknown"),
        ('\n\n{{ metric("2-a/q09/x.y") }}', "2-a/q09 has no result called x"),
        ('\n\n{% for row in rows("vgg16.layers") %}{{ row.nonsense }}{% endfor %}', "nonsense"),
        ('\n\n{{ rows("vgg16.nonsense") | length }}', "no table nonsense"),
    ],
)
def test_mistakes_name_file_line_and_what_there_is(writer, text, part):
    with pytest.raises(InputError) as caught:
        write(writer, text, first_line=10)
    (mistake,) = caught.value.mistakes
    assert part in mistake.message
    assert (mistake.path, mistake.line) == (PATH, 12)


@pytest.mark.parametrize(
    "text",
    [
        "{{ vgg16.__class__ }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ vgg16._results }}",
        '{{ "%s" | format(1) }}',
        '{{ "x" * 999999999 }}',
        '{{ "%999999999d" % 1 }}',
        "{{ 9 ** 9 ** 9 ** 9 }}",
        "{{ vgg16.parameters.real.__class__ }}",
        "{{ [].append(1) }}",
        '{{ rows("vgg16.layers")._table }}',
        "{{ self }}",
        "{% import 'x' as y %}",
    ],
)
def test_the_sandbox_holds(writer, text):
    with pytest.raises(InputError):
        write(writer, text)


def test_an_answer_that_writes_too_much_or_loops_too_long_is_stopped(writer):
    loop = '{% for a in rows("vgg16.layers") %}{% for b in rows("vgg16.layers") %}TEXT{% endfor %}{% endfor %}'
    with pytest.raises(InputError, match="more than 1000000 characters"):
        write(writer, loop.replace("TEXT", "x" * 5000))
    with pytest.raises(InputError, match="more than 100000 rows"):
        write(writer, loop.replace("TEXT", "") * 400)


def test_a_failed_or_missing_result_is_not_an_authors_mistake(writer):
    answer_writer, report = writer
    with pytest.raises(ResultUnavailableError) as caught:
        answer_writer.write("{{ broken.width }}", PATH, report.course.question("2-a/q03"))
    assert not caught.value.pending
    with pytest.raises(ResultUnavailableError) as caught:
        answer_writer.write("{{ later.width }}", PATH, report.course.question("2-a/q04"))
    assert caught.value.pending


def test_captions_know_the_result_of_their_panel(writer):
    ref = Address("2-a/q02", "maps", (("layer", "conv1_2"),))
    assert write(writer, "{{ this.layer }}: {{ this.size }}", caption=True, this=ref) == r"conv1\_2: 224"


def test_a_word_of_a_result_is_a_word_in_messages(writer):
    with pytest.raises(InputError, match="'Word object' has no attribute 'x'"):
        write(writer, "{{ vgg16.odd_name.x }}")
    with pytest.raises(InputError, match=r"needs two numbers, got str and int"):
        write(writer, "{{ vgg16.odd_name + 1 }}")


def test_a_condition_on_a_whole_table_has_no_value_to_print(writer):
    text = (
        '{% claim rows("vgg16.layers") | names("layer", layer="fc6") == "fc6" and vgg16.fc_share > 0 %}a{% endclaim %}'
    )
    assert write(writer, text) == "a"
    ((claim,),) = writer[0].claims.values()
    assert claim.values == {"vgg16.fc_share": 0.8937}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{{ networks(architecture="alexnet").label }}', "~\ue006en:alexnet\ue007"),
        ('{% for row in rows("vgg16.layers") %}{{ row.layer }} {% endfor %}', "couche 1 ~\ue006en:conv2\ue007"),
        ('{{ "alexnet" if vgg16.fc_share > 0 else "vgg16" }}', "alexnet"),
        ("{{ vgg16.fc_share | decimal }}", "0,89"),
    ],
)
def test_words_of_results_say_their_language_where_they_are_not_translated(writer, text, expected):
    with telling("fr", {"conv1": "couche 1"}):
        assert write(writer, text).startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Voir {{ ref("layers") }}.', "Voir [tableau"),
        ('{{ ref("layers") }} le dit.', "[Tableau"),
        ('Ah ! {{ ref("layers") }}', "Ah ! [Tableau"),
        ('Un mot.\n\n- **{{ ref("layers") }}**', "Un mot.\n\n- **[Tableau"),
        ('Cf. {{ ref("layers") }}', "Cf. [tableau"),
        ('sur une\n{{ ref("layers") }}', "sur une\n[tableau"),
    ],
)
def test_a_reference_begins_small_where_no_sentence_begins(writer, text, expected):
    with telling("fr", {}):
        assert write(writer, text).startswith(expected)
    assert write(writer, text).startswith(expected.replace("tableau", "Table").replace("Tableau", "Table"))
