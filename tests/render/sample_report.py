"""A small course with every kind of exhibit, made-up results, one failed job and one that was not computed."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from generator.answers.addresses import Address
from generator.course.editions import Theme
from generator.course.exhibits import ColumnSpec, FigureSpec, PanelSpec, RowsSpec, TableSpec
from generator.course.spec import (
    Answer,
    CourseSpec,
    LabSpec,
    Mark,
    ProfileSpec,
    QuestionSpec,
    ResultSpec,
    RoleSpec,
    SectionSpec,
)
from generator.course.yaml_source import Place
from generator.jobs import Failure, Outcome, Provenance, State
from generator.render.content.document import Report
from generator.results import (
    Bars,
    BarSeries,
    Cloud,
    Frames,
    Heatmap,
    ImageGrid,
    LineChart,
    Panels,
    Result,
    Scatter,
    Series,
    Table,
)

NETWORKS = {
    "vgg16": (138_357_544, 0.8937, 15_470_264_320),
    "alexnet": (61_100_840, 0.9596, 714_188_480),
    "resnet50": (25_557_032, 0.0802, 4_089_184_256),
    "squeezenet1_1": (1_235_496, 0.0, 349_152_000),
}
BIBLIOGRAPHY = r"""
@inproceedings{simonyan2015very, author={Simonyan, Karen and Zisserman, Andrew},
  title={Very Deep Convolutional Networks for Large-Scale Image Recognition},
  booktitle={International Conference on Learning Representations}, year={2015}, url={https://arxiv.org/abs/1409.1556}}
@article{russakovsky2015imagenet, author={Russakovsky, Olga and Deng, Jia and Su, Hao and Krause, Jonathan and
  Satheesh, Sanjeev and Ma, Sean and Huang, Zhiheng and Fei-Fei, Li},
  title={{ImageNet} Large Scale Visual Recognition Challenge}, journal={International Journal of Computer Vision},
  volume={115}, number={3}, pages={211--252}, year={2015}, doi={10.1007/s11263-015-0816-y}}
@article{walt2014, author={van der Walt, St{\'e}fan and Sch{\"o}nberger, Johannes L. and {scikit-image contributors}},
  title={scikit-image: image processing in {P}ython}, journal={PeerJ}, volume={2}, pages={e453}, year={2014}}
"""

FIRST = """
A convolution with kernel $k \\times k$, $c_{\\text{in}}$ input channels and $c_{\\text{out}}$ output channels has one
weight for each product and one bias for each output channel [@simonyan2015very]:

$$
P_{\\text{conv}} = c_{\\text{out}} \\left(k \\cdot k \\cdot c_{\\text{in}} + 1\\right)
$$ (conv)

A fully connected layer is the same with $k = 1$. Applied to each layer in turn, {{ ref("eq:conv") }} gives
{{ ref("layers") }}, and in all {{ vgg16.parameters | integer }} parameters, about {{ vgg16.parameters | millions }}.
The three fully connected layers hold {{ vgg16.fc_share | percent }} of them: the first one alone joins 25 088 features
to 4 096 units, while a convolution shares its few weights over all places of the image.

{{ table("layers") }}

{% claim networks(architecture="resnet50").fc_share < vgg16.fc_share %}
Later networks did without: in ResNet50 the share is {{ networks(architecture="resnet50").fc_share | percent }}, as
{{ ref("comparison") }} shows.
{% otherwise %}
Later networks keep as large a share.
{% endclaim %}

{{ table("comparison") }}

{{ figure("shares") }}

The prices are $5 and $6, which is no formula. A mask such as `a_b*c` stays as it is, and so does the class name
{{ vgg16.odd_name }}.[^note]

[^note]: Footnotes stand at the end of their answer.
"""

SECOND = """
### What the network sees

Each channel is scaled with the mean and the deviation that the network was trained with,
$x'_c = (x_c - \\mu_c) / \\sigma_c$, as {{ ref("predictions") }} shows for three photographs [@russakovsky2015imagenet].
Without it, the accuracy falls by {{ effect.difference | points }} ({{ effect.p | scientific }} in McNemar's test), and
all of the following hold:

- the first layer's filters meet values that they never met in training;
- the *ReLU* after it cuts elsewhere;
- **nothing** warns the user.

{{ figure("predictions") }}

{{ figure("maps") }}

$$
\\begin{aligned}
\\operatorname{softmax}(z)_i &= \\frac{e^{z_i}}{\\sum_{j=1}^{K} e^{z_j}} \\\\
\\lambda_p &= \\frac{2}{1 + e^{-2p}} - 1
\\end{aligned}
$$ (softmax)

By {{ ref("eq:softmax") }} the scores become probabilities; {{ ref("2-a/q01/comparison") }} told how many parameters
that took, and {{ ref("further") }} has more [@walt2014; @simonyan2015very].

{{ figure("curves") }}

{{ figure("confusion") }}

{{ figure("embedding") }}

{{ figure("film") }}
"""


def photograph(seed: int, side: int = 96) -> np.ndarray:
    rng = np.random.default_rng(seed)
    ramp = np.add.outer(np.linspace(0, 1, side), np.linspace(0, 1.5, side))
    channels = [np.sin(ramp * rng.uniform(2, 9) + rng.uniform(0, 6)) * 90 + 128 for _ in range(3)]
    return np.clip(np.stack(channels, -1), 0, 255).astype(np.uint8)


def _layers() -> Table:
    rows: list[tuple[Any, ...]] = []
    widths = [3, 64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512]
    sizes = [224, 224, 112, 112, 56, 56, 56, 28, 28, 28, 14, 14, 14]
    for number, (before, after) in enumerate(itertools.pairwise(widths)):
        size = sizes[number]
        parameters = after * (9 * before + 1)
        rows.append((f"conv{number + 1}", "convolution 3×3", before, after, f"{size}×{size}", parameters))
    for name, before, after in (("fc6", 25088, 4096), ("fc7", 4096, 4096), ("fc8", 4096, 1000)):
        rows.append((name, "fully connected", before, after, "–", after * (before + 1)))
    return Table(("layer", "kind", "inputs", "outputs", "size", "parameters"), tuple(rows))


def _predictions() -> Panels:
    names = (("coffee mug", "espresso", "cup", "cappuccino, in a wide cup", "teapot"),) * 3
    panels: list[Any] = []
    for number in range(3):
        panels.append(ImageGrid((photograph(number),), 1))
        panels.append(ImageGrid((photograph(number + 10),), 1))
        values = np.array([0.62, 0.2, 0.08, 0.05, 0.01])
        panels.append(Bars(names[number], (BarSeries("p", values),), "probability", True, (0, 1), 0))
    return Panels(
        tuple(panels), 3, column_titles=("Photograph", "Network's input", "Five best classes"), widths=(1, 1, 1.9)
    )


def results() -> dict[str, Result]:
    rng = np.random.default_rng(0)
    x = np.arange(1, 21)
    grid = ImageGrid(
        tuple(np.abs(np.sin(np.add.outer(np.linspace(0, k + 1, 28), np.linspace(0, 3, 28)))) for k in range(64)),
        8,
        colormap="viridis",
        value_range=(0.0, 1.0),
        colour_label="activation",
    )
    networks = {
        f"2-a/q01/networks[architecture={name}]": Result(
            metrics={"parameters": count, "fc_share": share, "multiply_adds": adds, "label": name}
        )
        for name, (count, share, adds) in NETWORKS.items()
    }
    shares = Bars(
        tuple(NETWORKS),
        (
            BarSeries("convolutions", np.array([n * (1 - s) for n, s, _ in NETWORKS.values()])),
            BarSeries("fully connected", np.array([n * s for n, s, _ in NETWORKS.values()])),
        ),
        "parameters",
    )
    curves = LineChart(
        tuple(
            Series(name, x, a * np.exp(-x / b), a * np.exp(-x / b) * 0.9, a * np.exp(-x / b) * 1.1)
            for name, a, b in (("source", 1.2, 3.0), ("target", 1.1, 9.0))
        ),
        "epoch",
        "cross-entropy",
    )
    classes = tuple(f"class {i}" for i in range(8))
    share = np.clip(np.eye(8) * 0.8 + rng.random((8, 8)) * 0.1, 0, 1)
    film = Frames(
        tuple(photograph(i, 64) for i in range(12)), tuple(f"step {10 * i}" for i in range(12)), tuple(range(12))
    )
    clouds = tuple(Cloud(str(i), rng.normal(i % 4, 0.3, 40), rng.normal(i // 4, 0.3, 40)) for i in range(8))
    accuracy = {"top1": 0.52, "low": 0.335, "high": 0.7}
    return {
        "2-a/q01/vgg16": Result(
            metrics={"parameters": 138_357_544, "fc_share": 0.8937, "odd_name": "<b>*[star]*</b> $x$"},
            tables={"layers": _layers()},
            figures={"shares": shares},
        ),
        **networks,
        "2-a/q02/effect": Result(
            metrics={"difference": 0.16, "p": 0.0021, "with": 0.52, "without": float("nan"), **accuracy},
            figures={
                "predictions": _predictions(),
                "curves": curves,
                "confusion": Heatmap(share, classes, classes, "share", "true", "predicted", (0, 1), True),
                "embedding": Scatter(clouds),
                "film": film,
            },
        ),
        "2-a/q02/maps[layer=conv1_1]": Result(metrics={"size": 224}, figures={"maps": grid}),
        "2-a/q02/maps[layer=conv1_2]": Result(metrics={"size": 224}, figures={"maps": grid}),
    }


PLACE = Place(Path("sample.yaml"), 1)
NO_POINT: tuple[tuple[str, Any], ...] = ()


def _result(question: str, name: str, **grid: list[Any]) -> ResultSpec:
    return ResultSpec(Address(question, name), "summarise_network", {}, grid, {}, PLACE)


def question(id_: str, answer: str, path: Path, **fields: Any) -> QuestionSpec:
    defaults: dict[str, Any] = {
        "lab": "2-a",
        "id": id_,
        "number": str(int(id_[1:])),
        "title": "How many parameters?",
        "mark": Mark.PLAIN,
        "statement": "Estimate the number of parameters of VGG16 [@simonyan2015very], layer by layer.",
        "results": {},
        "tables": {},
        "figures": {},
        "answer": Answer(answer, path / f"{id_}.md"),
        "place": PLACE,
    }
    return QuestionSpec(**{**defaults, **fields})


def _questions(root: Path) -> tuple[QuestionSpec, ...]:
    integer, text = "integer", "text"
    layers = TableSpec(
        "layers",
        "VGG16 layer by layer: the first fully connected layer holds three quarters of all parameters.",
        (
            ColumnSpec("layer", "Layer", text),
            ColumnSpec("kind", "Kind", text),
            ColumnSpec("inputs", "Inputs", integer),
            ColumnSpec("outputs", "Outputs", integer),
            ColumnSpec("size", "Map size", text),
            ColumnSpec("parameters", "Parameters", integer, best="max"),
        ),
        source="vgg16",
        table="layers",
    )
    comparison = TableSpec(
        "comparison",
        "Parameters, and where they lie: only the older networks put them at the end.",
        (
            ColumnSpec("parameters", "Parameters", "millions", best="min"),
            ColumnSpec("fc_share", "Share of fully connected layers $s$", "percent"),
            ColumnSpec("multiply_adds", "Multiply-adds", "scientific"),
        ),
        rows=(RowsSpec("networks"),),
        row_title="Network",
    )
    accuracy = TableSpec(
        "accuracy",
        "Accuracy with its 95 % interval.",
        (ColumnSpec("top1", "Top-1", "percent", interval=("low", "high")),),
        rows=(RowsSpec("effect", "normalised"),),
        row_title="Input",
    )

    def figure(name: str, caption: str, source: str = "effect", **more: Any) -> FigureSpec:
        return FigureSpec(name, caption, f"Alternative text of {name}.", (PanelSpec(source, name),), **more)

    maps = FigureSpec(
        "maps",
        "Activation maps: edges first, then contrasts.",
        "Two grids of 64 activation maps.",
        (PanelSpec("maps", "maps", "layer of {{ this.size }} pixels", "64 maps of one layer, {{ this.layer }}"),),
        columns=2,
    )
    further = replace(maps, name="further", appendix=True, columns=1, caption="The same maps, larger.")
    return (
        question(
            "q01", FIRST, root, mark=Mark.STARRED,
            results={
                "vgg16": _result("2-a/q01", "vgg16"),
                "networks": _result("2-a/q01", "networks", architecture=list(NETWORKS)),
            },
            tables={"layers": layers, "comparison": comparison},
            figures={"shares": figure("shares", "Fully connected layers dominate only in VGG16 and AlexNet.", "vgg16")},
        ),
        question(
            "q02", SECOND, root, title="What does the normalisation do to $x$?", mark=Mark.BONUS,
            statement="Apply the network to images of your choice. *Why* must they be normalised, and why by $\\mu$?",
            results={
                "effect": _result("2-a/q02", "effect"),
                "maps": _result("2-a/q02", "maps", layer=["conv1_1", "conv1_2"]),
            },
            tables={"accuracy": accuracy},
            figures={
                "predictions": figure("predictions", "Three photographs and their five best classes."),
                "maps": maps,
                "curves": figure("curves", "The target's loss falls three times as slowly; {{ this.top1 | percent }}."),
                "confusion": figure("confusion", "Most images are on the diagonal."),
                "embedding": figure("embedding", "The classes lie apart."),
                "film": figure("film", "From noise to an image."),
                "further": further,
            },
        ),
        question(
            "q03", 'The layer is wide: {{ broken.width }}.\n\n{{ figure("lost") }}\n', root, title="A job that failed",
            results={"broken": _result("2-a/q03", "broken")},
            figures={"lost": FigureSpec("lost", "Lost.", "Lost.", (PanelSpec("broken", "lost"),))},
        ),
        question(
            "q04", "Not there yet: {{ later.width }}.", root, title="A job that was not asked for",
            results={"later": _result("2-a/q04", "later")},
        ),
    )  # fmt: skip


def silent(message: str) -> None:
    """Progress that nobody reads."""


def sample_report(
    root: Path,
    *,
    only: frozenset[str] | None = None,
    answers: Mapping[str, str] | None = None,
    **changes: Any,
) -> Report:
    """The sample; ``answers`` replaces the answers of some questions by id, ``changes`` fields of the course."""
    (root / "references.bib").write_text(BIBLIOGRAPHY, encoding="utf-8")
    questions = tuple(
        replace(spec, answer=replace(spec.answer, text=(answers or {}).get(spec.id, spec.answer.text)))
        for spec in _questions(root)
    )
    lab = LabSpec(
        "2-a",
        "Transfer learning",
        "This lab asks what a network trained on ImageNet knows.",
        'VGG16 has {{ metric("2-a/q01/vgg16.parameters") | millions }} parameters.',
        (
            SectionSpec("VGG16", "A network that is easy to take apart.", questions[:2]),
            SectionSpec("What can go wrong", "", questions[2:]),
        ),
        PLACE,
    )
    profile = ProfileSpec(
        "quick", "Quick profile", "Embedded data and small networks.", "Quick profile: embedded data.",
        {
            "classifier": RoleSpec("x", "the small network"),
            "samples": RoleSpec(10000, "10000"),
            "width": RoleSpec(8, "narrow"),
        },
    )  # fmt: skip
    course = CourseSpec(
        "Deep learning for computer vision",
        "Report on the practical work",
        "RDFIA",
        "Sorbonne Université",
        "Master’s programme in computer science",
        "2026–2027",
        (("Ada Lovelace", "3141592"), ("Alan Turing", "2718281")),
        (lab,),
        {"quick": profile},
        root / "references.bib",
        root,
        introduction="The four labs of this course look into networks that others have trained.",
        conclusion="Networks can be taken apart.",
        theme=Theme.SECTIONS,
    )
    course = replace(course, **changes)
    provenance = Provenance(
        "summarise_network",
        {"architecture": "vgg16", "seed": 0},
        "ab12" * 16,
        "2 CPU cores",
        1.234,
        1,
        "",
        versions={"torch": "2"},
    )
    outcomes = {
        key: Outcome(State.COMPUTED, "ab12" * 16, provenance, load=lambda result=result: result)
        for key, result in results().items()
    }
    outcomes["2-a/q03/broken"] = Outcome(
        State.FAILED, "cd", failure=Failure("out of memory <here>", "use a smaller batch")
    )
    refs: dict[str, tuple[Address, ...]] = {}
    for spec in questions:
        for name, result in spec.results.items():
            (grid,) = result.grid.items() or [(None, [])]
            points = [((grid[0], value),) for value in grid[1]] if grid[0] else [NO_POINT]
            refs[f"{spec.address}/{name}"] = tuple(Address(spec.address, name, point) for point in points)
    return Report(course, profile, "2 CPU cores", "0.1.0", refs, outcomes, only)
